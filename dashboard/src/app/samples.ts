// People to try the page with. They do not exist.
export interface Sample {
  name: string;
  text: string;
  skills: string;
}

export const kSamples: Sample[] = [
  {
    name: 'Data engineer',
    text: 'Six years of building data pipelines for a retailer: warehouses, streaming events, and dashboards that people use. I would like to lead a small team and work from home most days.',
    skills: 'Python, SQL, Apache Spark, AWS, data modeling, communication',
  },
  {
    name: 'Nurse',
    text: 'Registered nurse with eight years on a surgical ward. I have trained new colleagues and planned shifts, and I look for work in a clinic with regular hours.',
    skills: 'patient care, medication administration, triage, CPR, teamwork, empathy',
  },
  {
    name: 'Account manager',
    text: 'I have sold software to hospitals for five years and looked after their accounts, from the first call to the renewal. I like to travel.',
    skills: 'account management, negotiation, CRM, Salesforce, presentation, customer service',
  },
  {
    name: 'Electrician',
    text: 'Licensed electrician. Ten years of wiring in new houses and of repairs in old ones, most of it on my own. I would like steady work near home.',
    skills: 'electrical wiring, troubleshooting, blueprint reading, safety compliance, time management',
  },
];
