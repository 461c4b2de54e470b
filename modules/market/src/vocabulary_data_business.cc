// Occupations of banking, finance, business analysis, human resources, sales, law and operations.
#include "vocabulary_data.h"

namespace dynajob::vocabulary_data {
namespace {

constexpr RawOccupation kOccupations[] = {
    {.name = "bank teller",
     .sector = "Banking",
     .ladder = "junior: Bank Teller; mid: Senior Teller; senior: Head Teller; lead: Teller "
               "Supervisor",
     .base_salary = 39000,
     .salary_spread = .5,
     .posting_share = 1.2,
     .work_modes = {1, 0, 0},
     .part_time_share = .35,
     .core = "cash handling, customer service, teller operations, account opening, cross-selling, "
             "banking products",
     .common = "balancing cash drawers, fraud detection, data entry, banking regulations, "
               "transaction processing",
     .occasional = "Bank Secrecy Act compliance, Spanish, loan processing, Microsoft Office, "
                   "vault operations",
     .soft = "friendliness, attention to detail, communication, integrity, reliability",
     .duties = "serve customers at the counter; process deposits and withdrawals; balance the cash "
               "drawer; recommend suitable accounts; answer questions about statements; report "
               "suspicious transactions"},
    {.name = "personal banker",
     .sector = "Banking",
     .ladder = "junior: Relationship Banker; mid: Personal Banker; senior: Senior Personal Banker; "
               "lead: Assistant Branch Manager; executive: Branch Manager",
     .base_salary = 54000,
     .salary_spread = .8,
     .posting_share = 1.3,
     .work_modes = {.93, .07, 0},
     .field_of_study = "finance",
     .core = "relationship banking, account opening, customer service, cross-selling, banking "
             "products, sales",
     .common = "consumer lending, banking regulations, lead generation, loan processing, cash "
               "handling, client onboarding",
     .occasional = "NMLS registration, wealth management, Bank Secrecy Act compliance, Spanish, "
                   "teller operations, small business banking",
     .soft = "relationship building, communication, customer focus, persuasion, integrity",
     .duties = "open accounts for new customers; review the needs of households; refer clients to "
               "mortgage and investment partners; meet branch sales goals; resolve account "
               "problems; call on local businesses"},
    {.name = "loan officer",
     .sector = "Banking",
     .ladder = "junior: Loan Processor; mid: Mortgage Loan Officer; senior: Senior Loan Officer; "
               "lead: Lending Manager",
     .base_salary = 68000,
     .posting_share = 1.1,
     .work_modes = {.5, .35, .15},
     .field_of_study = "finance",
     .credential = "an NMLS license",
     .core = "mortgage lending, loan origination, loan processing, credit analysis, underwriting, "
             "consumer lending",
     .common = "sales, customer service, NMLS registration, banking regulations, lead generation, "
               "Encompass",
     .occasional =
         "FHA and VA loans, financial statement analysis, relationship banking, Salesforce, "
         "commercial lending, real estate",
     .soft = "relationship building, communication, organization, persuasion, attention to detail",
     .duties = "take applications from borrowers; collect income and asset documents; explain loan "
               "programs; follow files through underwriting; build a network of realtors; meet "
               "monthly production goals"},
    {.name = "credit analyst",
     .sector = "Banking",
     .ladder = "junior: Junior Credit Analyst; mid: Credit Analyst; senior: Senior Credit Analyst; "
               "lead: Commercial Underwriting Manager; executive: Chief Credit Officer",
     .base_salary = 74000,
     .posting_share = .8,
     .work_modes = {.35, .5, .15},
     .field_of_study = "finance",
     .core = "credit analysis, financial statement analysis, underwriting, commercial lending, "
             "Microsoft Excel, risk assessment",
     .common = "cash flow analysis, loan origination, financial modeling, banking regulations, "
               "portfolio monitoring, Moody's Analytics",
     .occasional = "accounting, industry research, collateral valuation, covenant compliance, SQL, "
                   "report writing",
     .soft = "analytical thinking, attention to detail, communication, time management, critical "
             "thinking",
     .duties = "spread financial statements; write credit memoranda; rate the risk of borrowers; "
               "monitor loan covenants; present requests to the committee; support relationship "
               "managers"},
    {.name = "bank compliance analyst",
     .sector = "Banking",
     .ladder = "junior: AML Analyst; mid: Compliance Analyst; senior: Senior Compliance Officer; "
               "lead: BSA Officer; executive: Chief Compliance Officer",
     .base_salary = 76000,
     .posting_share = .8,
     .work_modes = {.35, .45, .2},
     .field_of_study = "finance",
     .credential = "a CAMS certification",
     .core = "Bank Secrecy Act compliance, anti-money laundering, banking regulations, fraud "
             "detection, compliance, know your customer",
     .common = "risk assessment, transaction monitoring, report writing, internal audit, Microsoft "
               "Excel, policy development",
     .occasional = "regulatory reporting, data analysis, sanctions screening, SQL, client "
                   "onboarding, compliance training",
     .soft = "integrity, attention to detail, analytical thinking, communication, discretion",
     .duties = "review alerts of unusual activity; file suspicious activity reports; test controls "
               "in the branches; update policies; answer examiners; train branch staff"},
    {.name = "accountant",
     .sector = "Finance and Accounting",
     .ladder =
         "intern: Accounting Intern; junior: Staff Accountant; mid: Accountant; senior: Senior "
         "Accountant; lead: Accounting Manager; executive: Controller",
     .base_salary = 71000,
     .posting_share = 1.4,
     .work_modes = {.4, .45, .15},
     .field_of_study = "accounting",
     .credential = "a CPA license",
     .core = "general ledger, account reconciliation, GAAP, month-end close, financial reporting, "
             "Microsoft Excel",
     .common = "QuickBooks, accounts payable, accounts receivable, accounting, journal entries, "
               "fixed assets, budgeting",
     .occasional = "NetSuite, SAP FICO, payroll, tax preparation, internal audit, cost accounting, "
                   "variance analysis, sales tax",
     .soft = "attention to detail, organization, integrity, time management, communication",
     .duties = "prepare journal entries; reconcile bank and ledger accounts; close the books each "
               "month; support the yearly audit; review expense reports; explain variances to "
               "department heads"},
    {.name = "financial analyst",
     .sector = "Finance and Accounting",
     .ladder = "intern: Finance Intern; junior: Junior Financial Analyst; mid: Financial Analyst; "
               "senior: Senior Financial Analyst; lead: FP&A Manager; executive: Chief Financial "
               "Officer",
     .base_salary = 84000,
     .posting_share = 1.3,
     .work_modes = {.3, .5, .2},
     .field_of_study = "finance",
     .core = "financial modeling, forecasting, budgeting, Microsoft Excel, variance analysis, "
             "financial analysis",
     .common = "financial reporting, data analysis, Power BI, cash flow analysis, SQL, GAAP, "
               "valuation",
     .occasional = "Hyperion, NetSuite, Tableau, month-end close, SAP FICO, Microsoft PowerPoint, "
                   "cost accounting, Adaptive Planning",
     .soft = "analytical thinking, communication, attention to detail, critical thinking, "
             "presentation skills",
     .duties = "build models of revenue and cost; compare results with the budget; prepare monthly "
               "reports for management; forecast cash; evaluate investments; support the "
               "planning cycle"},
    {.name = "tax preparer",
     .sector = "Finance and Accounting",
     .ladder = "junior: Seasonal Tax Preparer; mid: Tax Preparer; senior: Senior Tax Accountant; "
               "lead: Tax Manager",
     .base_salary = 64000,
     .posting_share = .7,
     .work_modes = {.55, .3, .15},
     .part_time_share = .35,
     .field_of_study = "accounting",
     .credential = "Enrolled Agent status",
     .core = "tax preparation, tax law, tax planning, QuickBooks, customer service, accounting",
     .common = "tax software, IRS representation, account reconciliation, tax research, Microsoft "
               "Excel, bookkeeping",
     .occasional = "sales tax, payroll, GAAP, estate planning, general ledger, Spanish, data entry",
     .soft = "attention to detail, communication, integrity, time management, discretion",
     .duties = "interview clients about their income; prepare individual and business returns; "
               "research deductions; answer notices from the IRS; review returns before filing; "
               "advise clients on estimated payments"},
    {.name = "bookkeeper",
     .sector = "Finance and Accounting",
     .ladder = "junior: Accounting Clerk; mid: Bookkeeper; senior: Full-Charge Bookkeeper; lead: "
               "Accounts Payable Supervisor",
     .base_salary = 49000,
     .salary_spread = .6,
     .posting_share = .9,
     .work_modes = {.6, .25, .15},
     .part_time_share = .3,
     .core = "bookkeeping, QuickBooks, accounts payable, accounts receivable, payroll, account "
             "reconciliation",
     .common = "data entry, invoicing, Microsoft Excel, general ledger, sales tax, journal entries",
     .occasional = "Microsoft Office, Xero, month-end close, vendor management, expense reporting, "
                   "office administration",
     .soft = "attention to detail, organization, reliability, discretion, time management",
     .duties = "post invoices and payments; reconcile accounts every week; run payroll; chase "
               "overdue balances; file sales tax returns; keep records ready for the accountant"},
    {.name = "investment analyst",
     .sector = "Finance and Accounting",
     .ladder =
         "intern: Investment Banking Summer Analyst; junior: Investment Banking Analyst; mid: "
         "Investment Analyst; senior: Investment Associate; lead: Vice President, "
         "Investments; executive: Managing Director",
     .base_salary = 108000,
     .salary_spread = 1.2,
     .posting_share = .6,
     .work_modes = {.55, .42, .03},
     .field_of_study = "finance",
     .credential = "progress toward the CFA charter",
     .core = "financial modeling, valuation, mergers and acquisitions, due diligence, Microsoft "
             "Excel, investment analysis",
     .common =
         "Microsoft PowerPoint, Bloomberg Terminal, pitch books, portfolio management, equity "
         "research, financial statement analysis, Capital IQ",
     .occasional = "private equity, fixed income, wealth management, forecasting, Python, industry "
                   "research, financial reporting",
     .soft = "analytical thinking, work ethic, communication, attention to detail, presentation "
             "skills",
     .duties = "value companies and projects; prepare client presentations; analyze transactions; "
               "research markets and competitors; run due diligence; monitor the portfolio"},
    {.name = "actuary",
     .sector = "Finance and Accounting",
     .ladder = "intern: Actuarial Intern; junior: Actuarial Assistant; mid: Actuarial Analyst; "
               "senior: Actuary; lead: Managing Actuary; executive: Chief Actuary",
     .base_salary = 99000,
     .salary_spread = 1.1,
     .posting_share = .5,
     .work_modes = {.2, .5, .3},
     .field_of_study = "actuarial science",
     .credential = "at least three SOA or CAS exams",
     .core = "actuarial modeling, statistics, Microsoft Excel, insurance pricing, reserving, data "
             "analysis",
     .common = "SQL, R, Python, VBA, SAS, risk assessment, predictive modeling",
     .occasional = "financial reporting, regulatory reporting, Prophet, underwriting, forecasting, "
                   "regression analysis",
     .soft = "analytical thinking, attention to detail, communication, self-motivation, problem "
             "solving",
     .duties = "price insurance products; estimate reserves; study mortality and claims; prepare "
               "rate filings; validate models; explain results to underwriters"},
    {.name = "business analyst",
     .sector = "Business Analysis",
     .ladder = "intern: Business Analyst Intern; junior: Junior Business Analyst; mid: Business "
               "Analyst; senior: Senior Business Analyst; lead: Lead Business Analyst",
     .base_salary = 88000,
     .posting_share = 1.5,
     .work_modes = {.2, .5, .3},
     .field_of_study = "business administration",
     .credential = "a CBAP certification",
     .core = "requirements gathering, business process mapping, user stories, SQL, Agile, gap "
             "analysis",
     .common =
         "Jira, Microsoft Visio, user acceptance testing, process improvement, data analysis, "
         "stakeholder management, Microsoft Excel",
     .occasional = "Scrum, Confluence, Power BI, business requirements documents, Tableau, test "
                   "planning, CRM software, SDLC",
     .soft = "communication, analytical thinking, collaboration, critical thinking, facilitation",
     .duties = "interview stakeholders about their needs; write user stories and acceptance "
               "criteria; map current and future processes; coordinate acceptance tests; analyze "
               "data behind requests; keep the backlog in order"},
    {.name = "product manager",
     .sector = "Business Analysis",
     .ladder = "junior: Associate Product Manager; mid: Product Manager; senior: Senior Product "
               "Manager; lead: Group Product Manager; executive: Vice President of Product",
     .base_salary = 122000,
     .posting_share = 1.0,
     .work_modes = {.15, .45, .4},
     .field_of_study = "business administration",
     .core = "product management, product roadmaps, Agile, user stories, market research, "
             "stakeholder management",
     .common = "Jira, A/B testing, user research, Scrum, data analysis, requirements gathering, "
               "product launches",
     .occasional = "SQL, Figma, competitive analysis, pricing strategy, Google Analytics, "
                   "wireframing, go-to-market strategy",
     .soft = "leadership, communication, strategic thinking, prioritization, empathy",
     .duties = "set the roadmap for a product line; talk with customers every week; prioritize the "
               "backlog; define measures of success; plan launches with marketing; decide what "
               "not to build"},
    {.name = "management consultant",
     .sector = "Business Analysis",
     .ladder = "junior: Associate Consultant; mid: Consultant; senior: Senior Consultant; lead: "
               "Engagement Manager; executive: Partner",
     .base_salary = 102000,
     .salary_spread = 1.2,
     .posting_share = .6,
     .work_modes = {.25, .5, .25},
     .field_of_study = "business administration",
     .core = "business strategy, Microsoft PowerPoint, process improvement, financial analysis, "
             "market research, change management",
     .common = "data analysis, Microsoft Excel, stakeholder management, project management, "
               "benchmarking, business process mapping",
     .occasional = "Power BI, mergers and acquisitions, organizational design, cost optimization, "
                   "Six Sigma, competitive analysis",
     .soft = "communication, critical thinking, presentation skills, leadership, adaptability",
     .duties = "structure client problems; interview managers and experts; analyze operations and "
               "cost; present recommendations; plan the implementation; coach client teams"},
    {.name = "recruiter",
     .sector = "Human Resources",
     .ladder = "intern: Recruiting Intern; junior: Recruiting Coordinator; mid: Recruiter; senior: "
               "Senior Recruiter; lead: Talent Acquisition Manager",
     .base_salary = 66000,
     .posting_share = 1.0,
     .work_modes = {.3, .4, .3},
     .field_of_study = "human resources",
     .core = "recruiting, candidate sourcing, interviewing, applicant tracking systems, LinkedIn "
             "Recruiter, onboarding",
     .common = "job postings, background checks, employer branding, Microsoft Office, employee "
               "relations, scheduling",
     .occasional = "Workday, technical recruiting, campus recruiting, compensation analysis, HRIS, "
                   "market research",
     .soft = "relationship building, communication, organization, persuasion, empathy",
     .duties = "source candidates for open roles; screen applicants by phone; coordinate "
               "interviews; negotiate offers; advise hiring managers; attend career fairs"},
    {.name = "human resources generalist",
     .sector = "Human Resources",
     .ladder = "junior: HR Assistant; mid: HR Generalist; senior: HR Business Partner; lead: HR "
               "Manager; executive: Vice President of Human Resources",
     .base_salary = 69000,
     .posting_share = 1.1,
     .work_modes = {.5, .38, .12},
     .field_of_study = "human resources",
     .credential = "a SHRM-CP or PHR certification",
     .core = "employee relations, onboarding, benefits administration, HRIS, employment law, "
             "recruiting",
     .common = "payroll, performance management, policy development, compliance, Microsoft Office, "
               "interviewing, FMLA administration",
     .occasional = "Workday, ADP Workforce Now, workers' compensation, compensation analysis, "
                   "training and development, OSHA regulations",
     .soft = "discretion, communication, empathy, conflict resolution, organization",
     .duties = "advise managers on employee matters; administer benefits and leave; welcome new "
               "hires; maintain personnel files; investigate complaints; update the employee "
               "handbook"},
    {.name = "training specialist",
     .sector = "Human Resources",
     .ladder = "junior: Training Coordinator; mid: Training Specialist; senior: Senior Learning "
               "Designer; lead: Learning and Development Manager",
     .base_salary = 67000,
     .posting_share = .5,
     .work_modes = {.4, .38, .22},
     .field_of_study = "organizational development",
     .core = "training and development, instructional design, e-learning, learning management "
             "systems, Articulate Storyline, needs assessment",
     .common = "onboarding, public speaking, Microsoft PowerPoint, curriculum development, "
               "performance management, video editing",
     .occasional =
         "change management, Adobe Captivate, HRIS, program evaluation, webinars, Workday",
     .soft = "presentation skills, communication, creativity, patience, organization",
     .duties = "design courses for new employees; deliver workshops; measure what people learned; "
               "maintain the learning portal; assess training needs; coach first-time managers"},
    {.name = "sales representative",
     .sector = "Sales and Marketing",
     .ladder = "junior: Sales Development Representative; mid: Account Executive; senior: Senior "
               "Account Executive; lead: Regional Sales Manager; executive: Vice President of "
               "Sales",
     .base_salary = 72000,
     .posting_share = 1.5,
     .work_modes = {.4, .3, .3},
     .field_of_study = "business administration",
     .core = "sales, lead generation, Salesforce, cold calling, account management, negotiating "
             "contracts",
     .common = "CRM software, sales presentations, pipeline management, customer service, business "
               "development, product demonstrations",
     .occasional = "territory management, sales forecasting, HubSpot, proposal writing, market "
                   "research, cross-selling",
     .soft = "persuasion, relationship building, communication, self-motivation, resilience",
     .duties = "prospect for new customers; demonstrate products; prepare quotes and proposals; "
               "negotiate terms; keep records in the CRM; meet quarterly targets"},
    {.name = "marketing specialist",
     .sector = "Sales and Marketing",
     .ladder =
         "intern: Marketing Intern; junior: Marketing Coordinator; mid: Marketing Specialist; "
         "senior: Senior Marketing Manager; lead: Director of Marketing; executive: Chief "
         "Marketing Officer",
     .base_salary = 70000,
     .posting_share = 1.2,
     .work_modes = {.25, .4, .35},
     .field_of_study = "marketing",
     .core = "digital marketing, social media marketing, SEO, content marketing, Google Analytics, "
             "email marketing",
     .common = "Google Ads, campaign management, copywriting, market research, HubSpot, WordPress, "
               "A/B testing",
     .occasional = "Adobe Creative Cloud, Canva, event planning, brand management, Salesforce, "
                   "marketing automation, public relations",
     .soft = "creativity, communication, organization, adaptability, storytelling",
     .duties =
         "plan campaigns across channels; write copy for web and email; measure the return of "
         "campaigns; manage social media accounts; brief designers; organize trade shows"},
    {.name = "customer success manager",
     .sector = "Sales and Marketing",
     .ladder = "junior: Customer Service Representative; mid: Customer Success Manager; senior: "
               "Senior Customer Success Manager; lead: Head of Customer Success",
     .base_salary = 74000,
     .posting_share = .9,
     .work_modes = {.3, .3, .4},
     .field_of_study = "business administration",
     .core = "customer service, account management, client onboarding, CRM software, Salesforce, "
             "customer retention",
     .common = "Zendesk, product demonstrations, technical support, renewals, data analysis, "
               "call center operations",
     .occasional = "business development, upselling, Microsoft Office, webinars, project "
                   "management, HubSpot",
     .soft = "empathy, communication, customer focus, problem solving, patience",
     .duties = "welcome new clients; answer questions by phone and chat; review usage with "
               "customers; renew contracts; escalate technical problems; gather feedback for the "
               "product team"},
    {.name = "operations manager",
     .sector = "Operations and Logistics",
     .ladder = "junior: Operations Coordinator; mid: Operations Supervisor; senior: Operations "
               "Manager; lead: Director of Operations; executive: Chief Operating Officer",
     .base_salary = 72000,
     .salary_spread = 1.1,
     .posting_share = 1.1,
     .work_modes = {.7, .25, .05},
     .field_of_study = "business administration",
     .core = "operations management, process improvement, budgeting, staff supervision, KPI "
             "tracking, inventory management",
     .common = "scheduling, Microsoft Excel, vendor management, quality control, P&L "
               "responsibility, lean manufacturing, training and development",
     .occasional = "Six Sigma, ERP systems, forecasting, logistics, contract negotiation, "
                   "performance management, compliance",
     .soft = "leadership, decision making, communication, problem solving, organization",
     .duties = "run daily operations; set targets with each team; reduce waste and delay; plan "
               "staffing; control the budget; report results to senior management"},
    {.name = "project manager",
     .sector = "Operations and Logistics",
     .ladder = "intern: Project Management Intern; junior: Project Coordinator; mid: Project "
               "Manager; senior: Senior Project Manager; lead: PMO Manager; executive: Head of the "
               "PMO",
     .base_salary = 93000,
     .posting_share = 1.2,
     .work_modes = {.35, .42, .23},
     .field_of_study = "business administration",
     .credential = "a PMP certification",
     .core = "project management, project scheduling, risk management, stakeholder management, "
             "budgeting, Microsoft Project",
     .common = "Agile, status reporting, Jira, change management, resource planning, Scrum, "
               "vendor management",
     .occasional = "PMO governance, Microsoft Excel, contract negotiation, Smartsheet, Microsoft "
                   "PowerPoint, earned value management, portfolio management",
     .soft = "leadership, communication, organization, negotiation, prioritization",
     .duties =
         "plan projects and milestones; chair status meetings; track risks and issues; manage "
         "the budget; report progress to sponsors; coordinate several teams"},
    {.name = "supply chain analyst",
     .sector = "Operations and Logistics",
     .ladder = "intern: Supply Chain Intern; junior: Supply Chain Coordinator; mid: Supply Chain "
               "Analyst; senior: Senior Supply Chain Planner; lead: Supply Chain Manager; "
               "executive: Vice President of Supply Chain",
     .base_salary = 76000,
     .posting_share = .9,
     .work_modes = {.45, .43, .12},
     .field_of_study = "supply chain management",
     .core = "supply chain management, demand planning, inventory management, forecasting, "
             "Microsoft Excel, procurement",
     .common = "SAP, logistics, data analysis, ERP systems, vendor management, purchasing, KPI "
               "tracking",
     .occasional = "SQL, Power BI, contract negotiation, Oracle ERP, warehouse management systems, "
                   "import and export compliance, capacity planning",
     .soft = "analytical thinking, communication, negotiation, organization, problem solving",
     .duties = "forecast demand by product; place purchase orders; track shipments; reduce excess "
               "stock; measure supplier performance; plan production with the plants"},
    {.name = "warehouse associate",
     .sector = "Operations and Logistics",
     .ladder = "junior: Warehouse Associate; mid: Forklift Operator; senior: Warehouse Lead; lead: "
               "Warehouse Supervisor",
     .base_salary = 42000,
     .salary_spread = .6,
     .posting_share = 1.1,
     .work_modes = {1, 0, 0},
     .part_time_share = .2,
     .core = "order picking, forklift operation, shipping and receiving, inventory management, "
             "packing, warehouse safety",
     .common = "RF scanners, warehouse management systems, loading and unloading, cycle counting, "
               "logistics, data entry",
     .occasional = "OSHA regulations, quality control, staff supervision, pallet jacks, equipment "
                   "operation, scheduling",
     .soft = "reliability, physical stamina, teamwork, attention to detail, work ethic",
     .duties =
         "pack orders for shipment; load trucks; receive deliveries; count stock; keep aisles "
         "safe and clean; operate lift equipment"},
    {.name = "attorney",
     .sector = "Legal",
     .ladder = "intern: Law Clerk; junior: Associate Attorney; mid: Attorney; senior: Senior "
               "Counsel; lead: Managing Attorney; executive: General Counsel",
     .base_salary = 118000,
     .salary_spread = 1.1,
     .posting_share = .9,
     .work_modes = {.45, .42, .13},
     .field_of_study = "law",
     .credential = "admission to the state bar",
     .core = "litigation, legal research, legal writing, contract drafting, case management, "
             "Westlaw",
     .common = "discovery, depositions, negotiating contracts, client counseling, trial "
               "preparation, civil procedure, LexisNexis",
     .occasional = "employment law, corporate law, intellectual property, mediation, compliance, "
                   "family law, due diligence, real estate law",
     .soft = "analytical thinking, persuasion, communication, attention to detail, integrity",
     .duties = "represent clients in court and at mediation; draft contracts and pleadings; "
               "research points of law; advise clients on risk; take depositions; negotiate "
               "settlements"},
    {.name = "paralegal",
     .sector = "Legal",
     .ladder = "intern: Legal Intern; junior: Legal Assistant; mid: Paralegal; senior: Senior "
               "Paralegal; lead: Paralegal Manager",
     .base_salary = 60000,
     .salary_spread = .7,
     .posting_share = .8,
     .work_modes = {.5, .38, .12},
     .field_of_study = "paralegal studies",
     .credential = "a paralegal certificate",
     .core = "legal research, case management, document review, legal writing, discovery, "
             "e-filing",
     .common = "Westlaw, Microsoft Office, trial preparation, calendaring, LexisNexis, client "
               "intake, litigation",
     .occasional = "Clio, contract drafting, billing, notary public, office administration, "
                   "e-discovery, data entry",
     .soft = "organization, attention to detail, discretion, time management, communication",
     .duties = "organize case files; draft routine pleadings; file documents with the courts; "
               "summarize records; schedule hearings; prepare exhibits"},
    {.name = "contracts manager",
     .sector = "Legal",
     .ladder = "junior: Contract Administrator; mid: Contracts Specialist; senior: Contracts "
               "Manager; lead: Director of Contracts",
     .base_salary = 82000,
     .posting_share = .5,
     .work_modes = {.35, .45, .2},
     .field_of_study = "business administration",
     .core = "contract administration, contract negotiation, contract drafting, compliance, "
             "procurement, risk management",
     .common = "government contracting, vendor management, legal writing, Federal Acquisition "
               "Regulation, document review, Microsoft Office",
     .occasional = "DocuSign, stakeholder management, policy development, legal research, "
                   "proposal writing, corporate law",
     .soft = "negotiation, attention to detail, communication, organization, integrity",
     .duties = "negotiate agreements with customers and suppliers; track obligations and renewals; "
               "advise project "
               "teams on terms; maintain the contract archive; check compliance of "
               "subcontracts; support audits"},
};

}  // namespace

std::span<const RawOccupation> BusinessOccupations() { return kOccupations; }

}  // namespace dynajob::vocabulary_data
