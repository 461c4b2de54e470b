// The sectors: their neighbours, the hard skills asked for throughout, and how employers are named.
#include "vocabulary_data.h"

namespace dynajob::vocabulary_data {
namespace {

constexpr RawSector kSectors[] = {
    {"Banking", "Finance and Accounting; Sales and Marketing; Business Analysis",
     "Microsoft Office, customer service, Microsoft Excel, banking regulations, compliance, data "
     "entry",
     "{P} Bank; {P} Credit Union; First {P} Bank; {P} Savings Bank; {P} Federal Credit Union; {C} "
     "Community Bank; {P} Financial; Bank of {P}; {P} Mortgage; {P} Trust Company"},
    {"Finance and Accounting",
     "Banking; Business Analysis; Operations and Logistics; Legal; Data Science",
     "Microsoft Excel, Microsoft Office, data analysis, financial reporting, GAAP, accounting",
     "{P} & Associates, CPAs; {P} Capital; {P} Advisors; {P} Insurance Group; {P} Holdings; {P} "
     "Wealth Partners; {P} Tax Services; {P} Manufacturing; {P} Healthcare; {P} Asset Management"},
    {"Hospitality and Service", "Sport and Recreation; Operations and Logistics; Healthcare",
     "customer service, guest relations, cash handling, Microsoft Office, scheduling, health and "
     "safety compliance",
     "The {P} Hotel; {P} Inn & Suites; {P} Resort; {P} Kitchen; {P} Grill; Hotel {P}; {P} Bistro; "
     "{P} Catering; {P} Country Club; {P} Hospitality Group"},
    {"Civil Engineering", "Construction Management; Environmental Science; Renewable Energy",
     "AutoCAD, Microsoft Office, project management, report writing, construction documents, site "
     "inspection",
     "{P} Engineering; {P} & Associates; {P} Consulting Engineers; City of {C}; {P} Engineers, "
     "Inc.; {P} Design Group; {P} Infrastructure; {P} Geosciences; {C} Department of "
     "Transportation"},
    {"Construction Management",
     "Civil Engineering; Mechanical and Electrical Engineering; Operations and Logistics; "
     "Renewable Energy",
     "Microsoft Office, project management, construction safety, blueprint reading, Microsoft "
     "Excel, OSHA regulations",
     "{P} Construction; {P} Builders; {P} General Contractors; {P} Electric; {P} Contracting; {P} "
     "Development; {P} Homes; {P} Build Group"},
    {"Sport and Recreation", "Education; Hospitality and Service; Healthcare",
     "customer service, first aid, CPR, scheduling, Microsoft Office, youth sports",
     "City of {C} Parks and Recreation; {P} Fitness; {P} Athletic Club; {P} Aquatic Center; {C} "
     "Youth Sports League; {P} Sports Academy; {P} Community Center; {P} Gym; {C} Officials "
     "Association"},
    {"Education", "Sport and Recreation; Arts and Media; Healthcare; Human Resources",
     "Microsoft Office, student assessment, parent communication, lesson planning, Google "
     "Workspace, public speaking",
     "{C} Unified School District; {P} Academy; {P} University; {P} College; {P} Charter School; "
     "{P} Elementary School; {C} Public Library; {P} Early Learning Center; {P} Community College"},
    {"Software Development",
     "Data Platforms and Enterprise Systems; Cloud, Networks and Security; Data Science; Embedded "
     "Systems; Arts and Media",
     "Git, Agile, SQL, Jira, REST APIs, unit testing, Scrum",
     "{P} Software; {P} Technologies; {P} Labs; {P} Systems; {P} Digital; {P} Solutions; {P} "
     "Interactive; {P} Health Tech; {P} Payments"},
    {"Embedded Systems",
     "Mechanical and Electrical Engineering; Software Development; Cloud, Networks and Security",
     "Git, C, Python, debugging, technical documentation, Linux, Jira",
     "{P} Devices; {P} Aerospace; {P} Robotics; {P} Semiconductor; {P} Defense Systems; {P} "
     "Automotive; {P} Medical Devices; {P} Instruments"},
    {"Data Science",
     "Data Platforms and Enterprise Systems; Software Development; Business Analysis; Finance and "
     "Accounting",
     "SQL, Python, Git, data analysis, data visualization, Microsoft Excel, statistics",
     "{P} Analytics; {P} Data; {P} Insights; {P} AI; {P} Research; {P} Technologies; {P} Retail "
     "Group; {P} Health; {P} Insurance"},
    {"Data Platforms and Enterprise Systems",
     "Data Science; Software Development; Cloud, Networks and Security; Business Analysis",
     "SQL, Agile, Linux, Jira, data modeling, Git, Microsoft Excel",
     "{P} Consulting; {P} Data Systems; {P} Information Services; {P} Solutions; {P} Enterprises; "
     "{P} Global Services; {P} Energy; {P} Logistics"},
    {"Cloud, Networks and Security",
     "Software Development; Data Platforms and Enterprise Systems; Embedded Systems",
     "Linux, Git, Jira, technical support, Agile, network security, technical documentation",
     "{P} Networks; {P} Cloud; {P} Security; {P} Managed Services; {P} Technologies; {P} Telecom; "
     "{P} Cyber; {P} Health System; {C} Water and Power"},
    {"Business Analysis",
     "Data Science; Operations and Logistics; Software Development; Finance and Accounting; Sales "
     "and Marketing",
     "Microsoft Excel, project management, Microsoft Office, Agile, data analysis, Jira, "
     "stakeholder management",
     "{P} Consulting; {P} Group; {P} Insurance; {P} Solutions; {P} Technologies; {P} Health Plan; "
     "{P} Software; {P} Partners; State Services of {C}"},
    {"Environmental Science", "Civil Engineering; Renewable Energy; Construction Management",
     "Microsoft Office, report writing, project management, permitting, ArcGIS, environmental "
     "compliance, risk assessment",
     "{P} Environmental; {P} Earth Sciences; {P} Ecological Services; {P} Water Authority; {P} "
     "Remediation; City of {C}; {P} Chemicals; {P} Consultants"},
    {"Mechanical and Electrical Engineering",
     "Embedded Systems; Renewable Energy; Construction Management; Operations and Logistics",
     "AutoCAD, Microsoft Office, project management, technical drawings, root cause analysis, "
     "technical documentation",
     "{P} Manufacturing; {P} Industries; {P} Engineering; {P} Machine Works; {P} Automation; {P} "
     "Aerospace; {P} Medical; {P} Power; {P} Plastics"},
    {"Renewable Energy",
     "Mechanical and Electrical Engineering; Environmental Science; Civil Engineering; "
     "Construction Management",
     "Microsoft Office, project management, AutoCAD, renewable energy, Microsoft Excel, report "
     "writing, data analysis",
     "{P} Solar; {P} Wind; {P} Renewables; {P} Energy; {P} Clean Power; {P} Energy Partners; {P} "
     "Power; {C} Energy Cooperative"},
    {"Human Resources", "Operations and Logistics; Business Analysis; Sales and Marketing; Legal",
     "Microsoft Office, Microsoft Excel, onboarding, scheduling, HRIS, employee relations",
     "{P} Staffing; {P} Talent; {P} Group; {P} Manufacturing; {P} Health; {P} Foods; {P} People "
     "Services; City of {C}; {P} Logistics"},
    {"Healthcare", "Education; Human Resources; Hospitality and Service; Sport and Recreation",
     "customer service, electronic health records, CPR, Microsoft Office, HIPAA compliance, "
     "patient care",
     "{P} Medical Center; {P} Hospital; {P} Health; {P} Clinic; {C} Regional Hospital; {P} "
     "Rehabilitation; {P} Family Services; {P} Care; {P} Senior Living"},
    {"Legal", "Finance and Accounting; Human Resources; Banking; Business Analysis",
     "Microsoft Office, case management, legal research, compliance, document review, report "
     "writing",
     "{P} Law Group; {P} & {P}, LLP; Law Offices of {P}; {P} Legal; {P} Law Firm; City of {C}; {P} "
     "Holdings; {P} & Associates, PC"},
    {"Sales and Marketing",
     "Business Analysis; Arts and Media; Banking; Operations and Logistics; Human Resources",
     "Microsoft Office, customer service, Microsoft Excel, Salesforce, CRM software, market "
     "research",
     "{P} Media; {P} Brands; {P} Marketing; {P} Software; {P} Medical Supply; {P} Outdoor; {P} "
     "Home; {P} Distributors; {P} Agency"},
    {"Operations and Logistics",
     "Business Analysis; Construction Management; Mechanical and Electrical Engineering; Finance "
     "and Accounting; Sales and Marketing",
     "Microsoft Excel, Microsoft Office, project management, inventory management, process "
     "improvement, scheduling",
     "{P} Logistics; {P} Distribution; {P} Supply; {P} Freight; {P} Foods; {P} Industries; {P} "
     "Warehousing; {P} Group; {P} Retail"},
    {"Arts and Media", "Sales and Marketing; Software Development; Education",
     "Adobe Creative Cloud, Microsoft Office, social media marketing, project management, Adobe "
     "Photoshop, content management systems",
     "{P} Studio; {P} Creative; {P} Media; {P} Publishing; {P} Productions; {P} Design; {P} Arts "
     "Center; {C} School of Music; {P} Agency"},
};

}  // namespace

std::span<const RawSector> Sectors() { return kSectors; }

}  // namespace dynajob::vocabulary_data
