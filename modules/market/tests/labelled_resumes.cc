#include "labelled_texts.h"

namespace dynajob {
namespace {

constexpr LabelledText kResumes[] = {
    {"java developer",
     R"(SUMMARY
Java developer with 6 years in banking. Core Java, Spring MVC, Hibernate, JSP, Oracle 11g, PL/SQL, Maven, JUnit, SVN.
EXPERIENCE
Initech - Java Developer (2018 - present)
- Built payment screens with AngularJS and REST services
- Wrote stored procedures; fixed production defects on call
- Took part in Agile ceremonies
EDUCATION: B.E., Pune)",
     "Java;Spring Framework;Hibernate;JSP;Oracle Database;PL/SQL;Maven;JUnit;Subversion;Angular;"
     "REST APIs;stored procedures;Agile;debugging",
     ""},
    {"python data analyst",
     R"(Data Analyst | Globex
Skills: Python, R, SQL, Tableau, MS Excel, Power Query
- Automated weekly KPI reports, saving 10 hours
- Cleaned and merged survey data in pandas and ran regressions
- Presented findings to managers
Hobby: I keep a python called Monty and play the guitar.)",
     "Python;R;SQL;Tableau;Microsoft Excel;Power Query;reporting;KPI tracking;data cleaning;pandas;"
     "regression analysis;data analysis",
     "presentation skills"},
    {"devops engineer",
     R"(DevOps Engineer, 8 years. AWS certified.
Tools: Jenkins, GitLab CI, Ansible, Chef, Docker, Kubernetes, Helm, Prometheus, Grafana, Bash, Python, Linux (RHEL).
Cut deployment time from 2 hours to 9 minutes. Mentored three juniors. Ran disaster recovery drills.)",
     "DevOps;AWS;Jenkins;GitLab;CI/CD;Ansible;Chef automation;Docker;Kubernetes;Helm;Prometheus;"
     "Grafana;shell scripting;Python;Linux;disaster recovery",
     "mentoring"},
    {"qa engineer",
     R"(QA ENGINEER
Manual and automation testing of web and mobile apps. Selenium WebDriver with Java, TestNG, Postman, JMeter, Jira.
Wrote test plans and test cases, executed regression and smoke tests, logged defects, took part in UAT sign-off.
Strengths: analytical mind, eye for detail.)",
     "manual testing;test automation;Selenium;Java;TestNG;Postman;JMeter;Jira;test planning;"
     "test case management;regression testing;user acceptance testing",
     "analytical thinking;attention to detail"},
    {"hadoop developer",
     R"(Hadoop Developer - Infosys
Worked on HDFS, Hive, Pig, Sqoop, Oozie and Spark with Scala. Imported data from Oracle and MySQL using Sqoop; wrote
Hive queries with partitions; scheduled jobs in Oozie; tuned long-running jobs. Cloudera distribution.
Exprience - 38 months)",
     "Hadoop;HDFS;Apache Hive;Apache Pig;Apache Sqoop;Apache Oozie;Apache Spark;Scala;"
     "Oracle Database;MySQL;performance tuning;Cloudera;job scheduling",
     ""},
    {"sap consultant",
     R"(SAP FICO Consultant, 5 years
Configured GL, AP, AR and asset accounting; two S/4HANA migrations; wrote functional specs for ABAP developers;
trained key users and supported month-end closing. Gathered requirements in workshops with finance controllers.)",
     "SAP FICO;general ledger;accounts payable;accounts receivable;fixed assets;SAP S/4HANA;"
     "specifications writing;training and development;month-end close;requirements gathering;"
     "data migration",
     ""},
    {"network admin",
     R"(Network and Systems Administrator
Windows Server, Active Directory, VMware, Office 365 for 300 users. Configured Cisco switches, firewalls and VPN.
Backups with Veeam, tested restores monthly. First point of contact for tickets. CCNA, MCSA.
Languages: English, some Spanish.)",
     "Windows Server;Active Directory;VMware;Microsoft 365;Cisco networking;firewalls;VPN;"
     "backup and recovery;Veeam;technical support;Spanish;system administration",
     ""},
    {"blockchain developer",
     R"(Blockchain Developer
Wrote and audited Solidity smart contracts on Ethereum; Truffle, Web3.js, React front ends, Node.js services.
Knowledge of Hyperledger Fabric and cryptography. Hackathon winner 2021. Self-taught and curious.)",
     "blockchain;Solidity;smart contracts;Ethereum;Truffle;Web3.js;React;Node.js;Hyperledger;"
     "cryptography;security auditing",
     "self-motivation;curiosity"},
    {"registered nurse resume",
     R"(Registered Nurse, ICU
- Cared for ventilated patients, titrated drips, placed IVs, responded to codes
- Charge nurse for 12 beds; precepted new graduates
- Epic super user
Certifications: BLS, ACLS, CCRN. Licensed in Texas.
"Calm, kind and quick" - last performance review)",
     "critical care;patient care;IV therapy;Epic;BLS;ACLS;staff supervision;"
     "electronic health records",
     "calm under pressure;mentoring;empathy"},
    {"accountant resume",
     R"(ACCOUNTS EXECUTIVE
Handled AP/AR, bank reconciliation, payroll for 80 staff, sales tax returns and vendor queries. QuickBooks and Tally.
Prepared monthly P&L for owners. Good knowledge of MS Office. Hard working and honest.
References: Mr. Word, Ms. Power (accounting professors).)",
     "accounts payable;accounts receivable;account reconciliation;payroll;sales "
     "tax;QuickBooks;Tally;"
     "financial reporting;Microsoft Office;accounting",
     "work ethic;integrity"},
    {"hr resume",
     R"(HR Executive with 4 years in manufacturing
End-to-end recruitment: job postings, screening, interviews, offers. Induction of new joiners. Time-office and payroll
inputs. Organised sports day and celebrations. Counselled employees, drafted policies. MBA (HR).)",
     "recruiting;job postings;interviewing;onboarding;payroll;event planning;employee relations;"
     "policy development;candidate sourcing",
     ""},
    {"mechanical resume",
     R"(Mechanical Engineer (B.Tech 2019)
AutoCAD, SolidWorks, ANSYS. Designed jigs and fixtures, made 2D drawings with tolerances, helped with FMEA and 5S.
Shift in-charge for CNC lathe section: planned manpower, reduced rejections by Six Sigma methods.
Sincere, quick learner.)",
     "AutoCAD;SolidWorks;ANSYS;mechanical design;technical drawings;"
     "failure mode and effects analysis;5S;CNC machining;staff supervision;Six Sigma;quality "
     "control",
     "adaptability"},
    {"civil resume",
     R"(SITE ENGINEER
Supervised RCC work of G+7 building, checked bar bending schedules, took levels with auto level and total station,
prepared bills of quantities and daily progress reports, coordinated with contractors.
Software: AutoCAD, STAAD Pro, MS Project.)",
     "site supervision;concrete placement;surveying;total stations;quantity takeoff;daily "
     "reporting;"
     "subcontractor management;AutoCAD;STAAD.Pro;Microsoft Project",
     ""},
    {"electrical resume",
     R"(Electrical Engineer - Maintenance
PLC (Siemens S7, Allen-Bradley) programming and troubleshooting, VFDs, SCADA screens, transformers and switchgear.
Preventive maintenance plans cut downtime 18 %. Read and corrected wiring diagrams. Trained technicians.)",
     "PLC programming;Allen-Bradley;electrical troubleshooting;SCADA;power distribution;"
     "preventive maintenance;technical drawings;training and development;variable frequency drives",
     ""},
    {"web designer resume",
     R"(Web Designer / Front-End
HTML5, CSS3, Sass, Bootstrap, jQuery, WordPress themes, Photoshop, Adobe XD. Built responsive sites for 30 clients
and kept them updated. SEO basics. Please see my portfolio. Loves rock climbing and sketching landscapes.)",
     "web design;HTML;CSS;Sass;Bootstrap;jQuery;WordPress;Adobe Photoshop;Adobe XD;"
     "responsive design;SEO",
     ""},
    {"sales resume",
     R"(Territory Sales Manager, FMCG
Managed 40 distributors and a team of 6 reps; grew sales 22 %. Appointed dealers, ran trade promotions, forecasted
monthly demand, collected payments. Negotiated shelf space with chains. Target driven and persuasive.)",
     "territory management;sales;staff supervision;sales forecasting;account management;"
     "trade promotions;business development",
     "negotiation;persuasion;leadership"},
    {"teacher resume",
     R"(High School Math Teacher
Taught Algebra I, Geometry and AP Calculus to classes of 30. Wrote curriculum for a new statistics elective. Ran
after-school tutoring and the chess club. Used Canvas and Desmos. Raised pass rate from 71 to 86 %.
Texas certified 7-12 Mathematics.)",
     "mathematics instruction;Advanced Placement courses;curriculum development;tutoring;Canvas "
     "LMS",
     ""},
    {"chef resume",
     R"(Sous Chef
Supervised 9 cooks, wrote weekly specials, ordered produce, kept food cost under 29 %, trained staff on HACCP.
Pastry and bread in early career. ServSafe Manager. Cuisine: Italian, French.)",
     "staff supervision;menu planning;purchasing;food cost control;food safety;baking;ServSafe;"
     "cooking;training and development",
     ""},
    {"barber resume",
     R"(Licensed cosmetologist. Cuts, color, balayage and beard trims; consults with each guest before starting; keeps
stations sanitized; books appointments and sells retail products. Built a clientele of 200 by word of mouth.)",
     "cosmetology;hair cutting;hair coloring;barbering;client consultation;sanitation;"
     "appointment scheduling;retail sales;client retention",
     ""},
    {"advocate resume",
     R"(Advocate, High Court
Drafted plaints, written statements and contracts; appeared in civil and criminal matters; legal research on SCC
Online; advised clients on property disputes and arbitration. LL.B. 2016. Fluent in Hindi and English.)",
     "legal writing;contract drafting;litigation;criminal law;civil procedure;legal research;"
     "client counseling;real estate law;arbitration",
     ""},
    {"fitness resume",
     R"(Group Fitness and Yoga Instructor
200-hour RYT. Teaches vinyasa, Pilates and HIIT to classes of 25. Plans sequences for injuries, greets every member by
name. AED/CPR certified. Former college swimmer; swift learner, go-getter.)",
     "group fitness;yoga instruction;Pilates;CPR;AED;injury prevention",
     "friendliness;self-motivation"},
    {"pmo resume",
     R"(PMO Lead
Set up governance, stage gates and portfolio dashboards for 40 projects (USD 25M). Resource planning in MS Project and
Smartsheet; risk registers; monthly steering reports. Coached project managers. PMP, PRINCE2.)",
     "PMO governance;portfolio management;dashboards;resource planning;Microsoft "
     "Project;Smartsheet;"
     "risk management;status reporting;project management;coaching",
     "mentoring"},
    {"artist resume",
     R"(Dance Teacher and Choreographer
Ballet and contemporary for ages 6 to 18; choreographed three stage productions a year; sewed costumes, edited video
trailers, ran social media. Worked with children with special needs. Patient, imaginative, energetic.)",
     "dance instruction;choreography;stage production;video editing;social media marketing;"
     "special education",
     "patience;creativity"},
    {"operations manager resume",
     R"(Operations Manager - 3PL warehouse
Led 85 associates over three shifts; P&L of $14M; implemented WMS; reduced pick errors by 40 % with lean; negotiated
carrier rates; kept OSHA recordables at zero. Built dashboards in Power BI. Driving for results, leading by example.)",
     "operations management;staff supervision;P&L responsibility;warehouse management systems;"
     "lean manufacturing;process improvement;vendor management;OSHA regulations;dashboards;Power "
     "BI;"
     "logistics;warehouse safety",
     "leadership;negotiation"},
};

}  // namespace

std::span<const LabelledText> LabelledResumes() { return kResumes; }

}  // namespace dynajob
