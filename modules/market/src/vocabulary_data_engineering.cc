// Occupations of civil, mechanical, electrical, environmental and energy engineering and of
// construction.
#include "vocabulary_data.h"

namespace dynajob::vocabulary_data {
namespace {

constexpr RawOccupation kOccupations[] = {
    {.name = "structural engineer",
     .sector = "Civil Engineering",
     .ladder =
         "intern: Structural Engineering Intern; junior: Structural Designer; mid: Structural "
         "Engineer; senior: Senior Structural Engineer; lead: Structural Engineering Manager",
     .base_salary = 92000,
     .posting_share = 1.3,
     .work_modes = {.5, .42, .08},
     .field_of_study = "civil engineering",
     .credential = "a Professional Engineer (PE) license",
     .core =
         "structural analysis, AutoCAD, Revit, structural design, concrete design, steel design",
     .common = "STAAD.Pro, ETABS, building codes, construction documents, seismic design, RISA, "
               "shop drawing review",
     .occasional = "SAP2000, wood framing design, finite element analysis, site inspection, BIM, "
                   "bridge design, Bluebeam, cost estimating",
     .soft = "attention to detail, analytical thinking, communication, teamwork, time management",
     .duties = "design steel, concrete and timber structures; calculate loads and member sizes; "
               "prepare drawings for permits; review shop drawings; inspect work on site; answer "
               "questions from contractors"},
    {.name = "transportation engineer",
     .sector = "Civil Engineering",
     .ladder = "intern: Transportation Engineering Intern; junior: Transportation Engineer-in-"
               "Training; mid: Transportation Engineer; senior: Senior Transportation Engineer; "
               "lead: Transportation Project Manager",
     .base_salary = 91000,
     .posting_share = 1.3,
     .work_modes = {.45, .48, .07},
     .field_of_study = "civil engineering",
     .credential = "a Professional Engineer (PE) license",
     .core = "roadway design, traffic engineering, AutoCAD Civil 3D, MicroStation, highway design, "
             "AutoCAD",
     .common = "OpenRoads, traffic impact studies, Synchro, plan preparation, drainage design, "
               "specifications writing, construction documents",
     .occasional = "traffic signal design, ArcGIS, cost estimating, transportation planning, "
                   "pavement design, permitting, pedestrian safety",
     .soft = "communication, teamwork, analytical thinking, organization, attention to detail",
     .duties = "prepare plans for roads and intersections; model traffic at peak hours; estimate "
               "quantities and cost; coordinate utilities with the state agency; present projects "
               "at public meetings; review the work of consultants"},
    {.name = "geotechnical engineer",
     .sector = "Civil Engineering",
     .ladder = "junior: Staff Geotechnical Engineer; mid: Geotechnical Project Engineer; senior: "
               "Senior Geotechnical Engineer; lead: Principal Geotechnical Engineer",
     .base_salary = 90000,
     .posting_share = .9,
     .work_modes = {.65, .3, .05},
     .field_of_study = "geotechnical engineering",
     .credential = "a Professional Engineer (PE) license",
     .core = "geotechnical investigation, soil mechanics, foundation design, slope stability, "
             "report writing, field exploration",
     .common = "laboratory soil testing, retaining walls, AutoCAD, drilling supervision, gINT, "
               "construction materials testing, site inspection",
     .occasional = "PLAXIS, seismic design, groundwater monitoring, earthwork, cost estimating, "
                   "pavement design, SLOPE/W",
     .soft = "communication, teamwork, problem solving, initiative, time management",
     .duties = "log borings and test pits; recommend foundations for new buildings; analyze the "
               "stability of slopes; supervise drilling crews; write geotechnical reports; observe "
               "earthwork during construction"},
    {.name = "civil engineer",
     .sector = "Civil Engineering",
     .ladder = "intern: Civil Engineering Intern; junior: Civil Engineer-in-Training; mid: Civil "
               "Engineer; senior: Senior Civil Engineer; lead: Civil Engineering Project Manager; "
               "executive: Director of Public Works",
     .base_salary = 89000,
     .posting_share = 1.3,
     .work_modes = {.5, .42, .08},
     .field_of_study = "civil engineering",
     .credential = "a Professional Engineer (PE) license",
     .core = "AutoCAD Civil 3D, site grading, land development, stormwater management, drainage "
             "design, AutoCAD",
     .common = "utility design, permitting, hydraulics, construction documents, cost estimating, "
               "specifications writing, roadway design",
     .occasional = "HEC-RAS, erosion control, surveying, ArcGIS, site inspection, water "
                   "distribution, building codes, project management",
     .soft = "communication, problem solving, organization, teamwork, attention to detail",
     .duties = "design grading and drainage for new sites; prepare permit applications; check "
               "plans against local standards; estimate construction cost; visit sites to resolve "
               "conflicts; coordinate with surveyors and architects"},
    {.name = "surveyor",
     .sector = "Civil Engineering",
     .ladder = "junior: Survey Technician; mid: Party Chief; senior: Professional Land Surveyor; "
               "lead: Survey Manager",
     .base_salary = 70000,
     .posting_share = .6,
     .work_modes = {.85, .13, .02},
     .field_of_study = "surveying",
     .credential = "a land surveyor license",
     .core = "surveying, total stations, GPS surveying, AutoCAD Civil 3D, boundary surveys, "
             "topographic mapping",
     .common = "construction staking, AutoCAD, legal descriptions, ArcGIS, land development, "
               "field data collection",
     .occasional = "LiDAR, drone piloting, title research, MicroStation, earthwork, "
                   "site grading",
     .soft = "attention to detail, teamwork, reliability, problem solving, communication",
     .duties = "set control for construction projects; measure boundaries and elevations; draft "
               "plats and maps; research deeds at the county office; calibrate instruments; "
               "guide field crews"},
    {.name = "construction manager",
     .sector = "Construction Management",
     .ladder = "intern: Construction Management Intern; junior: Assistant Project Manager; mid: "
               "Construction Project Manager; senior: Senior Construction Manager; lead: Director "
               "of Construction; executive: Vice President of Construction",
     .base_salary = 99000,
     .posting_share = 1.2,
     .work_modes = {.75, .22, .03},
     .field_of_study = "construction management",
     .credential = "OSHA 30 certification",
     .core = "construction management, project scheduling, Procore, cost control, subcontractor "
             "management, contract administration",
     .common = "Microsoft Project, budgeting, construction safety, blueprint reading, bid "
               "management, change orders, quality control",
     .occasional = "Primavera P6, Bluebeam, building codes, cost estimating, OSHA regulations, "
                   "permitting, value engineering",
     .soft = "leadership, communication, negotiation, organization, problem solving",
     .duties = "run projects from bid to handover; manage subcontractors and suppliers; keep the "
               "schedule and the budget up to date; chair weekly site meetings; negotiate change "
               "orders; enforce site safety"},
    {.name = "site superintendent",
     .sector = "Construction Management",
     .ladder = "junior: Assistant Superintendent; mid: Construction Superintendent; senior: Senior "
               "Superintendent; lead: General Superintendent",
     .base_salary = 92000,
     .posting_share = .8,
     .work_modes = {.97, .03, 0},
     .credential = "OSHA 30 certification",
     .core = "site supervision, construction safety, blueprint reading, subcontractor management, "
             "quality control, OSHA regulations",
     .common = "project scheduling, building codes, site inspection, Procore, daily reporting, "
               "concrete placement, punch lists",
     .occasional = "Microsoft Project, carpentry, earthwork, equipment operation, material "
                   "ordering, crew management",
     .soft = "leadership, decision making, communication, reliability, conflict resolution",
     .duties = "direct crews on site; plan the work of the coming three weeks; inspect finished "
               "work; order materials and equipment; hold safety talks; record progress every day"},
    {.name = "cost estimator",
     .sector = "Construction Management",
     .ladder = "junior: Junior Estimator; mid: Construction Estimator; senior: Senior Estimator; "
               "lead: Chief Estimator",
     .base_salary = 80000,
     .posting_share = .7,
     .work_modes = {.5, .4, .1},
     .field_of_study = "construction management",
     .core = "cost estimating, quantity takeoff, blueprint reading, bid management, Microsoft "
             "Excel, construction documents",
     .common = "Bluebeam, subcontractor management, On-Screen Takeoff, cost control, value "
               "engineering, contract administration",
     .occasional = "RSMeans, Procore, project scheduling, vendor management, Sage Estimating, "
                   "building codes, market research",
     .soft = "attention to detail, analytical thinking, time management, communication, "
             "negotiation",
     .duties =
         "measure quantities from drawings; request prices from trades; compare bids; prepare "
         "proposals for clients; track historical cost; explain estimates to project "
         "managers"},
    {.name = "electrician",
     .sector = "Construction Management",
     .ladder = "junior: Apprentice Electrician; mid: Journeyman Electrician; senior: Master "
               "Electrician; lead: Electrical Foreman",
     .base_salary = 63000,
     .salary_spread = .8,
     .posting_share = .7,
     .work_modes = {1, 0, 0},
     .credential = "a state electrician license",
     .core = "electrical wiring, National Electrical Code, electrical troubleshooting, blueprint "
             "reading, conduit bending, power tools",
     .common = "electrical panels, construction safety, motor controls, preventive maintenance, "
               "lighting systems, OSHA regulations",
     .occasional = "low-voltage systems, generators, PLC programming, solar panel installation, "
                   "equipment operation, hand tools",
     .soft = "reliability, problem solving, teamwork, attention to detail, physical stamina",
     .duties =
         "install wiring, panels and fixtures; find faults in live and dead circuits; read "
         "wiring diagrams; run conduit through walls and ceilings; inspect work against the code; "
         "guide apprentices"},
    {.name = "mechanical engineer",
     .sector = "Mechanical and Electrical Engineering",
     .ladder =
         "intern: Mechanical Engineering Intern; junior: Mechanical Engineer I; mid: "
         "Mechanical Engineer; senior: Senior Mechanical Engineer; lead: Principal Mechanical "
         "Engineer; executive: Vice President of Engineering",
     .base_salary = 93000,
     .posting_share = 1.3,
     .work_modes = {.65, .3, .05},
     .field_of_study = "mechanical engineering",
     .core = "SolidWorks, mechanical design, finite element analysis, GD&T, AutoCAD, product "
             "development",
     .common = "ANSYS, manufacturing processes, prototyping, tolerance analysis, technical "
               "drawings, failure mode and effects analysis, MATLAB",
     .occasional = "thermodynamics, CATIA, 3D printing, root cause analysis, injection molding, "
                   "Creo, heat transfer, sheet metal design",
     .soft = "problem solving, creativity, teamwork, communication, attention to detail",
     .duties = "design parts and assemblies; analyze stress and heat; build prototypes; select "
               "materials and suppliers; write test procedures; support the start of production"},
    {.name = "electrical engineer",
     .sector = "Mechanical and Electrical Engineering",
     .ladder =
         "intern: Electrical Engineering Intern; junior: Electrical Engineer I; mid: "
         "Electrical Engineer; senior: Senior Electrical Engineer; lead: Principal Electrical "
         "Engineer",
     .base_salary = 98000,
     .posting_share = 1.1,
     .work_modes = {.58, .35, .07},
     .field_of_study = "electrical engineering",
     .core = "circuit design, PCB design, power distribution, schematic capture, AutoCAD "
             "Electrical, electrical testing",
     .common = "Altium Designer, power electronics, National Electrical Code, MATLAB, "
               "oscilloscopes, PLC programming, technical drawings",
     .occasional = "control systems, ETAP, SKM PowerTools, motor controls, signal processing, "
                   "LabVIEW, lighting systems, substation design",
     .soft = "analytical thinking, problem solving, communication, teamwork, attention to detail",
     .duties = "design circuits and power systems; draw schematics and layouts; size cables and "
               "protective devices; test boards in the laboratory; specify equipment; support "
               "commissioning on site"},
    {.name = "HVAC engineer",
     .sector = "Mechanical and Electrical Engineering",
     .ladder = "junior: HVAC Designer; mid: HVAC Engineer; senior: Senior HVAC Engineer; lead: "
               "Mechanical Department Manager",
     .base_salary = 88000,
     .posting_share = .6,
     .work_modes = {.5, .42, .08},
     .field_of_study = "mechanical engineering",
     .credential = "LEED accreditation",
     .core = "HVAC design, load calculations, Revit, AutoCAD, building codes, mechanical design",
     .common =
         "energy modeling, plumbing design, thermodynamics, building automation, construction "
         "documents, ductwork design",
     .occasional = "LEED, commissioning, Trane TRACE, site inspection, heat transfer, cost "
                   "estimating, energy audits",
     .soft = "communication, analytical thinking, teamwork, time management, organization",
     .duties = "calculate heating and cooling loads; lay out ducts and pipes; select equipment; "
               "coordinate with architects; review submittals; witness commissioning tests"},
    {.name = "manufacturing engineer",
     .sector = "Mechanical and Electrical Engineering",
     .ladder = "intern: Manufacturing Engineering Intern; junior: Process Engineer; mid: "
               "Manufacturing Engineer; senior: Senior Manufacturing Engineer; lead: Manufacturing "
               "Engineering Manager; executive: Plant Director",
     .base_salary = 89000,
     .posting_share = 1.0,
     .work_modes = {.88, .11, .01},
     .field_of_study = "industrial engineering",
     .credential = "a Six Sigma Green Belt",
     .core = "lean manufacturing, manufacturing processes, root cause analysis, process "
             "improvement, Six Sigma, SolidWorks",
     .common = "CNC machining, quality control, work instructions, failure mode and effects "
               "analysis, statistical process control, AutoCAD, GD&T",
     .occasional = "PLC programming, robotics, injection molding, ERP systems, Minitab, 5S, "
                   "welding, capacity planning",
     .soft = "problem solving, teamwork, initiative, communication, leadership",
     .duties = "improve cycle times on the line; write work instructions; introduce new equipment; "
               "investigate scrap and rework; train operators; balance the line for new products"},
    {.name = "controls engineer",
     .sector = "Mechanical and Electrical Engineering",
     .ladder = "junior: Controls Technician; mid: Controls Engineer; senior: Senior Controls "
               "Engineer; lead: Automation Manager",
     .base_salary = 95000,
     .posting_share = .7,
     .work_modes = {.78, .19, .03},
     .field_of_study = "electrical engineering",
     .core = "PLC programming, control systems, SCADA, HMI development, Allen-Bradley, electrical "
             "troubleshooting",
     .common =
         "robotics, motor controls, AutoCAD Electrical, industrial automation, commissioning, "
         "instrumentation",
     .occasional = "Siemens TIA Portal, LabVIEW, Ethernet, Modbus, CNC machining, National "
                   "Electrical Code, preventive maintenance, technical documentation",
     .soft = "problem solving, adaptability, communication, teamwork, initiative",
     .duties = "program controllers and operator panels; start up machines at customer sites; tune "
               "control loops; select sensors and drives; troubleshoot lines with maintenance; "
               "document control logic"},
    {.name = "solar engineer",
     .sector = "Renewable Energy",
     .ladder = "intern: Solar Engineering Intern; junior: Solar Designer; mid: Solar Project "
               "Engineer; senior: Senior Solar Engineer; lead: Solar Engineering Manager",
     .base_salary = 91000,
     .posting_share = 1.0,
     .work_modes = {.4, .4, .2},
     .field_of_study = "electrical engineering",
     .credential = "NABCEP certification",
     .core = "photovoltaic system design, PVsyst, AutoCAD, National Electrical Code, renewable "
             "energy, site assessment",
     .common = "power distribution, interconnection studies, energy storage, Helioscope, "
               "permitting, solar panel installation, technical drawings",
     .occasional =
         "power electronics, substation design, commissioning, SCADA, project management, "
         "energy modeling, cost estimating",
     .soft = "problem solving, communication, teamwork, initiative, attention to detail",
     .duties = "lay out arrays for roofs and fields; simulate yearly yield; prepare permit and "
               "interconnection packages; specify inverters and storage; support crews during "
               "construction; analyze underperforming sites"},
    {.name = "wind energy engineer",
     .sector = "Renewable Energy",
     .ladder = "junior: Wind Turbine Technician; mid: Wind Energy Engineer; senior: Senior Wind "
               "Energy Engineer; lead: Wind Project Director",
     .base_salary = 90000,
     .posting_share = .6,
     .work_modes = {.55, .33, .12},
     .field_of_study = "mechanical engineering",
     .core = "wind resource assessment, wind turbines, renewable energy, SCADA, energy yield "
             "analysis, condition monitoring",
     .common = "preventive maintenance, hydraulics, site assessment, electrical troubleshooting, "
               "data analysis, WindPRO, Python",
     .occasional = "finite element analysis, MATLAB, interconnection studies, OSHA regulations, "
                   "ArcGIS, project management, foundation design",
     .soft = "analytical thinking, teamwork, physical stamina, problem solving, communication",
     .duties = "assess wind at candidate sites; monitor turbines across the fleet; analyze gearbox "
               "and blade failures; plan maintenance campaigns; estimate yearly energy yield; "
               "advise developers on turbine choice"},
    {.name = "energy analyst",
     .sector = "Renewable Energy",
     .ladder = "intern: Energy Analyst Intern; junior: Junior Energy Analyst; mid: Energy Analyst; "
               "senior: Senior Energy Consultant; lead: Energy Program Manager",
     .base_salary = 78000,
     .posting_share = .7,
     .work_modes = {.3, .45, .25},
     .field_of_study = "energy engineering",
     .credential = "a Certified Energy Manager (CEM) credential",
     .core = "energy audits, energy modeling, data analysis, Microsoft Excel, renewable energy, "
             "energy efficiency",
     .common = "building automation, report writing, utility billing analysis, carbon accounting, "
               "LEED, financial modeling",
     .occasional = "Python, energy storage, energy markets, sustainability reporting, Power BI, "
                   "HVAC design, demand response",
     .soft = "analytical thinking, communication, curiosity, organization, customer focus",
     .duties = "audit buildings for savings; model the effect of retrofits; track energy use "
               "against targets; prepare incentive applications; report emissions; present "
               "recommendations to facility managers"},
    {.name = "environmental scientist",
     .sector = "Environmental Science",
     .ladder = "intern: Environmental Science Intern; junior: Staff Environmental Scientist; mid: "
               "Environmental Scientist; senior: Senior Environmental Scientist; lead: "
               "Environmental Program Manager",
     .base_salary = 73000,
     .posting_share = 1.1,
     .work_modes = {.6, .35, .05},
     .field_of_study = "environmental science",
     .credential = "40-hour HAZWOPER certification",
     .core = "environmental sampling, site assessment, report writing, environmental compliance, "
             "groundwater monitoring, field data collection",
     .common = "soil sampling, ArcGIS, HAZWOPER, remediation, permitting, water quality testing, "
               "data analysis",
     .occasional = "wetland delineation, NEPA, air quality monitoring, hazardous waste management, "
                   "ecological surveys, hydrogeology, stormwater management",
     .soft = "attention to detail, teamwork, communication, adaptability, organization",
     .duties = "collect soil, water and air samples; assess properties for contamination; write "
               "reports for regulators; oversee remediation contractors; map results; track "
               "permit conditions"},
    {.name = "environmental health and safety specialist",
     .sector = "Environmental Science",
     .ladder = "junior: EHS Coordinator; mid: EHS Specialist; senior: Senior EHS Specialist; lead: "
               "EHS Manager; executive: Director of Environmental Health and Safety",
     .base_salary = 79000,
     .posting_share = .9,
     .work_modes = {.8, .18, .02},
     .field_of_study = "occupational safety",
     .credential = "a Certified Safety Professional (CSP) credential",
     .core = "OSHA regulations, safety training, incident investigation, environmental compliance, "
             "risk assessment, safety audits",
     .common = "hazardous waste management, HAZWOPER, emergency response planning, industrial "
               "hygiene, air quality monitoring, report writing",
     .occasional = "ISO 14001, construction safety, stormwater management, root cause analysis, "
                   "permitting, sustainability reporting",
     .soft = "communication, leadership, attention to detail, integrity, conflict resolution",
     .duties = "inspect work areas for hazards; investigate incidents; train employees in safe "
               "work; file regulatory reports; lead emergency drills; track corrective actions"},
    {.name = "water resources engineer",
     .sector = "Environmental Science",
     .ladder = "junior: Water Resources Engineer-in-Training; mid: Water Resources Engineer; "
               "senior: Senior Water Resources Engineer; lead: Water Practice Lead",
     .base_salary = 88000,
     .posting_share = .7,
     .work_modes = {.45, .47, .08},
     .field_of_study = "environmental engineering",
     .credential = "a Professional Engineer (PE) license",
     .core = "HEC-RAS, stormwater management, hydraulics, hydrology, drainage design, wastewater "
             "treatment",
     .common = "AutoCAD Civil 3D, ArcGIS, water distribution, permitting, water quality testing, "
               "erosion control, report writing",
     .occasional = "SWMM, construction documents, utility design, specifications writing, "
                   "floodplain mapping, cost estimating, AutoCAD",
     .soft = "analytical thinking, communication, teamwork, problem solving, organization",
     .duties =
         "model rivers and storm sewers; design detention basins and channels; size pumps and "
         "pipes; prepare flood studies; review development plans; write technical "
         "memoranda"},
};

}  // namespace

std::span<const RawOccupation> EngineeringOccupations() { return kOccupations; }

}  // namespace dynajob::vocabulary_data
