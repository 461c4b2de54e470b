// Occupations of software, data, infrastructure and embedded systems.
#include "vocabulary_data.h"

namespace dynajob::vocabulary_data {
namespace {

constexpr RawOccupation kOccupations[] = {
    {.name = "Java developer",
     .sector = "Software Development",
     .ladder = "intern: Java Developer Intern; junior: Junior Java Developer; mid: Java Developer; "
               "senior: Senior Java Developer; lead: Lead Java Engineer",
     .base_salary = 112000,
     .posting_share = 1.1,
     .work_modes = {.2, .45, .35},
     .field_of_study = "computer science",
     .credential = "Oracle Certified Professional, Java SE",
     .core = "Java, Spring Boot, SQL, REST APIs, microservices, Hibernate",
     .common = "Git, Maven, JUnit, PostgreSQL, Apache Kafka, Docker, object-oriented programming",
     .occasional = "Gradle, AWS, Jenkins, Kubernetes, Oracle Database, Kotlin, multithreading, "
                   "JavaScript",
     .soft = "problem solving, teamwork, communication, attention to detail, adaptability, "
             "mentoring",
     .duties = "design backend services for our core products; write unit tests for new and "
               "existing modules; review the code of other engineers; migrate legacy applications "
               "to microservices; tune slow database queries; document service interfaces"},
    {.name = ".NET developer",
     .sector = "Software Development",
     .ladder = "junior: Junior .NET Developer; mid: .NET Developer; senior: Senior .NET Developer; "
               "lead: .NET Technical Lead",
     .base_salary = 106000,
     .posting_share = .9,
     .work_modes = {.25, .45, .3},
     .field_of_study = "computer science",
     .credential = "Microsoft Certified: Azure Developer Associate",
     .core = "C#, .NET, ASP.NET, Microsoft SQL Server, Entity Framework, REST APIs",
     .common = "SQL, Azure, JavaScript, Git, HTML, CSS, Visual Studio, object-oriented programming",
     .occasional = "Angular, Azure DevOps, Blazor, LINQ, microservices, WPF, stored procedures, "
                   "unit testing",
     .soft = "problem solving, teamwork, communication, time management, attention to detail",
     .duties = "develop web applications for business users; maintain the services behind our "
               "customer portal; design database schemas and stored procedures; integrate "
               "third-party systems through web services; investigate defects reported by support; "
               "present new features to stakeholders"},
    {.name = "Python developer",
     .sector = "Software Development",
     .ladder = "intern: Python Developer Intern; junior: Junior Python Developer; mid: Python "
               "Developer; senior: Senior Python Developer; lead: Lead Python Engineer",
     .base_salary = 114000,
     .posting_share = 1.0,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .core = "Python, Django, SQL, REST APIs, PostgreSQL, Git",
     .common = "Flask, Docker, AWS, Linux, pytest, FastAPI, object-oriented programming",
     .occasional = "Redis, Celery, JavaScript, pandas, MongoDB, CI/CD, Kubernetes, web scraping",
     .soft = "problem solving, communication, curiosity, teamwork, self-motivation",
     .duties =
         "build web services and internal tools; automate data feeds between systems; design "
         "interfaces that other teams depend on; write automated tests; monitor the health of "
         "production services; improve the speed of our deployment pipeline"},
    {.name = "front-end developer",
     .sector = "Software Development",
     .ladder = "intern: Front-End Developer Intern; junior: Junior Front-End Developer; mid: "
               "Front-End Developer; senior: Senior Front-End Developer; lead: Lead UI Engineer",
     .base_salary = 104000,
     .posting_share = 1.0,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .core = "JavaScript, React, HTML, CSS, TypeScript, responsive design",
     .common = "Git, REST APIs, Redux, Node.js, web accessibility, Figma, Sass",
     .occasional = "Angular, Vue.js, Webpack, Jest, GraphQL, jQuery, Bootstrap, Next.js",
     .soft = "creativity, teamwork, attention to detail, communication, adaptability",
     .duties = "turn designs into accessible web pages; develop reusable interface components; "
               "measure the speed of our pages; work with designers on new features; fix layout "
               "defects across browsers; maintain the component library"},
    {.name = "full-stack developer",
     .sector = "Software Development",
     .ladder = "junior: Junior Software Developer; mid: Full-Stack Developer; senior: Senior "
               "Full-Stack Developer; lead: Lead Software Engineer; executive: Director of "
               "Engineering",
     .base_salary = 115000,
     .posting_share = 1.4,
     .work_modes = {.2, .4, .4},
     .field_of_study = "computer science",
     .core = "JavaScript, Node.js, React, SQL, REST APIs, HTML",
     .common = "CSS, TypeScript, Git, MongoDB, PostgreSQL, Docker, AWS, Python",
     .occasional = "GraphQL, Express.js, PHP, Ruby on Rails, CI/CD, microservices, Redis, "
                   "unit testing, Go",
     .soft = "problem solving, collaboration, communication, adaptability, time management",
     .duties =
         "deliver features from the database to the browser; estimate the effort of new work; "
         "review pull requests; support releases to production; refactor older parts of the "
         "code base; discuss requirements with product managers"},
    {.name = "mobile developer",
     .sector = "Software Development",
     .ladder = "junior: Junior Mobile Developer; mid: Mobile App Developer; senior: Senior Mobile "
               "Engineer; lead: Mobile Engineering Lead",
     .base_salary = 113000,
     .posting_share = .6,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .core = "Swift, Kotlin, iOS development, Android development, REST APIs, mobile app design",
     .common = "Git, React Native, Java, Xcode, Android Studio, Firebase, unit testing",
     .occasional = "Flutter, Objective-C, SQLite, CI/CD, JavaScript, TypeScript, UI design",
     .soft = "creativity, problem solving, teamwork, attention to detail, communication",
     .duties = "develop new screens and features for our apps; publish releases to the app stores; "
               "diagnose crashes reported from the field; reduce start-up time and memory use; "
               "work with designers on gestures and layouts; test the app on a wide range of "
               "devices"},
    {.name = "QA engineer",
     .sector = "Software Development",
     .ladder = "intern: QA Intern; junior: Junior QA Tester; mid: QA Engineer; senior: Senior QA "
               "Automation Engineer; lead: QA Lead",
     .base_salary = 92000,
     .posting_share = 1.1,
     .work_modes = {.25, .45, .3},
     .field_of_study = "computer science",
     .credential = "ISTQB certification",
     .core = "test automation, Selenium, manual testing, test planning, regression testing, Jira",
     .common = "Java, SQL, API testing, Postman, TestNG, Agile, performance testing, Python",
     .occasional = "JMeter, Cucumber, Jenkins, Cypress, Appium, test case management, Git, "
                   "user acceptance testing",
     .soft = "attention to detail, analytical thinking, communication, persistence, teamwork",
     .duties = "plan the tests of each release; automate regression suites; report defects with "
               "clear steps to reproduce; verify fixes before they ship; test interfaces between "
               "services; track test coverage over time"},
    {.name = "blockchain developer",
     .sector = "Software Development",
     .ladder = "junior: Junior Blockchain Developer; mid: Blockchain Developer; senior: Senior "
               "Blockchain Engineer; lead: Blockchain Architect",
     .base_salary = 128000,
     .posting_share = .4,
     .work_modes = {.1, .3, .6},
     .field_of_study = "computer science",
     .core = "blockchain, Solidity, Ethereum, smart contracts, JavaScript, cryptography",
     .common = "Node.js, Hyperledger, Web3.js, Git, Go, REST APIs, Docker",
     .occasional = "Rust, decentralized finance, Python, MongoDB, Truffle, security auditing, AWS",
     .soft = "curiosity, problem solving, analytical thinking, communication, teamwork",
     .duties = "write smart contracts for token and payment products; audit contracts for security "
               "flaws; connect web applications to the ledger; operate validator nodes; design "
               "key-management procedures; document the protocol for partners"},
    {.name = "embedded software engineer",
     .sector = "Embedded Systems",
     .ladder = "intern: Embedded Software Intern; junior: Embedded Software Engineer I; mid: "
               "Embedded Software Engineer; senior: Senior Embedded Software Engineer; lead: "
               "Principal Embedded Engineer",
     .base_salary = 115000,
     .posting_share = 1.2,
     .work_modes = {.5, .4, .1},
     .field_of_study = "computer engineering",
     .core = "C, C++, embedded systems, RTOS, microcontrollers, debugging",
     .common = "embedded Linux, ARM architecture, I2C, SPI, device drivers, Git, Python, UART",
     .occasional = "FreeRTOS, CAN bus, oscilloscopes, Yocto, Bluetooth Low Energy, MISRA C, JTAG, "
                   "unit testing",
     .soft = "problem solving, analytical thinking, teamwork, attention to detail, communication",
     .duties = "develop firmware for sensor and control units; bring up new boards with the "
               "hardware team; port drivers to new processors; debug timing problems on the bench; "
               "write low-level tests; reduce power consumption"},
    {.name = "firmware engineer",
     .sector = "Embedded Systems",
     .ladder = "junior: Associate Firmware Engineer; mid: Firmware Engineer; senior: Senior "
               "Firmware Engineer; lead: Firmware Team Lead",
     .base_salary = 117000,
     .posting_share = .7,
     .work_modes = {.5, .4, .1},
     .field_of_study = "electrical engineering",
     .core = "C, firmware development, microcontrollers, RTOS, device drivers, ARM architecture",
     .common = "C++, embedded systems, SPI, I2C, UART, oscilloscopes, logic analyzers, debugging",
     .occasional = "bootloaders, Bluetooth Low Energy, assembly language, USB, Python, "
                   "schematic capture, Git, low-power design",
     .soft = "attention to detail, problem solving, persistence, collaboration, communication",
     .duties = "implement boot and update procedures; characterize hardware on the bench; maintain "
               "drivers for radios and sensors; trace faults returned from the field; review "
               "schematics with electrical engineers; automate production tests"},
    {.name = "FPGA engineer",
     .sector = "Embedded Systems",
     .ladder = "junior: FPGA Engineer I; mid: FPGA Engineer; senior: Senior FPGA Engineer; lead: "
               "Principal Digital Design Engineer",
     .base_salary = 124000,
     .posting_share = .6,
     .work_modes = {.65, .3, .05},
     .field_of_study = "electrical engineering",
     .core = "FPGA design, VHDL, Verilog, digital design, simulation, Xilinx Vivado",
     .common = "SystemVerilog, timing analysis, embedded systems, MATLAB, C, Python, "
               "oscilloscopes",
     .occasional = "signal processing, PCIe, Ethernet, ModelSim, logic analyzers, PCB design, "
                   "hardware verification",
     .soft = "analytical thinking, attention to detail, problem solving, teamwork, documentation "
             "skills",
     .duties = "design digital logic for data acquisition; simulate blocks before synthesis; close "
               "timing on large devices; verify designs in the laboratory; integrate processor "
               "cores; document interfaces for software engineers"},
    {.name = "systems engineer",
     .sector = "Embedded Systems",
     .ladder = "intern: Systems Engineering Intern; junior: Associate Systems Engineer; mid: "
               "Systems Engineer; senior: Senior Systems Engineer; lead: Lead Systems Engineer; "
               "executive: Director of Systems Engineering",
     .base_salary = 112000,
     .posting_share = .9,
     .work_modes = {.55, .38, .07},
     .field_of_study = "systems engineering",
     .credential = "an active security clearance",
     .core = "systems engineering, requirements management, system integration, verification and "
             "validation, MATLAB, technical documentation",
     .common = "IBM DOORS, model-based systems engineering, Simulink, risk management, embedded "
               "systems, test planning",
     .occasional = "SysML, failure mode and effects analysis, configuration management, Python, "
                   "C++, Jira, signal processing",
     .soft = "communication, analytical thinking, teamwork, critical thinking, organization",
     .duties = "derive requirements from customer needs; define interfaces between subsystems; "
               "plan integration and qualification tests; trace requirements through design and "
               "test; analyze failures; present trade studies at design reviews"},
    {.name = "data scientist",
     .sector = "Data Science",
     .ladder = "intern: Data Science Intern; junior: Junior Data Scientist; mid: Data Scientist; "
               "senior: Senior Data Scientist; lead: Lead Data Scientist; executive: Director of "
               "Data Science",
     .base_salary = 124000,
     .posting_share = 1.4,
     .work_modes = {.15, .45, .4},
     .field_of_study = "statistics",
     .core = "Python, machine learning, SQL, statistics, pandas, scikit-learn",
     .common = "R, data visualization, NumPy, predictive modeling, A/B testing, TensorFlow, "
               "Tableau, natural language processing",
     .occasional = "deep learning, Apache Spark, PyTorch, AWS, Git, time series analysis, "
                   "feature engineering, Keras, Jupyter",
     .soft = "analytical thinking, communication, curiosity, problem solving, storytelling",
     .duties =
         "build models that predict customer behavior; design experiments with product teams; "
         "explore large data sets for patterns; present findings to executives; deploy models "
         "with engineers; monitor models for drift"},
    {.name = "machine learning engineer",
     .sector = "Data Science",
     .ladder = "junior: Junior Machine Learning Engineer; mid: Machine Learning Engineer; senior: "
               "Senior Machine Learning Engineer; lead: Staff Machine Learning Engineer",
     .base_salary = 140000,
     .posting_share = .8,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .core = "Python, machine learning, deep learning, PyTorch, TensorFlow, MLOps",
     .common = "Docker, AWS, Kubernetes, scikit-learn, natural language processing, SQL, Git, "
               "NumPy",
     .occasional = "computer vision, Apache Spark, CI/CD, C++, MLflow, recommender systems, "
                   "large language models, REST APIs, Keras",
     .soft = "problem solving, collaboration, analytical thinking, communication, curiosity",
     .duties =
         "train models on large data sets; serve predictions at low latency; build feature "
         "pipelines; evaluate new architectures against the current one; automate retraining; "
         "optimize inference cost"},
    {.name = "data analyst",
     .sector = "Data Science",
     .ladder = "intern: Data Analyst Intern; junior: Junior Data Analyst; mid: Data Analyst; "
               "senior: Senior Data Analyst; lead: Analytics Manager",
     .base_salary = 78000,
     .posting_share = 1.3,
     .work_modes = {.25, .45, .3},
     .field_of_study = "statistics",
     .core = "SQL, Microsoft Excel, data visualization, Tableau, data analysis, Power BI",
     .common = "Python, statistics, dashboards, reporting, data cleaning, R, A/B testing",
     .occasional = "Looker, Google Analytics, pandas, ETL, data modeling, SAS, Snowflake, "
                   "requirements gathering",
     .soft = "analytical thinking, attention to detail, communication, curiosity, storytelling",
     .duties =
         "answer business questions with data; maintain dashboards for operating teams; clean "
         "data from several sources; explain trends to managers; define metrics with product "
         "owners; check the quality of incoming data"},
    {.name = "statistician",
     .sector = "Data Science",
     .ladder = "junior: Statistical Analyst; mid: Statistician; senior: Senior Biostatistician; "
               "lead: Principal Statistician",
     .base_salary = 99000,
     .posting_share = .4,
     .work_modes = {.25, .45, .3},
     .field_of_study = "statistics",
     .core = "statistics, R, SAS, regression analysis, experimental design, data analysis",
     .common = "Python, survey design, statistical reporting, clinical trials, SQL, "
               "data visualization, Bayesian methods",
     .occasional = "SPSS, time series analysis, Stata, predictive modeling, machine learning, "
                   "Microsoft Excel",
     .soft = "analytical thinking, attention to detail, communication, critical thinking, "
             "collaboration",
     .duties = "design studies with researchers; calculate sample sizes; analyze trial data; write "
               "the statistical sections of reports; advise colleagues on methods; validate the "
               "results of other analysts"},
    {.name = "database administrator",
     .sector = "Data Platforms and Enterprise Systems",
     .ladder = "junior: Junior Database Administrator; mid: Database Administrator; senior: Senior "
               "Database Administrator; lead: Database Architect",
     .base_salary = 101000,
     .posting_share = .8,
     .work_modes = {.35, .4, .25},
     .field_of_study = "information systems",
     .credential = "Oracle Certified Professional",
     .core = "Oracle Database, SQL, Microsoft SQL Server, database administration, backup and "
             "recovery, performance tuning",
     .common = "PostgreSQL, MySQL, PL/SQL, replication, Linux, stored procedures, data security",
     .occasional = "MongoDB, T-SQL, Oracle RAC, data modeling, shell scripting, AWS, "
                   "disaster recovery, Azure",
     .soft = "attention to detail, problem solving, reliability, communication, "
             "time management",
     .duties =
         "install database servers and their patches; monitor capacity and performance; restore "
         "data "
         "in recovery drills; grant access in line with policy; tune queries with developers; "
         "plan upgrades with little downtime"},
    {.name = "ETL developer",
     .sector = "Data Platforms and Enterprise Systems",
     .ladder = "junior: Junior ETL Developer; mid: ETL Developer; senior: Senior ETL Developer; "
               "lead: Data Warehouse Lead",
     .base_salary = 103000,
     .posting_share = .7,
     .work_modes = {.25, .45, .3},
     .field_of_study = "information systems",
     .core = "ETL, SQL, Informatica PowerCenter, data warehousing, Oracle Database, data modeling",
     .common = "SSIS, Microsoft SQL Server, PL/SQL, Unix, stored procedures, data quality, "
               "shell scripting",
     .occasional = "Talend, Teradata, Snowflake, Python, performance tuning, Power BI, SSRS, "
                   "job scheduling",
     .soft = "analytical thinking, attention to detail, teamwork, communication, problem solving",
     .duties = "develop mappings that load the data warehouse; reconcile source and target data; "
               "schedule nightly batches; investigate failed loads; model facts and dimensions; "
               "document data lineage"},
    {.name = "data engineer",
     .sector = "Data Platforms and Enterprise Systems",
     .ladder = "intern: Data Engineering Intern; junior: Junior Data Engineer; mid: Data Engineer; "
               "senior: Senior Data Engineer; lead: Lead Data Engineer",
     .base_salary = 123000,
     .posting_share = 1.2,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .core = "Python, SQL, Apache Spark, ETL, data pipelines, AWS",
     .common = "Apache Airflow, Snowflake, data warehousing, Apache Kafka, data modeling, Scala, "
               "Databricks, Git",
     .occasional = "Hadoop, dbt, Docker, Azure, Google Cloud Platform, Apache Hive, Terraform, "
                   "data quality",
     .soft = "problem solving, collaboration, analytical thinking, communication, adaptability",
     .duties = "build pipelines that feed analytics and models; model data for reporting; move "
               "workloads to the cloud; monitor data freshness; reduce the cost of storage and "
               "queries; support analysts with clean data sets"},
    {.name = "Hadoop developer",
     .sector = "Data Platforms and Enterprise Systems",
     .ladder = "junior: Junior Big Data Developer; mid: Hadoop Developer; senior: Senior Hadoop "
               "Developer; lead: Big Data Architect",
     .base_salary = 116000,
     .posting_share = .5,
     .work_modes = {.25, .45, .3},
     .field_of_study = "computer science",
     .core = "Hadoop, Apache Hive, Apache Spark, HDFS, MapReduce, Apache Sqoop",
     .common = "Scala, Java, SQL, Linux, Apache Kafka, HBase, Python, ETL",
     .occasional = "Apache Pig, Apache Oozie, Cloudera, shell scripting, data pipelines, "
                   "Apache Flume, data modeling",
     .soft = "problem solving, analytical thinking, teamwork, communication, adaptability",
     .duties = "load data from relational sources into the cluster; write jobs that aggregate "
               "billions of records; tune queries on large tables; schedule workflows; support "
               "cluster upgrades; convert legacy batches to streaming"},
    {.name = "SAP consultant",
     .sector = "Data Platforms and Enterprise Systems",
     .ladder = "junior: SAP Analyst; mid: SAP Consultant; senior: Senior SAP Consultant; lead: SAP "
               "Solution Architect; executive: SAP Program Director",
     .base_salary = 116000,
     .posting_share = .8,
     .work_modes = {.25, .4, .35},
     .field_of_study = "information systems",
     .credential = "SAP certification in at least one module",
     .core = "SAP, ABAP, SAP S/4HANA, ERP systems, SAP HANA, business process mapping",
     .common = "SAP FICO, SAP MM, SAP SD, data migration, requirements gathering, SQL, "
               "user acceptance testing",
     .occasional = "SAP BW, SAP Fiori, change management, system integration, master data "
                   "management, technical documentation",
     .soft = "communication, problem solving, customer focus, teamwork, adaptability",
     .duties =
         "configure modules to fit client processes; write programs and enhancements; migrate "
         "master data; lead workshops with key users; support go-live and stabilization; "
         "resolve tickets within agreed times"},
    {.name = "DevOps engineer",
     .sector = "Cloud, Networks and Security",
     .ladder = "junior: Junior DevOps Engineer; mid: DevOps Engineer; senior: Senior DevOps "
               "Engineer; lead: Principal Site Reliability Engineer",
     .base_salary = 126000,
     .posting_share = 1.2,
     .work_modes = {.15, .35, .5},
     .field_of_study = "computer science",
     .credential = "AWS Certified DevOps Engineer",
     .core = "AWS, Docker, Kubernetes, CI/CD, Linux, Terraform",
     .common = "Jenkins, Ansible, Git, Python, shell scripting, system monitoring, Azure, "
               "infrastructure as code",
     .occasional = "Prometheus, Grafana, Google Cloud Platform, GitLab, Helm, PowerShell, "
                   "incident response, Go",
     .soft = "problem solving, collaboration, communication, adaptability, calm under pressure",
     .duties = "automate builds and deployments; operate container clusters; write infrastructure "
               "code; respond to incidents on rotation; improve monitoring and alerting; advise "
               "developers on reliability"},
    {.name = "network engineer",
     .sector = "Cloud, Networks and Security",
     .ladder =
         "junior: Network Technician; mid: Network Engineer; senior: Senior Network Engineer; "
         "lead: Network Architect",
     .base_salary = 98000,
     .posting_share = .9,
     .work_modes = {.5, .35, .15},
     .field_of_study = "information technology",
     .credential = "CCNA certification",
     .core = "Cisco networking, TCP/IP, routing and switching, firewalls, network security, VPN",
     .common = "LAN/WAN, BGP, OSPF, network monitoring, wireless networking, DNS, "
               "technical support",
     .occasional = "SD-WAN, Wireshark, Active Directory, Python, Palo Alto firewalls, "
                   "structured cabling, VMware, network design",
     .soft = "problem solving, communication, calm under pressure, teamwork, time management",
     .duties = "configure routers, switches and firewalls; diagnose outages; plan capacity for new "
               "sites; maintain network diagrams; upgrade equipment outside office hours; support "
               "voice and wireless services"},
    {.name = "security analyst",
     .sector = "Cloud, Networks and Security",
     .ladder = "intern: Cybersecurity Intern; junior: SOC Analyst; mid: Information Security "
               "Analyst; senior: Senior Security Engineer; lead: Security Operations Manager; "
               "executive: Chief Information Security Officer",
     .base_salary = 108000,
     .posting_share = .9,
     .work_modes = {.35, .4, .25},
     .field_of_study = "cybersecurity",
     .credential = "CISSP or CompTIA Security+",
     .core = "network security, SIEM, incident response, vulnerability assessment, firewalls, "
             "threat analysis",
     .common = "penetration testing, Splunk, risk assessment, NIST framework, Linux, TCP/IP, "
               "identity and access management",
     .occasional = "Python, digital forensics, cloud security, security auditing, Wireshark, "
                   "compliance, cryptography, Nessus",
     .soft = "analytical thinking, attention to detail, integrity, calm under pressure, "
             "communication",
     .duties = "triage alerts from the monitoring platform; investigate suspected intrusions; test "
               "systems for "
               "weaknesses; write incident reports; train employees in safe practice; review "
               "the security of new vendors"},
    {.name = "systems administrator",
     .sector = "Cloud, Networks and Security",
     .ladder = "junior: IT Support Specialist; mid: Systems Administrator; senior: Senior Systems "
               "Administrator; lead: IT Manager; executive: IT Director",
     .base_salary = 82000,
     .posting_share = 1.1,
     .work_modes = {.6, .3, .1},
     .field_of_study = "information technology",
     .credential = "CompTIA A+ or Microsoft certification",
     .core = "Windows Server, Active Directory, technical support, VMware, Microsoft 365, Linux",
     .common =
         "PowerShell, backup and recovery, TCP/IP, DNS, help desk support, system monitoring, "
         "hardware troubleshooting",
     .occasional = "Azure, firewalls, VPN, shell scripting, asset management, "
                   "disaster recovery, ServiceNow, patch management",
     .soft = "customer focus, problem solving, patience, communication, time management",
     .duties = "maintain servers and user accounts; answer support requests; apply security "
               "updates; back up business data; set up workstations for new employees; "
               "document procedures for the help desk"},
    {.name = "cloud architect",
     .sector = "Cloud, Networks and Security",
     .ladder = "mid: Cloud Engineer; senior: Senior Cloud Engineer; lead: Cloud Solutions "
               "Architect; executive: Head of Cloud Engineering",
     .base_salary = 128000,
     .posting_share = .6,
     .work_modes = {.15, .4, .45},
     .field_of_study = "computer science",
     .credential = "AWS Certified Solutions Architect",
     .core = "AWS, Azure, cloud architecture, infrastructure as code, Terraform, cloud security",
     .common = "Kubernetes, Docker, Linux, Python, microservices, CI/CD, networking fundamentals",
     .occasional = "Google Cloud Platform, serverless computing, identity and access management, "
                   "disaster recovery, cost optimization, VMware, solution architecture",
     .soft = "communication, strategic thinking, problem solving, leadership, collaboration",
     .duties = "design landing zones for new workloads; move applications out of data centers; set "
               "standards for security and cost; review designs with product teams; estimate the "
               "cost of new services; prototype solutions for clients"},
};

}  // namespace

std::span<const RawOccupation> TechnologyOccupations() { return kOccupations; }

}  // namespace dynajob::vocabulary_data
