// Written and labelled after the vocabulary had been tuned on the other texts, and not used for
// tuning: what extraction does on texts that it has not seen.
#include "labelled_texts.h"

namespace dynajob {
namespace {

constexpr LabelledText kHeldOut[] = {
    {"pharmacy technician",
     R"(Pharmacy Technician
Fill prescriptions under the pharmacist's supervision, count tablets, enter orders into the computer, call insurance
plans about rejected claims and ring up customers. Knowledge of drug names and medical terminology. HIPAA trained.
Accuracy matters more than speed. Certification (CPhT) within one year.)",
     "prescription filling;data entry;insurance verification;cash handling;medical terminology;"
     "HIPAA compliance;customer service",
     "attention to detail"},
    {"dental receptionist",
     R"(Dental Front Office
Answer phones, confirm appointments, check patients in, collect co-pays, submit claims in Dentrix and follow up on
unpaid balances. Excel basics. Warm, organized, bilingual Spanish preferred. No weekends.)",
     "phone etiquette;appointment scheduling;patient intake;claims processing;Dentrix;"
     "Microsoft Excel;Spanish;billing",
     "organization;friendliness"},
    {"machine learning engineer",
     R"(ML Engineer
Deploy PyTorch models behind FastAPI, containerize with Docker, orchestrate on Kubernetes, monitor drift. Experience
with MLflow, feature stores and GPU tuning. Solid Python; Go is a plus. You enjoy pairing with researchers.
We excel because we care.)",
     "PyTorch;FastAPI;Docker;Kubernetes;MLflow;Python;Go;MLOps;feature engineering",
     "collaboration"},
    {"game developer",
     R"(Gameplay Programmer
C++ and Unreal Engine 5; gameplay systems, AI behaviour trees, profiling on console. Work with designers and artists.
Math for 3D graphics. Perforce, Jira. Shipped at least one title. Passion for games.)",
     "C++;Unreal Engine;debugging;Perforce;Jira;3D graphics", "collaboration"},
    {"payroll specialist",
     R"(Payroll Specialist
Process biweekly payroll for 600 employees in ADP, handle garnishments, reconcile payroll accounts and file quarterly
tax forms. Intermediate Excel. Keep salaries confidential. Deadline-driven and accurate.)",
     "payroll;ADP Workforce Now;account reconciliation;tax preparation;Microsoft Excel",
     "discretion;time management;attention to detail"},
    {"welder",
     R"(MIG/TIG Welder
Weld stainless frames from shop drawings, grind and polish, check dimensions with calipers, operate overhead crane.
AWS certification a plus. Steel-toe boots. Overtime available, $24-$29/hr DOE.)",
     "welding;technical drawings;quality control;crane operation", ""},
    {"school counselor",
     R"(High School Counselor
Advise students on courses, college applications and careers; lead small groups; respond to crises; meet families and
teachers. Master's in school counseling. Confidential and caring. Experience with Naviance.)",
     "counseling;academic advising;college planning;career counseling;group facilitation;"
     "crisis intervention;parent communication;Naviance",
     "discretion;empathy"},
    {"warehouse manager",
     R"(Warehouse Manager
Lead 30 people on two shifts, run inbound and outbound, own inventory accuracy, roll out a new WMS, plan labor and keep
everyone safe. Lean experience. Bilingual (Spanish) helpful. Coaching style of leadership.)",
     "staff supervision;inventory management;warehouse management systems;resource planning;"
     "warehouse safety;lean manufacturing;Spanish;logistics;shipping and receiving",
     "leadership"},
    {"insurance agent",
     R"(Insurance Sales Agent
Quote auto, home and life policies, prospect by phone and at community events, cross-sell existing customers, renew
policies and enter everything in the agency CRM. P&C license. Outgoing, goal oriented. Uncapped commission.
Our compliance team will help you with paperwork.)",
     "insurance sales;lead generation;cold calling;cross-selling;renewals;CRM software;data entry",
     "friendliness;self-motivation"},
    {"landscape architect",
     R"(Landscape Designer
Prepare planting and grading plans in AutoCAD and SketchUp, render in Photoshop and Lumion, write plant schedules,
visit sites, present to clients. Bachelor's in landscape architecture. Plant knowledge of the Pacific Northwest.)",
     "landscape design;site grading;AutoCAD;SketchUp;Adobe Photoshop;Lumion;site inspection",
     "presentation skills"},
    {"data entry resume",
     R"(Office Assistant
- Entered 300 invoices a day with 99.8 % accuracy
- Answered a six-line phone, sorted mail, ordered supplies
- Kept calendars for two directors, booked travel
MS Word, Excel, Outlook; 70 wpm. Honest, punctual, quick to learn.)",
     "data entry;phone etiquette;purchasing;calendaring;travel planning;Microsoft Word;"
     "Microsoft Excel;Microsoft Outlook;typing;office administration;invoicing",
     "attention to detail;integrity;reliability;curiosity"},
    {"android resume",
     R"(Android Developer, 4 yrs
Kotlin, Java, Jetpack Compose, MVVM, Retrofit, Room, Firebase. Published 5 apps with 200k downloads. Wrote JUnit and
Espresso tests; Bitrise pipelines; Git flow. Worked in two-week sprints with a Scrum master.)",
     "Android development;Kotlin;Java;Jetpack Compose;Firebase;JUnit;unit testing;CI/CD;Git;Scrum;"
     "MVVM;Retrofit",
     ""},
    {"oracle dba resume",
     R"(Oracle DBA
Administered 40 databases (11g to 19c) on Linux and AIX; RMAN backups, Data Guard, RAC, patching, query tuning with AWR.
Shell scripts for monitoring. Migrated two systems to AWS RDS. On call every third week.)",
     "database administration;Oracle Database;Linux;Unix;backup and recovery;Oracle RAC;"
     "patch management;performance tuning;shell scripting;system monitoring;data migration;AWS;"
     "disaster recovery",
     ""},
    {"event manager resume",
     R"(Event Manager
Planned conferences for up to 900 guests: budgets, venues, caterers, speakers, badges. Negotiated with hotels and
sponsors, supervised volunteers, wrote press releases. Cvent, Canva, Mailchimp. Calm when things go wrong.)",
     "event planning;budgeting;contract negotiation;vendor management;volunteer coordination;"
     "public relations;Cvent;Canva;email marketing",
     "negotiation;calm under pressure"},
    {"quality engineer resume",
     R"(Quality Engineer, automotive
Led 8D and root cause investigations, ran capability studies in Minitab, wrote control plans and PFMEAs, audited
suppliers to IATF 16949. Six Sigma Green Belt. Read GD&T drawings daily. Presented monthly to the plant manager.)",
     "root cause analysis;Minitab;statistical process control;failure mode and effects analysis;"
     "quality assurance;quality control;Six Sigma;GD&T;technical drawings;vendor management;IATF "
     "16949",
     "presentation skills"},
    {"librarian resume",
     R"(Children's Librarian
Story time twice a week, summer reading program, reader's advisory, collection development for ages 0-12, cataloging in
Sierra, outreach to schools. Supervise two pages. Love of books; patience with toddlers.)",
     "story time;program planning;readers' advisory;collection development;cataloging;"
     "library systems;community outreach;staff supervision",
     "patience"},
};

}  // namespace

std::span<const LabelledText> LabelledHeldOut() { return kHeldOut; }

}  // namespace dynajob
