#include "labelled_texts.h"

namespace dynajob {
namespace {

constexpr LabelledText kPostings[] = {
    {"backend engineer",
     R"(Senior Backend Engineer
Our platform team is looking for someone who enjoys clean code. You will build microservices in Java and
Spring Boot, expose REST APIs, and keep our PostgreSQL and Redis clusters healthy.
Requirements:
- 5+ years with Java or Kotlin
- Docker, k8s and Terraform
- CI/CD with Jenkins
- Excellent communication; you react to incidents calmly
We go the extra mile for our customers and spring into action when it counts.)",
     "microservices;Java;Spring Boot;REST APIs;PostgreSQL;Redis;Kotlin;Docker;Kubernetes;Terraform;"
     "CI/CD;Jenkins",
     "communication;calm under pressure"},
    {"frontend developer",
     R"(Frontend Developer (contract, 6 months)
Help us rebuild our booking site. Stack: TypeScript, React, Redux, GraphQL, CSS3 and a little Node.
You write unit tests with Jest, care about accessibility (WCAG 2.1), and hand over designs from Figma.
Nice to have: Cypress. You are curious and a team player.)",
     "TypeScript;React;Redux;GraphQL;CSS;Node.js;unit testing;Jest;web accessibility;Figma;Cypress",
     "curiosity;teamwork"},
    {"restaurant server",
     R"(Server - Ruby's Diner
Do you excel at making people feel welcome? Ruby's Diner seeks servers for the breakfast shift. Take orders,
carry trays up to 30 pounds, recommend wines, handle cash and card payments on our Toast POS and keep tables clean.
Food handler card required. Must be friendly and able to stand for 8 hours.
We are an equal opportunity employer and participate in E-Verify. Compliance with all laws is our policy.)",
     "order taking;cash handling;POS systems;wine knowledge;food safety",
     "friendliness;physical stamina"},
    {"line cook",
     R"(LINE COOK - full time, $19/hr
Prep and cook menu items to spec, keep your station to ServSafe standards, label and rotate stock. Knife skills
are a must. You help with catering orders at weekends. Reliable transportation and a reliable attitude!
The chef drives results and expects you to move with a sense of urgency.)",
     "food preparation;cooking;ServSafe;knife skills;catering", "reliability"},
    {"registered nurse",
     R"(Registered Nurse - Telemetry (Nights)
Provide direct patient care to a 5-patient assignment; monitor cardiac rhythms, give medications, start IVs and
perform wound care. Chart in Epic. Teach patients and families before discharge.
Required: RN license, BLS, ACLS within 90 days. Critical thinking and compassion.
The hospital is committed to compliance and quality. Benefits: 401(k), tuition reimbursement.)",
     "patient care;telemetry;medication administration;IV therapy;wound care;Epic;patient "
     "education;"
     "BLS;ACLS",
     "critical thinking;empathy"},
    {"medical assistant",
     R"(Medical Assistant, family practice
Room patients, take vital signs, give injections, draw blood, run EKGs, and scribe into the electronic medical record.
Call insurers for prior authorization. Schedule follow-up appointments.
HIPAA knowledge expected. Bilingual English/Spanish a plus. Current CPR card.)",
     "patient intake;vital signs;injections;phlebotomy;EKG;electronic health records;"
     "prior authorization;appointment scheduling;HIPAA compliance;Spanish;CPR",
     ""},
    {"accountant",
     R"(Staff Accountant
Reporting to the Controller, you prepare journal entries, reconcile bank and balance sheet accounts, maintain the
fixed asset register and help with month-end close under US GAAP. You will work with our internal audit team and
external auditors on request. Advanced Excel (pivot tables, lookups); NetSuite a plus. CPA track welcome.
Detail oriented, able to meet deadlines.)",
     "journal entries;account reconciliation;fixed assets;month-end close;GAAP;Microsoft Excel;"
     "NetSuite",
     "attention to detail;time management"},
    {"internal auditor",
     R"(Internal Auditor II
Plan and carry out internal audits of finance and operations, test SOX controls, write audit reports and follow up on
findings. CIA or CPA preferred. Data analytics with ACL or SQL is desirable.
Integrity, professional skepticism and clear writing matter more to us than years.)",
     "internal audit;Sarbanes-Oxley;report writing;data analysis;ACL;SQL", "integrity"},
    {"truck driver",
     R"(CDL-A Driver, regional
Home every weekend! Haul dry van freight across the Southeast. Pre-trip inspections, electronic logs, safe driving.
Class A CDL with clean MVR, 1 year of over-the-road experience. DOT physical and drug test required.
Our company is driving change in logistics: ask about our new trucks.)",
     "commercial driving;driving;pre-trip inspections;electronic logs", ""},
    {"sales executive",
     R"(Account Executive, Mid-Market
Own the full sales cycle from prospecting to close. Cold calling, discovery meetings, product demos, negotiating
contracts and keeping your pipeline up to date in Salesforce. You are driven by quota and driving revenue excites you.
3+ years in B2B SaaS sales. Resilient, persuasive, coachable. Base $75K + commission.)",
     "sales;prospecting;cold calling;product demonstrations;negotiating contracts;"
     "pipeline management;Salesforce;B2B sales",
     "resilience;persuasion"},
    {"marketing manager",
     R"(Digital Marketing Manager
Run paid search and social campaigns (Google Ads, Meta), improve our SEO, report on performance in GA4 and Looker.
Write copy for landing pages and email campaigns in HubSpot; A/B test everything.
You lead two specialists, set priorities and present results to the C-level.)",
     "digital marketing;search engine marketing;social media marketing;Google Ads;SEO;"
     "Google Analytics;Looker;copywriting;email marketing;HubSpot;A/B testing;staff supervision",
     "leadership;prioritization;presentation skills"},
    {"data scientist",
     R"(Data Scientist - Pricing
You will develop machine learning models for demand, mostly in Python (pandas, scikit-learn) with SQL on Snowflake,
design experiments and explain them to people who do not speak statistics. Experience with Spark or Databricks helps.
We don't expect you to know R. PhD welcome, not needed. Strong problem solver, good storyteller.)",
     "machine learning;Python;pandas;scikit-learn;SQL;Snowflake;experimental design;statistics;"
     "Apache Spark;Databricks;pricing strategy",
     "problem solving;storytelling"},
    {"data engineer",
     R"(Data Engineer (remote)
Design and run ETL pipelines with Airflow, dbt and Kafka on AWS (S3, Glue, Redshift). Model data for analysts.
Python and SQL daily; Scala is a plus. Infrastructure as code with Terraform. You own quality: tests, monitoring, alerts.
Agile team of six in three time zones.)",
     "ETL;data pipelines;Apache Airflow;dbt;Apache Kafka;AWS;Amazon Redshift;data modeling;Python;"
     "SQL;Scala;infrastructure as code;Terraform;data quality;Agile",
     ""},
    {"civil engineer",
     R"(Civil Engineer EIT - Land Development
Prepare grading, drainage and utility plans in Civil 3D, size detention basins in HEC-HMS, write specifications and
coordinate permits with the county. Site visits during construction. BS in Civil Engineering, EIT certificate.
Our office is fast paced; multitasking and communication skills are a must.)",
     "land development;site grading;drainage design;utility design;AutoCAD Civil 3D;"
     "stormwater management;specifications writing;permitting;site inspection;HEC-HMS",
     "multitasking;communication"},
    {"geotechnical engineer",
     R"(Geotechnical Project Engineer
Plan and log borings, supervise drilling crews, assign lab tests, and design shallow and deep foundations, retaining
walls and slopes (SLOPE/W, PLAXIS). Write geotechnical reports and manage small projects.
PE or able to obtain it within a year. Some travel; clean driving record.)",
     "geotechnical investigation;drilling supervision;foundation design;retaining walls;"
     "slope stability;SLOPE/W;PLAXIS;report writing;project management;laboratory soil testing",
     ""},
    {"construction superintendent",
     R"(Superintendent - multifamily
Run the site from earthwork to punch list: schedule subs, read blueprints, hold the weekly safety talk, check concrete
pours, write daily reports in Procore. OSHA 30 required. 7+ years wood frame experience.
We build for the long run. Firm handshake, calm head.)",
     "site supervision;construction management;earthwork;punch lists;subcontractor management;"
     "project scheduling;blueprint reading;construction safety;concrete placement;daily reporting;"
     "Procore;OSHA regulations;wood framing",
     "calm under pressure"},
    {"electrician",
     R"(Journeyman Electrician
Install conduit, pull wire, terminate panels, troubleshoot motor controls in food plants. Must know the NEC and read
one-line drawings. Lift 50 lbs, work at heights. Own hand tools; company van (good driving record).
Punctual, tidy, works well with others.)",
     "electrical wiring;electrical panels;electrical troubleshooting;motor controls;"
     "National Electrical Code;technical drawings;hand tools;conduit bending",
     "reliability;teamwork;physical stamina"},
    {"hvac technician",
     R"(HVAC Service Technician
Diagnose and repair rooftop units, splits and boilers; perform preventive maintenance; recover refrigerant (EPA 608).
Explain repairs to customers and sell service agreements. On-call rotation. Valid driver's license.
$28 - $36 per hour.)",
     "HVAC repair;preventive maintenance;refrigerant handling;customer service;sales;driving", ""},
    {"mechanical engineer",
     R"(Mechanical Design Engineer
Design brackets, enclosures and sheet metal in SolidWorks, apply GD&T, run simple FEA, work with injection molding
vendors, release drawings and BOMs. DFM mindset. 3-5 years. Creo users will adapt quickly.
You present at design reviews and document your work.)",
     "mechanical design;SolidWorks;sheet metal design;GD&T;finite element analysis;"
     "injection molding;technical drawings;design for manufacturing;bill of materials",
     "presentation skills;documentation skills"},
    {"embedded engineer",
     R"(Embedded Software Engineer
Write firmware in C and C++ for ARM Cortex-M devices: FreeRTOS, SPI, I2C, BLE. Bring up new boards with an
oscilloscope and JTAG, review schematics. Unit test with Ceedling; MISRA awareness.
No rust on our hardware; some Rust in our tools. Git, Jira, Confluence.)",
     "firmware development;C;C++;ARM architecture;FreeRTOS;SPI;I2C;Bluetooth Low Energy;"
     "oscilloscopes;JTAG;schematic capture;unit testing;MISRA C;Rust;Git;Jira;Confluence;"
     "embedded systems",
     ""},
    {"network engineer",
     R"(Network Engineer
Operate a multi-site network (Cisco, Palo Alto): OSPF and BGP routing, VLANs, VPN tunnels, wireless. Keep firmware
patched, answer escalations from the help desk, document everything in Confluence. CCNA required.
Every access point matters to us. After-hours maintenance windows.)",
     "Cisco networking;Palo Alto firewalls;OSPF;BGP;routing and switching;VPN;"
     "wireless networking;patch management;technical documentation;Confluence;VLANs",
     "documentation skills"},
    {"security analyst",
     R"(SOC Analyst (Tier 2)
Triage alerts in Splunk, investigate phishing and malware, lead incident response calls, tune detections and write
runbooks. Know the MITRE ATT&CK framework and basic Python. Security+ or GCIH.
Shift work: four tens. Calm under pressure.)",
     "SIEM;Splunk;incident response;threat analysis;Python;MITRE ATT&CK;technical documentation",
     "calm under pressure"},
    {"teacher",
     R"(5th Grade Teacher
Plan lessons for math, science and language arts, manage a class of 24, assess progress and meet with parents each
quarter. Experience with IEPs and English learners preferred. Google Classroom.
Patience and a sense of humor. State certification required; fingerprint background check.)",
     "lesson planning;mathematics instruction;science instruction;English instruction;"
     "classroom management;student assessment;parent communication;"
     "individualized education programs;ESL instruction;Google Classroom",
     "patience"},
    {"preschool teacher",
     R"(Lead Preschool Teacher
Create a warm, play-based classroom for 3-year-olds; plan activities, observe and document development, talk with
families daily, keep licensing ratios. CPR and First Aid (we pay for training). 12 ECE units.
Paid time off, free lunch. No screens!)",
     "early childhood education;play-based learning;lesson planning;child development;"
     "parent communication;licensing standards;CPR;first aid;child care",
     ""},
    {"basketball referee",
     R"(Youth Basketball Referee (part-time)
Officiate games for ages 8 to 14 on Saturdays, enforce league rules fairly, keep score when the table is empty,
complete incident reports. $35 per game. You must be 18, fit, and able to stay cool when parents shout.
Training provided for rules of the game.)",
     "sports officiating;basketball;youth sports;rules of the game;scorekeeping;incident reporting",
     "calm under pressure"},
    {"personal trainer",
     R"(Personal Trainer - NASM or ACE
Assess new members, write programs, coach one-on-one and small group sessions, sell training packages.
Current CPR/AED. Motivating personality; you build relationships and retain clients.
Gym membership included; flexible schedule.)",
     "personal training;fitness assessments;exercise programming;coaching;group fitness;sales;CPR;"
     "AED;client retention",
     "motivating others;relationship building"},
    {"lifeguard",
     R"(Lifeguard / Swim Instructor
Watch swimmers, enforce pool rules, respond to emergencies, teach beginners' lessons, test water chemistry.
Red Cross lifeguarding certificate with CPR for the professional rescuer. Alert and responsible.
Summer season: May to September. Sales tax not included in locker fees.)",
     "lifeguarding;pool safety;swim instruction;pool maintenance;CPR;water rescue", "vigilance"},
    {"front desk agent",
     R"(Front Desk Agent
Check guests in and out in Opera, take reservations by phone and email, post charges, solve complaints with a smile,
and run the night audit twice a week. French or Mandarin appreciated. Hotel experience preferred.
Must be able to work weekends and holidays.)",
     "check-in and check-out;Opera PMS;reservations;guest relations;night audit;French;Mandarin;"
     "customer service",
     "friendliness;conflict resolution"},
    {"housekeeper",
     R"(Room Attendant
Clean 14 rooms a day, change linen, restock amenities, report maintenance problems and lost property. Vacuum halls.
Safe use of cleaning chemicals. No experience necessary, we train. Attention to detail, punctuality.
Our values: respect, integrity, hospitality.)",
     "room cleaning;linen management;housekeeping;cleaning chemicals",
     "attention to detail;reliability"},
    {"hr generalist",
     R"(HR Generalist
Recruiting for hourly roles, onboarding, benefits enrollment, leave (FMLA, ADA) and employee relations for a plant of
220. Maintain Workday data, prepare payroll changes, coach supervisors on discipline.
Knowledge of California employment law. SHRM-CP preferred. Discretion is essential.)",
     "recruiting;onboarding;benefits administration;FMLA administration;employee relations;Workday;"
     "payroll;employment law;coaching",
     "discretion"},
    {"recruiter boilerplate",
     R"(Warehouse Associate
Pick, pack and ship orders with an RF scanner, load trucks, operate a pallet jack, count stock every Friday.
Stand and walk for 10 hours.
Notice to recruiters: we do not accept unsolicited resumes from recruiting agencies. Our recruiting team will contact
you. Background checks are part of the recruitment process. Health insurance after 60 days.)",
     "order picking;packing;shipping and receiving;RF scanners;loading and unloading;pallet jacks;"
     "cycle counting",
     "physical stamina"},
    {"forklift operator",
     R"(Forklift Operator, 2nd shift
Move pallets with sit-down and reach trucks, stage outbound loads, do cycle counts in SAP, inspect your truck each
shift. Certified preferred. Safety first: PPE, 5S, no shortcuts.
Driving a forklift in a freezer is cold; we provide gear.)",
     "forklift operation;loading and unloading;cycle counting;SAP;equipment inspection;5S;"
     "warehouse safety",
     ""},
    {"supply chain planner",
     R"(Demand Planner
Own the statistical forecast for 900 SKUs, run the monthly S&OP meeting, set safety stocks, chase forecast accuracy.
Advanced Excel and Power BI; experience with SAP APO or Kinaxis. Analytical, persistent, comfortable with ambiguity.
You work with procurement, sales and finance colleagues every day.)",
     "demand planning;forecasting;inventory management;Microsoft Excel;Power BI;SAP;Kinaxis;"
     "sales and operations planning",
     "analytical thinking;persistence;adaptability"},
    {"buyer",
     R"(Buyer
Issue purchase orders, negotiate prices and lead times with suppliers, expedite late parts, resolve invoice mismatches
with accounts payable. MRP in Oracle. Organized, assertive, good at mental arithmetic.
The ideal candidate takes the initiative.)",
     "purchasing;vendor management;Oracle ERP;MRP", "negotiation;organization;initiative"},
    {"project manager it",
     R"(IT Project Manager
Deliver ERP and CRM roll-outs: scope, plan, budget, RAID log, status reports, change control. MS Project and
Smartsheet. You facilitate workshops with stakeholders and keep vendors honest. PMP required; Scrum Master a plus.
Hybrid, 2 days in the office.)",
     "project management;ERP systems;CRM software;budgeting;status reporting;change management;"
     "Microsoft Project;Smartsheet;stakeholder management;vendor management;Scrum",
     "facilitation"},
    {"business analyst",
     R"(Business Analyst, Insurance
Elicit requirements from underwriters, write user stories and acceptance criteria, map as-is and to-be processes in
Visio, support UAT, query data with SQL. You will learn underwriting as you go. Confident facilitator with an eye for
detail. We offer dental insurance and parental leave.)",
     "requirements gathering;user stories;business process mapping;Microsoft Visio;"
     "user acceptance testing;SQL",
     "facilitation;attention to detail"},
    {"ux designer",
     R"(Product Designer (UX/UI)
From research to pixel-perfect handoff: interviews, usability tests, wireframes, prototypes in Figma, and a design
system that developers love. Portfolio required. You sketch fast, listen well and welcome critique.
HTML/CSS knowledge is nice.)",
     "UX design;UI design;user research;usability testing;wireframing;prototyping;Figma;"
     "design systems;HTML;CSS",
     "active listening"},
    {"graphic designer",
     R"(Graphic Designer
Logos, packaging, brochures and trade-show graphics in Adobe Illustrator, InDesign and Photoshop. Know print: bleeds,
Pantone, die lines. Some motion work in After Effects. Juggle several deadlines without drama.
Located above a bakery (baking smells are free).)",
     "graphic design;logo design;packaging design;Adobe Illustrator;Adobe InDesign;Adobe Photoshop;"
     "print production;motion graphics;Adobe After Effects",
     "multitasking;time management"},
    {"bank teller",
     R"(Teller (20 hours)
Process deposits, withdrawals and loan payments accurately; balance your drawer; spot suspicious checks; refer members
to loan officers. Cash experience required. Smile, listen, protect confidentiality.
First National is known for compliance with banking regulations and supports Habitat for Humanity.)",
     "teller operations;transaction processing;cash handling;balancing cash drawers;fraud "
     "detection;"
     "cross-selling",
     "friendliness;active listening;discretion"},
    {"compliance officer",
     R"(BSA/AML Compliance Analyst
Review alerts, investigate unusual activity, file SARs, perform KYC and enhanced due diligence, screen against OFAC
lists. Prepare board reports. CAMS preferred. Knowledge of the Bank Secrecy Act.
Strong writing and judgment.)",
     "Bank Secrecy Act compliance;anti-money laundering;compliance;transaction monitoring;"
     "know your customer;due diligence;sanctions screening;report writing",
     "decision making"},
    {"paralegal",
     R"(Litigation Paralegal
Draft pleadings and discovery, manage e-filing in state and federal courts, cite-check briefs, organize exhibits and
assist at trial. Relativity or other e-discovery tools; Westlaw. Calendar deadlines without fail.
5 years in a plaintiff's firm. Discreet and unflappable.)",
     "litigation;discovery;e-filing;legal writing;trial "
     "preparation;e-discovery;Westlaw;calendaring;"
     "legal research",
     "discretion;calm under pressure"},
    {"attorney",
     R"(Associate Attorney, Family Law
Handle dissolutions and custody matters from intake to judgment: client counseling, discovery, depositions, mediation,
hearings. California bar. Legal research in Lexis. Empathy for people on their worst day.
We value work-life balance; the office closes at five.)",
     "family law;client intake;client counseling;discovery;depositions;mediation;legal research;"
     "LexisNexis;litigation",
     "empathy"},
    {"environmental scientist",
     R"(Environmental Scientist I
Collect soil and groundwater samples, log data, delineate wetlands, help with Phase I ESAs and NEPA documents, make
maps in ArcGIS. 40-hour HAZWOPER (we'll train). Degree in geology, biology or environmental science.
Field work in heat and mud; safe driving of company trucks.)",
     "soil sampling;groundwater monitoring;environmental sampling;wetland delineation;"
     "site assessment;NEPA;ArcGIS;HAZWOPER;field data collection;driving",
     ""},
    {"solar installer",
     R"(Solar Installer
Mount racking and panels on roofs, run conduit, wire combiner boxes and inverters, and commission systems with the
lead. Fall protection and ladder safety. OSHA 10 preferred. Physically fit, not afraid of heights, team spirit.
Help us drive the energy transition!)",
     "solar panel installation;electrical wiring;commissioning;construction safety;conduit bending;"
     "OSHA regulations",
     "physical stamina;teamwork"},
    {"customer service rep",
     R"(Customer Service Representative (work from home)
Answer 60 calls a day about orders and refunds, log cases in Zendesk, de-escalate upset callers, upsell protection
plans. Type 40 wpm. Clear voice, patience, quiet room. Java-strong coffee not included.)",
     "customer service;call center operations;Zendesk;upselling;typing",
     "patience;conflict resolution"},
    {"social worker",
     R"(Case Manager, Youth Services
Carry a caseload of 18 families: assessments, home visits, service plans, crisis support, court reports. Refer to
housing and substance use treatment. MSW or BA with 2 years. Bilingual Spanish strongly preferred.
Mandated reporter. You set boundaries kindly.)",
     "case management;needs assessment;home visits;crisis intervention;report writing;child "
     "welfare;"
     "Spanish;counseling",
     "empathy"},
};

}  // namespace

std::span<const LabelledText> LabelledPostings() { return kPostings; }

}  // namespace dynajob
