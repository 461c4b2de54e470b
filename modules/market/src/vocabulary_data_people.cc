// Occupations of hospitality, sport, education, healthcare and the arts.
#include "vocabulary_data.h"

namespace dynajob::vocabulary_data {
namespace {

constexpr RawOccupation kOccupations[] = {
    {.name = "restaurant server",
     .sector = "Hospitality and Service",
     .ladder = "junior: Restaurant Server; mid: Experienced Server; senior: Lead Server; lead: "
               "Dining Room Supervisor; executive: Restaurant General Manager",
     .base_salary = 35000,
     .salary_spread = .6,
     .posting_share = 1.3,
     .work_modes = {1, 0, 0},
     .part_time_share = .5,
     .credential = "a food handler card",
     .core = "food service, customer service, POS systems, order taking, menu knowledge, cash "
             "handling",
     .common = "food safety, table setting, upselling, beverage service, food and beverage "
               "operations, guest relations",
     .occasional = "wine knowledge, banquet service, Spanish, alcohol service certification, "
                   "reservations, event setup",
     .soft = "friendliness, teamwork, multitasking, communication, physical stamina",
     .duties = "greet guests at the door; serve food and drinks; recommend dishes; handle "
               "payments; set tables before service; keep the dining room tidy"},
    {.name = "bartender",
     .sector = "Hospitality and Service",
     .ladder = "junior: Barback; mid: Bartender; senior: Lead Bartender; lead: Bar Manager",
     .base_salary = 38000,
     .salary_spread = .6,
     .posting_share = .7,
     .work_modes = {1, 0, 0},
     .part_time_share = .5,
     .credential = "an alcohol server permit",
     .core = "mixology, beverage service, POS systems, cash handling, alcohol service "
             "certification, customer service",
     .common = "inventory management, menu knowledge, food service, upselling, wine knowledge, "
               "guest relations",
     .occasional = "food safety, event setup, staff supervision, order taking, beverage cost "
                   "control, scheduling",
     .soft = "friendliness, multitasking, communication, calm under pressure, reliability",
     .duties = "mix drinks to order; check identification; stock the bar; balance the till; "
               "suggest cocktails and wines; clean glassware and surfaces"},
    {.name = "chef",
     .sector = "Hospitality and Service",
     .ladder = "junior: Line Cook; mid: Sous Chef; senior: Head Chef; lead: Executive Chef",
     .base_salary = 50000,
     .salary_spread = .9,
     .posting_share = 1.1,
     .work_modes = {1, 0, 0},
     .part_time_share = .15,
     .credential = "a ServSafe certification",
     .employers = "{P} Kitchen; {P} Grill; {P} Bistro; The {P} Hotel; {P} Catering; {P} Brasserie; "
                  "{P} Senior Living",
     .core = "cooking, food preparation, food safety, menu planning, kitchen management, ServSafe",
     .common = "inventory management, food cost control, knife skills, recipe development, staff "
               "supervision, kitchen equipment",
     .occasional = "baking, catering, banquet service, purchasing, nutrition, scheduling, health "
                   "inspections",
     .soft = "teamwork, calm under pressure, creativity, leadership, physical stamina",
     .duties = "prepare dishes to the house standard; plan seasonal menus; order produce and meat; "
               "train line cooks; control food cost; keep the kitchen ready for inspection"},
    {.name = "housekeeper",
     .sector = "Hospitality and Service",
     .ladder = "junior: Room Attendant; mid: Housekeeper; senior: Housekeeping Inspector; lead: "
               "Housekeeping Supervisor; executive: Executive Housekeeper",
     .base_salary = 34000,
     .salary_spread = .6,
     .posting_share = 1.3,
     .work_modes = {1, 0, 0},
     .part_time_share = .35,
     .core = "housekeeping, room cleaning, laundry, sanitation, guest relations, cleaning "
             "chemicals",
     .common = "linen management, inventory management, floor care, health and safety compliance, "
               "customer service, deep cleaning",
     .occasional = "staff supervision, quality inspections, Spanish, infection control, "
                   "scheduling, property management systems",
     .soft = "attention to detail, reliability, work ethic, time management, physical stamina",
     .duties = "clean guest rooms and bathrooms; change linen; restock supplies; report repairs; "
               "respond to guest requests; polish public areas"},
    {.name = "front desk clerk",
     .sector = "Hospitality and Service",
     .ladder = "junior: Front Desk Clerk; mid: Guest Service Agent; senior: Night Auditor; lead: "
               "Front Office Manager; executive: Hotel General Manager",
     .base_salary = 37000,
     .salary_spread = .8,
     .posting_share = 1.0,
     .work_modes = {1, 0, 0},
     .part_time_share = .35,
     .core =
         "guest relations, customer service, reservations, property management systems, check-in "
         "and check-out, cash handling",
     .common = "Opera PMS, Microsoft Office, phone etiquette, night audit, data entry, "
               "upselling",
     .occasional = "Spanish, event planning, concierge services, billing, staff supervision, "
                   "office administration",
     .soft = "friendliness, communication, problem solving, multitasking, patience",
     .duties = "check guests in and out; take reservations; answer the phone; handle complaints; "
               "post charges to rooms; coordinate with housekeeping"},
    {.name = "hair stylist",
     .sector = "Hospitality and Service",
     .ladder = "junior: Salon Assistant; mid: Hair Stylist; senior: Senior Stylist; lead: Salon "
               "Manager",
     .base_salary = 39000,
     .salary_spread = .7,
     .posting_share = .4,
     .work_modes = {1, 0, 0},
     .part_time_share = .45,
     .credential = "a cosmetology license",
     .employers = "{P} Salon; {P} Hair Studio; Salon {P}; {P} Salon & Spa; The {P} Barbershop",
     .core =
         "hair cutting, hair coloring, hair styling, client consultation, cosmetology, customer "
         "service",
     .common = "sanitation, retail sales, appointment scheduling, skin care, client retention",
     .occasional = "makeup application, social media marketing, POS systems, inventory management, "
                   "barbering",
     .soft = "creativity, friendliness, communication, time management, attention to detail",
     .duties = "style hair for everyday and special occasions; consult with clients about their "
               "look; recommend "
               "products; keep stations clean; book appointments; follow fashion trends"},
    {.name = "event coordinator",
     .sector = "Hospitality and Service",
     .ladder = "intern: Events Intern; junior: Event Assistant; mid: Event Coordinator; senior: "
               "Event Manager; lead: Director of Events",
     .base_salary = 55000,
     .posting_share = .5,
     .work_modes = {.7, .25, .05},
     .part_time_share = .1,
     .field_of_study = "hospitality management",
     .core = "event planning, vendor management, banquet service, budgeting, catering, event setup",
     .common = "customer service, contract negotiation, guest relations, food and beverage "
               "operations, sales, scheduling",
     .occasional = "social media marketing, Microsoft Office, audio-visual equipment, fundraising, "
                   "reservations, volunteer coordination",
     .soft = "organization, multitasking, communication, creativity, calm under pressure",
     .duties = "plan weddings, meetings and conferences; negotiate with vendors; draft event "
               "orders; oversee setup; host clients on site visits; reconcile event bills"},
    {.name = "sports referee",
     .sector = "Sport and Recreation",
     .ladder = "junior: Youth Sports Referee; mid: Sports Official; senior: Head Referee; lead: "
               "Officials Coordinator",
     .base_salary = 36000,
     .salary_spread = .6,
     .posting_share = 1.1,
     .work_modes = {1, 0, 0},
     .part_time_share = .8,
     .credential = "CPR and first aid certification",
     .employers = "City of {C} Parks and Recreation; {C} Youth Sports League; {C} Officials "
                  "Association; {P} Community Center; {P} Soccer Club",
     .core = "sports officiating, rules of the game, game management, scorekeeping, first aid, "
             "youth sports",
     .common = "basketball, soccer, CPR, sportsmanship education, equipment setup, incident "
               "reporting",
     .occasional = "softball, volleyball, flag football, scheduling, customer service, "
                   "recreation programs, coaching",
     .soft = "decision making, conflict resolution, communication, calm under pressure, "
             "reliability",
     .duties = "officiate youth and adult games; enforce the rules fairly; keep score and time; "
               "prepare fields and courts; file game reports; calm players and spectators"},
    {.name = "sports coach",
     .sector = "Sport and Recreation",
     .ladder = "intern: Coaching Intern; junior: Assistant Coach; mid: Sports Coach; senior: Head "
               "Coach; lead: Athletic Director",
     .base_salary = 46000,
     .salary_spread = .9,
     .posting_share = .8,
     .work_modes = {1, 0, 0},
     .part_time_share = .5,
     .field_of_study = "physical education",
     .credential = "CPR and first aid certification",
     .core = "coaching, youth sports, practice planning, athlete development, game strategy, first "
             "aid",
     .common = "strength and conditioning, CPR, soccer, basketball, recruiting, injury prevention, "
               "sportsmanship education",
     .occasional = "swimming, volleyball, tennis, video analysis, scheduling, fundraising, "
                   "physical education, travel planning",
     .soft = "leadership, communication, patience, motivating others, teamwork",
     .duties = "plan practices and drills; prepare athletes for competition; meet with parents; "
               "organize travel to games; teach technique and fair play; track each athlete's "
               "progress"},
    {.name = "personal trainer",
     .sector = "Sport and Recreation",
     .ladder = "junior: Fitness Floor Associate; mid: Personal Trainer; senior: Master Personal "
               "Trainer; lead: Fitness Manager",
     .base_salary = 47000,
     .salary_spread = .8,
     .posting_share = 1.1,
     .work_modes = {.95, .03, .02},
     .part_time_share = .5,
     .field_of_study = "exercise science",
     .credential = "an NASM or ACE certification",
     .employers =
         "{P} Fitness; {P} Athletic Club; {P} Gym; {P} Strength Studio; {P} Wellness Center",
     .core = "personal training, exercise programming, fitness assessments, CPR, group fitness, "
             "strength and conditioning",
     .common = "nutrition, client retention, sales, injury prevention, exercise physiology, "
               "customer service, first aid",
     .occasional = "yoga instruction, Pilates, weight management, coaching, corrective exercise, "
                   "appointment scheduling, equipment maintenance",
     .soft = "motivating others, empathy, communication, friendliness, self-motivation",
     .duties = "assess the fitness of new members; design training programs; lead group classes; "
               "track client progress; sell training packages; keep the gym floor safe"},
    {.name = "lifeguard",
     .sector = "Sport and Recreation",
     .ladder = "junior: Lifeguard; mid: Head Lifeguard; senior: Pool Supervisor; lead: Aquatics "
               "Manager",
     .base_salary = 36000,
     .salary_spread = .8,
     .posting_share = .7,
     .work_modes = {1, 0, 0},
     .part_time_share = .75,
     .credential = "Red Cross lifeguard certification",
     .employers = "City of {C} Parks and Recreation; {P} Aquatic Center; {P} Swim Club; {P} "
                  "Community Center; {P} Water Park",
     .core = "lifeguarding, CPR, first aid, water rescue, swimming, pool safety",
     .common = "swim instruction, AED, pool maintenance, customer service, incident reporting, "
               "emergency response planning",
     .occasional = "scheduling, recreation programs, youth sports, staff supervision, water "
                   "quality testing, cash handling",
     .soft = "vigilance, calm under pressure, teamwork, reliability, communication",
     .duties = "watch swimmers at all times; perform rescues; teach swimming lessons; test pool "
               "chemicals; enforce pool rules; record incidents"},
    {.name = "recreation coordinator",
     .sector = "Sport and Recreation",
     .ladder = "intern: Recreation Intern; junior: Recreation Leader; mid: Recreation Coordinator; "
               "senior: Recreation Supervisor; lead: Parks and Recreation Director",
     .base_salary = 49000,
     .posting_share = .7,
     .work_modes = {.93, .07, 0},
     .part_time_share = .3,
     .field_of_study = "recreation management",
     .core = "recreation programs, youth sports, event planning, staff supervision, scheduling, "
             "first aid",
     .common = "volunteer coordination, CPR, budgeting, customer service, facility management, "
               "community outreach",
     .occasional = "camp counseling, grant writing, social media marketing, coaching, sports "
                   "officiating, equipment setup, child care",
     .soft = "organization, leadership, communication, creativity, friendliness",
     .duties = "plan leagues, camps and classes; hire seasonal staff; schedule fields and rooms; "
               "promote programs in the community; supervise activities; keep program accounts"},
    {.name = "elementary school teacher",
     .sector = "Education",
     .ladder =
         "intern: Student Teacher; junior: Substitute Teacher; mid: Elementary School Teacher; "
         "senior: Lead Teacher; executive: School Principal",
     .base_salary = 59000,
     .salary_spread = .7,
     .posting_share = 1.3,
     .work_modes = {.98, .01, .01},
     .part_time_share = .1,
     .field_of_study = "elementary education",
     .credential = "a state teaching license",
     .employers = "{C} Unified School District; {P} Elementary School; {P} Charter School; {P} "
                  "Academy; {P} Montessori School",
     .core = "classroom management, lesson planning, curriculum development, student assessment, "
             "differentiated instruction, literacy instruction",
     .common =
         "parent communication, special education, Google Classroom, mathematics instruction, "
         "child development, behavior management",
     .occasional = "ESL instruction, individualized education programs, educational technology, "
                   "phonics, Spanish, social-emotional learning",
     .soft = "patience, creativity, communication, empathy, organization",
     .duties = "teach reading, writing and mathematics; plan lessons for mixed abilities; assess "
               "student progress; meet with parents; supervise recess and trips; work with "
               "specialists on support plans"},
    {.name = "high school teacher",
     .sector = "Education",
     .ladder =
         "junior: Substitute Teacher, Secondary; mid: High School Teacher; senior: Senior High "
         "School Teacher; lead: Department Chair; executive: High School Principal",
     .base_salary = 63000,
     .salary_spread = .7,
     .posting_share = 1.0,
     .work_modes = {.95, .02, .03},
     .part_time_share = .1,
     .field_of_study = "secondary education",
     .credential = "a state teaching license",
     .employers = "{C} Unified School District; {P} High School; {P} Charter School; {P} Academy; "
                  "{P} Preparatory School",
     .core = "lesson planning, classroom management, curriculum development, student assessment, "
             "differentiated instruction, educational technology",
     .common = "mathematics instruction, science instruction, Google Classroom, parent "
               "communication, test preparation, special education",
     .occasional =
         "coaching, Advanced Placement courses, English instruction, history instruction, "
         "individualized education programs, tutoring",
     .soft = "communication, patience, leadership, adaptability, organization",
     .duties = "teach five sections a day; write tests and quizzes; adapt lessons to student "
               "needs; advise a student club; communicate with families; take part in "
               "department planning"},
    {.name = "preschool teacher",
     .sector = "Education",
     .ladder =
         "junior: Preschool Teacher Assistant; mid: Preschool Teacher; senior: Lead Preschool "
         "Teacher; lead: Child Care Center Director",
     .base_salary = 38000,
     .salary_spread = .7,
     .posting_share = .9,
     .work_modes = {1, 0, 0},
     .part_time_share = .25,
     .field_of_study = "early childhood education",
     .credential = "a Child Development Associate credential",
     .employers = "{P} Early Learning Center; {P} Preschool; {P} Child Care; {P} Montessori "
                  "School; {C} Head Start",
     .core = "early childhood education, child care, child development, lesson planning, classroom "
             "management, first aid",
     .common = "parent communication, CPR, behavior management, play-based learning, phonics, "
               "meal preparation",
     .occasional = "special education, Spanish, licensing standards, arts and crafts, "
                   "social-emotional learning, sanitation",
     .soft = "patience, empathy, creativity, friendliness, reliability",
     .duties =
         "plan play and learning activities; observe how children develop; keep the room safe "
         "and clean; talk with parents every day; serve meals and snacks; comfort children "
         "who need it"},
    {.name = "professor",
     .sector = "Education",
     .ladder = "junior: Adjunct Instructor; mid: Assistant Professor; senior: Associate Professor; "
               "lead: Professor and Department Chair; executive: Dean",
     .base_salary = 82000,
     .posting_share = 1.0,
     .work_modes = {.6, .3, .1},
     .part_time_share = .25,
     .field_of_study = "the subject taught",
     .employers = "{P} University; {P} College; {P} Community College; {C} State College; {P} "
                  "Institute of Technology",
     .core = "university teaching, curriculum development, academic research, academic advising, "
             "student assessment, scholarly publishing",
     .common = "grant writing, Canvas LMS, course design, online teaching, public speaking, "
               "lesson planning",
     .occasional = "statistics, program evaluation, SPSS, thesis supervision, educational "
                   "technology, data analysis, peer review",
     .soft = "communication, critical thinking, mentoring, collaboration, curiosity",
     .duties = "teach undergraduate and graduate courses; publish research; advise students; apply "
               "for grants; serve on committees; supervise theses"},
    {.name = "school counselor",
     .sector = "Education",
     .ladder = "intern: School Counseling Intern; mid: School Counselor; senior: Senior School "
               "Counselor; lead: Director of Counseling",
     .base_salary = 63000,
     .salary_spread = .7,
     .posting_share = .8,
     .work_modes = {.93, .04, .03},
     .field_of_study = "school counseling",
     .credential = "a school counselor credential",
     .employers = "{C} Unified School District; {P} High School; {P} Middle School; {P} Charter "
                  "School; {P} Academy",
     .core =
         "counseling, academic advising, crisis intervention, college planning, social-emotional "
         "learning, individualized education programs",
     .common = "group facilitation, behavior management, parent communication, case management, "
               "student assessment, career counseling",
     .occasional = "mental health assessment, Spanish, special education, data analysis, program "
                   "evaluation, community outreach",
     .soft = "empathy, active listening, communication, discretion, patience",
     .duties = "counsel students one to one and in groups; plan courses with students; respond to "
               "crises; refer families to services; write recommendation letters; train "
               "teachers in prevention"},
    {.name = "librarian",
     .sector = "Education",
     .ladder = "intern: Library Intern; junior: Library Assistant; mid: Librarian; senior: Senior "
               "Librarian; lead: Branch Manager, Library; executive: Library Director",
     .base_salary = 58000,
     .posting_share = .8,
     .work_modes = {.9, .08, .02},
     .part_time_share = .3,
     .field_of_study = "library science",
     .credential = "an ALA-accredited degree",
     .employers = "{C} Public Library; {P} County Library; {P} University; {P} College; {P} "
                  "Memorial Library",
     .core = "reference services, cataloging, collection development, library systems, customer "
             "service, information literacy",
     .common = "program planning, community outreach, database searching, circulation, "
               "readers' advisory, research assistance",
     .occasional = "digital archives, grant writing, Microsoft Office, educational technology, "
                   "metadata, story time, Spanish",
     .soft = "customer focus, organization, communication, curiosity, patience",
     .duties = "answer reference questions; select books and databases; run programs for children "
               "and adults; catalog new items; teach research skills; help patrons with "
               "computers"},
    {.name = "registered nurse",
     .sector = "Healthcare",
     .ladder = "junior: Graduate Nurse; mid: Registered Nurse; senior: Charge Nurse; lead: Nurse "
               "Manager; executive: Director of Nursing",
     .base_salary = 84000,
     .salary_spread = .7,
     .posting_share = 1.4,
     .work_modes = {.96, .02, .02},
     .part_time_share = .25,
     .field_of_study = "nursing",
     .credential = "an RN license and BLS certification",
     .employers = "{P} Medical Center; {P} Hospital; {P} Health; {C} Regional Hospital; {P} Senior "
                  "Living; {P} Home Health",
     .core = "patient care, medication administration, patient assessment, electronic health "
             "records, BLS, care planning",
     .common = "vital signs, Epic, wound care, IV therapy, patient education, ACLS, infection "
               "control",
     .occasional = "triage, telemetry, discharge planning, CPR, case management, HIPAA compliance, "
                   "critical care",
     .soft = "empathy, communication, calm under pressure, teamwork, critical thinking",
     .duties = "assess patients and plan their care; give medication; monitor vital signs; teach "
               "patients and families; record care in the chart; supervise nursing assistants"},
    {.name = "medical assistant",
     .sector = "Healthcare",
     .ladder = "junior: Nursing Assistant; mid: Medical Assistant; senior: Lead Medical Assistant; "
               "lead: Clinic Supervisor",
     .base_salary = 42000,
     .salary_spread = .6,
     .posting_share = 1.1,
     .work_modes = {1, 0, 0},
     .part_time_share = .2,
     .credential = "a CMA or CNA certification",
     .core = "patient care, vital signs, phlebotomy, electronic health records, appointment "
             "scheduling, HIPAA compliance",
     .common = "CPR, medical terminology, patient intake, infection control, EKG, injections, "
               "customer service",
     .occasional = "medical billing, insurance verification, Epic, Spanish, specimen collection, "
                   "data entry, office administration",
     .soft = "empathy, friendliness, attention to detail, multitasking, communication",
     .duties = "bring patients to exam rooms; take vital signs; draw blood; prepare rooms and "
               "instruments; schedule visits; enter data in the chart"},
    {.name = "physical therapist",
     .sector = "Healthcare",
     .ladder = "junior: Physical Therapist Assistant; mid: Physical Therapist; senior: Senior "
               "Physical Therapist; lead: Rehabilitation Director",
     .base_salary = 91000,
     .salary_spread = .8,
     .posting_share = .7,
     .work_modes = {.97, .02, .01},
     .part_time_share = .2,
     .field_of_study = "physical therapy",
     .credential = "a physical therapist license",
     .core =
         "physical therapy, patient assessment, therapeutic exercise, manual therapy, treatment "
         "planning, rehabilitation",
     .common = "electronic health records, patient education, exercise physiology, gait training, "
               "orthopedics, care planning",
     .occasional =
         "sports medicine, CPR, injury prevention, home health, discharge planning, HIPAA "
         "compliance, corrective exercise",
     .soft = "empathy, communication, motivating others, patience, problem solving",
     .duties = "evaluate how patients move; design treatment plans; guide exercises; document "
               "progress; teach patients to prevent injury; work with physicians"},
    {.name = "medical coder",
     .sector = "Healthcare",
     .ladder = "junior: Medical Billing Clerk; mid: Medical Coder; senior: Senior Medical Coder; "
               "lead: Revenue Cycle Manager",
     .base_salary = 55000,
     .salary_spread = .8,
     .posting_share = .6,
     .work_modes = {.3, .2, .5},
     .part_time_share = .1,
     .field_of_study = "health information management",
     .credential = "a CPC certification",
     .employers =
         "{P} Medical Center; {P} Health; {P} Hospital; {P} Physicians Group; {P} Medical Billing",
     .core = "medical coding, medical billing, ICD-10, CPT coding, medical terminology, HIPAA "
             "compliance",
     .common = "electronic health records, insurance verification, claims processing, data entry, "
               "Epic, revenue cycle management",
     .occasional = "Microsoft Excel, internal audit, denial management, compliance, accounts "
                   "receivable, anatomy",
     .soft = "attention to detail, organization, discretion, time management, self-motivation",
     .duties = "assign codes to procedures; submit claims; appeal denials; audit charts; answer "
               "billing questions; keep up with payer rules"},
    {.name = "social worker",
     .sector = "Healthcare",
     .ladder = "intern: Social Work Intern; junior: Case Worker; mid: Social Worker; senior: "
               "Licensed Clinical Social Worker; lead: Program Director, Social Services",
     .base_salary = 59000,
     .salary_spread = .8,
     .posting_share = .7,
     .work_modes = {.7, .22, .08},
     .part_time_share = .1,
     .field_of_study = "social work",
     .credential = "a state social work license",
     .employers = "{P} Family Services; {P} Hospital; {C} Department of Human Services; {P} "
                  "Community Health; {P} Hospice",
     .core =
         "case management, crisis intervention, counseling, mental health assessment, treatment "
         "planning, community outreach",
     .common = "client intake, discharge planning, group facilitation, electronic health records, "
               "child welfare, HIPAA compliance",
     .occasional = "substance abuse counseling, Spanish, home visits, report writing, advocacy, "
                   "grant writing",
     .soft = "empathy, active listening, resilience, communication, organization",
     .duties = "assess the needs of clients and families; develop service plans; connect clients "
               "with housing and benefits; respond to crises; write court and case reports; "
               "visit clients at home"},
    {.name = "graphic designer",
     .sector = "Arts and Media",
     .ladder = "intern: Graphic Design Intern; junior: Junior Graphic Designer; mid: Graphic "
               "Designer; senior: Senior Graphic Designer; lead: Art Director; executive: Creative "
               "Director",
     .base_salary = 63000,
     .posting_share = .9,
     .work_modes = {.25, .4, .35},
     .part_time_share = .15,
     .field_of_study = "graphic design",
     .core = "graphic design, Adobe Photoshop, Adobe Illustrator, Adobe InDesign, typography, "
             "branding",
     .common = "Adobe Creative Cloud, layout design, print production, Figma, social media "
               "marketing, illustration",
     .occasional = "motion graphics, HTML, CSS, Canva, photography, packaging design, WordPress",
     .soft = "creativity, attention to detail, communication, time management, collaboration",
     .duties = "design campaigns for print and screen; develop brand identities; prepare files for "
               "the printer; retouch images; present concepts to clients; keep the brand guide "
               "up to date"},
    {.name = "UX designer",
     .sector = "Arts and Media",
     .ladder = "intern: UX Design Intern; junior: Junior UX Designer; mid: UX Designer; senior: "
               "Senior UX Designer; lead: UX Design Manager",
     .base_salary = 96000,
     .posting_share = .8,
     .work_modes = {.15, .4, .45},
     .field_of_study = "interaction design",
     .core = "Figma, user research, wireframing, prototyping, UI design, usability testing",
     .common = "Adobe XD, design systems, interaction design, Sketch, web accessibility, user "
               "stories, Adobe Photoshop",
     .occasional = "HTML, CSS, graphic design, A/B testing, Adobe Illustrator, responsive design, "
                   "Agile",
     .soft = "empathy, creativity, communication, collaboration, curiosity",
     .duties = "interview users about their tasks; sketch flows and screens; test prototypes; "
               "maintain the design system; present designs to stakeholders; work with developers "
               "on details"},
    {.name = "web designer",
     .sector = "Arts and Media",
     .ladder = "junior: Junior Web Designer; mid: Web Designer; senior: Senior Web Designer; lead: "
               "Digital Design Lead",
     .base_salary = 72000,
     .posting_share = .7,
     .work_modes = {.2, .35, .45},
     .part_time_share = .1,
     .field_of_study = "web design",
     .core = "web design, HTML, CSS, WordPress, JavaScript, responsive design",
     .common = "Adobe Photoshop, Figma, UI design, Bootstrap, jQuery, SEO, Adobe Illustrator",
     .occasional = "PHP, content management systems, Google Analytics, wireframing, Adobe XD, "
                   "copywriting, React",
     .soft = "creativity, attention to detail, communication, time management, adaptability",
     .duties = "design landing pages and sites; build themes and templates; update content for "
               "clients; optimize pages for search; make layouts work on phones; track visits "
               "and conversions"},
    {.name = "video editor",
     .sector = "Arts and Media",
     .ladder = "intern: Video Production Intern; junior: Assistant Editor; mid: Video Editor; "
               "senior: Senior Video Producer; lead: Post-Production Supervisor",
     .base_salary = 64000,
     .posting_share = .6,
     .work_modes = {.35, .35, .3},
     .part_time_share = .15,
     .field_of_study = "film and media",
     .core = "video editing, Adobe Premiere Pro, Adobe After Effects, videography, color grading, "
             "motion graphics",
     .common = "Final Cut Pro, audio editing, Adobe Photoshop, photography, storyboarding, DaVinci "
               "Resolve",
     .occasional =
         "lighting, social media marketing, scriptwriting, live streaming, Adobe Creative "
         "Cloud, camera operation",
     .soft = "creativity, storytelling, attention to detail, time management, collaboration",
     .duties = "edit footage into finished stories; animate titles and graphics; mix sound; shoot "
               "interviews; archive projects; cut versions for social media"},
    {.name = "writer",
     .sector = "Arts and Media",
     .ladder =
         "intern: Editorial Intern; junior: Staff Writer; mid: Content Writer; senior: Senior "
         "Editor; lead: Managing Editor; executive: Editor-in-Chief",
     .base_salary = 63000,
     .posting_share = .6,
     .work_modes = {.2, .3, .5},
     .part_time_share = .2,
     .field_of_study = "journalism",
     .core = "copywriting, copy editing, content marketing, journalism, proofreading, SEO",
     .common = "AP style, WordPress, interviewing, technical writing, content management systems, "
               "social media marketing",
     .occasional = "public relations, email marketing, fact-checking, scriptwriting, Google "
                   "Analytics, photography, grant writing",
     .soft = "creativity, curiosity, communication, time management, attention to detail",
     .duties = "write articles on local and national topics; edit the copy of contributors; "
               "interview sources; plan "
               "the editorial calendar; check facts; write headlines and newsletters"},
    {.name = "music teacher",
     .sector = "Arts and Media",
     .ladder =
         "junior: Music Instructor; mid: Music Teacher; senior: Ensemble Director; lead: Arts "
         "Program Director",
     .base_salary = 52000,
     .salary_spread = .8,
     .posting_share = .4,
     .work_modes = {.88, .06, .06},
     .part_time_share = .45,
     .field_of_study = "music education",
     .employers = "{C} School of Music; {P} Arts Center; {P} Conservatory; {C} Unified School "
                  "District; {P} Music Academy",
     .core = "music instruction, lesson planning, music theory, piano, classroom management, "
             "performance coaching",
     .common = "choir direction, student assessment, curriculum development, parent communication, "
               "stage production, dance instruction",
     .occasional = "audio editing, event planning, theater arts, guitar, arts and crafts, "
                   "fundraising",
     .soft = "patience, creativity, motivating others, communication, organization",
     .duties = "teach private and group lessons; direct the choir and the band; prepare concerts; "
               "tune pianos and other instruments; encourage beginners; arrange music for the "
               "ensemble"},
};

}  // namespace

std::span<const RawOccupation> PeopleOccupations() { return kOccupations; }

}  // namespace dynajob::vocabulary_data
