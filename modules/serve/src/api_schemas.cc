#include "api_schemas.h"

#include <limits>

#include "history.h"
#include "record_json.h"
#include "routes.h"

namespace dynajob {
namespace {

constexpr double kMaxInteger = 9e15;  // exact as a JSON number
constexpr size_t kMaxId = 200;
constexpr size_t kMaxTexts = 1000;

Schema Id(std::string description) {
  Schema schema = Text(std::move(description), kMaxId);
  schema.min_length = 1;
  return schema;
}

Schema Count(std::string description) { return Integer(std::move(description), 0, kMaxInteger); }

Schema AnyNumber(std::string description) {
  Schema schema = Number(std::move(description), 0, 0);
  schema.minimum.reset();
  schema.maximum.reset();
  return schema;
}

Schema Moment(std::string description) {
  Schema schema = Text(std::move(description), 40);
  schema.format = "date-time";
  return schema;
}

Schema Texts(std::string description) {
  return ListOf(Text("", 1000), std::move(description), kMaxTexts);
}

// An answer: fields may be added in later versions.
Schema Reply(std::string name, std::string description, std::vector<Schema::Property> properties) {
  Schema schema = Object(std::move(name), std::move(description), std::move(properties));
  schema.open = true;
  return schema;
}

Schema FilterSchema() {
  return Object("Filter", "Jobs that may be shown; each list is met by any of its values",
                {{"location", Texts("Places, as written in the jobs")},
                 {"sector", Texts("Sectors, as written in the jobs")},
                 {"work_mode", ListOf(OneOf("Mode", {"onsite", "hybrid", "remote"}), "Modes", 3)},
                 {"posted_after", Moment("Posted at this moment or later")}});
}

Schema ExplanationSchema() {
  Schema cosines = Reply("", "Cosine of each pair of fields, by its name", {});
  return Reply(
      "Explanation", "Why a job has its score",
      {{"q", Nullable(AnyNumber("Expected return of showing the job; null without a model"))},
       {"predicted_reward", Nullable(AnyNumber("What the world model expects"))},
       {"uncertainty", Nullable(AnyNumber("Standard deviation over the ensemble of world models; "
                                          "null when there is only one"))},
       {"cosine", AnyNumber("Cosine of all paired fields together"), true},
       {"field_cosines", cosines, true},
       {"matched_skills", Texts("Skills of the job that the person states"), true},
       {"missing_skills", Texts("Technical skills of the job that the person does not state"),
        true}});
}

Schema RecommendationSchema() {
  return Reply("Recommendation", "One job",
               {{"job_id", Id("The job"), true},
                {"title", Text("", 1000)},
                {"company", Text("", 1000)},
                {"location", Text("", 1000)},
                {"position", Count("Place in the ranking, from 0"), true},
                {"score", AnyNumber("What the ranking is by"), true},
                {"source",
                 OneOf("What the place is due to: the Q-network, the cosine of embeddings (no "
                       "model is loaded), or exploration",
                       {"q", "cosine", "explore"}),
                 true},
                {"propensity",
                 Number("Probability of this job at this place, given those before", 0, 1), true},
                {"explanation", ExplanationSchema()}});
}

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const FeedbackKind& kind : FeedbackKinds()) names.emplace_back(kind.name);
  return names;
}

}  // namespace

Schema PolicySchema() {
  return OneOf(
      "Which agent ranks: the one that is served (default), or the one that began with random "
      "weights",
      {"served", "random-start"});
}

Schema ProfileRequestSchema() {
  return Object("ProfileRequest", "A person and what to recommend",
                {{"candidate", CandidateSchema(true), true},
                 {"n", Integer("How many jobs", 1, kMaxPage)},
                 {"offset", Integer("How many to skip", 0, kMaxOffset)},
                 {"filter", FilterSchema()},
                 {"exclude", ListOf(Id("Id of a job"), "Jobs not to show", kMaxBulk)},
                 {"explain", Boolean("Whether to say why")},
                 {"policy", PolicySchema()}});
}

Schema FeedbackSchema() {
  return Object("Feedback", "What a person did with a job",
                {{"event_id", Id("Chosen by the sender; sending it again changes nothing"), true},
                 {"candidate_id", Id("Who"), true},
                 {"job_id", Id("With which job"), true},
                 {"kind", OneOf("What happened", KindNames()), true},
                 {"request_id", Id("Of the recommendation that it is an answer to")},
                 {"timestamp", Moment("When it happened; now, when it is not there")}});
}

Schema StoredSchema() {
  return Reply("Stored", "What became of the records",
               {{"created", Count("New"), true},
                {"replaced", Count("There before, and different"), true},
                {"unchanged", Count("There before, and equal"), true}});
}

Schema RecommendationsSchema() {
  return Reply(
      "Recommendations", "A page of the ranking",
      {{"request_id", Nullable(Id("To be sent with feedback; null with policy=random-start")),
        true},
       {"candidate_id", Nullable(Id("Whose; null for a profile without an id")), true},
       {"model_version", Text("What ranked", kMaxId), true},
       {"eligible", Count("Jobs that could be shown, at any offset"), true},
       {"degraded",
        Nullable(Reply("Degraded", "The store is away: jobs and people are as they were then",
                       {{"since", Moment("When the store last answered"), true},
                        {"age_seconds", AnyNumber("How long ago that is"), true}})),
        true},
       {"recommendations", ListOf(RecommendationSchema(), "Best first", kMaxBulk), true}});
}

Schema FeedbackResultSchema() {
  return Reply("FeedbackResult", "What became of an event",
               {{"event_id", Id("As sent"), true},
                {"status",
                 OneOf("stored; duplicate (nothing was done); spooled (on this server's disk until "
                       "the store is back)",
                       {"stored", "duplicate", "spooled"}),
                 true},
                {"joined", Boolean("Whether the recommendation it answers is known"), true}});
}

Schema ModelsSchema() {
  const Schema model = Reply("Model", "A trained model",
                             {{"id", Text("Its name", 1000), true},
                              {"active", Boolean("Whether it ranks now"), true},
                              {"version", Nullable(Text("Of the active one", 1000))},
                              {"created", Nullable(Moment("When it was put into the store"))},
                              {"bytes", Nullable(Count("Of its files"))}});
  return Reply("Models", "Models of the store, and the one that the server started with",
               {{"models", ListOf(model, "By age", kMaxBulk), true}});
}

Schema ActivatedSchema() {
  return Reply("Activated", "What ranks from now on",
               {{"id", Text("Its name", 1000), true}, {"version", Text("", 1000), true}});
}

Schema JobMatchesSchema() {
  const Schema job = Reply("JobMatch", "A job in short",
                           {{"id", Id("The job"), true},
                            {"title", Text("", 1000)},
                            {"company", Text("", 1000)},
                            {"location", Text("", 1000)},
                            {"sector", Text("", 1000)},
                            {"technical_skills", Texts("As read from the posting"), true}});
  return Reply("JobMatches", "Jobs that have the words",
               {{"total", Count("Matches, at any offset"), true},
                {"offset", Count("As asked"), true},
                {"jobs", ListOf(job, "Best match first", kMaxBulk), true}});
}

std::vector<Schema::Property> RunProperties() {
  const Schema verdict =
      Reply("RunVerdict", "What the intervals of one protocol say",
            {{"protocol", Text("", 1000), true}, {"winner", Text("One sentence", 10'000), true}});
  return {
      {"id", Text("", 1000), true},
      {"kind", Text("train, compare, sweep, …", 1000), true},
      {"created", Moment("When"), true},
      {"where", OneOf("In the store, or on the server's disk", {"store", "disk"}), true},
      {"verdicts", ListOf(verdict, "Empty for what is no comparison", kMaxBulk), true},
      {"labels_by", Nullable(Text("Who played the users: surrogate, or an endpoint", 1000)), true},
      {"audited", Boolean("Whether its labels were compared with known responses"), true}};
}

Schema RunsSchema() {
  const Schema run = Reply("Run", "A training or comparison", RunProperties());
  return Reply("Runs", "Runs that the server knows",
               {{"runs", ListOf(run, "By age", kMaxBulk), true}});
}

Schema RunReportSchema() {
  std::vector<Schema::Property> properties = RunProperties();
  properties.push_back({"report",
                        Reply("Report", "All numbers, and what may be said about them",
                              {{"schema", Text("dynajob.report/1", 100), true}}),
                        true});
  return Reply("RunReport", "A run with its report", std::move(properties));
}

Schema LabelsSchema() {
  const Schema model =
      Reply("ModelLabels", "Answers of one model",
            {{"model", Text("As the endpoint names it", 1000), true},
             {"answers", Count("Paid for, each once"), true},
             {"with_probabilities", Count("Of those: with log-probabilities"), true},
             {"unusable", Count("Of those: no label could be read from them"), true},
             {"defects", Reply("", "Unusable ones by reason", {}), true},
             {"prompt_tokens", Count("Where the endpoint reported them"), true},
             {"completion_tokens", Count("Where the endpoint reported them"), true},
             {"answers_without_usage", Count("Whose tokens are not known"), true},
             {"known_cost_usd", AnyNumber("Of those whose cost is known"), true},
             {"answers_of_unknown_cost", Count("Whose cost nobody states"), true}});
  return Reply("Labels", "The store's cache of labels",
               {{"counted", Moment("When"), true},
                {"models", ListOf(model, "By name", kMaxBulk), true},
                {"endpoints", Count("Endpoints whose abilities are noted"), true},
                {"unreadable", Count("Records that are no labels of this program"), true}});
}

Schema LearningPointSchema() {
  return Reply(
      "LearningPoint", "One snapshot that was tried",
      {{"time", Moment("When"), true},
       {"responses", Count("Learned so far"), true},
       {"reward", Nullable(AnyNumber("Mean reward of the responses since the point before; "
                                     "null when nothing was learned"))},
       {"explored", Nullable(Number("Share of those jobs that exploration had shown; null "
                                    "when no recommendation is known",
                                    0, 1))},
       {"q_loss", Nullable(AnyNumber("Mean squared error of the Q-network's updates"))},
       {"model_loss", Nullable(AnyNumber("The same of the world model"))},
       {"held_back_error",
        Nullable(AnyNumber("Mean squared error of the rewards that the snapshot expects, on "
                           "the held-back responses; null while there are too few"))},
       {"held_back_error_before",
        Nullable(AnyNumber("The same of the snapshot that ranked until then"))},
       {"outcome", OneOf("What became of it", {"published", "rolled_back"}), true},
       {"version", Text("Of the snapshot", 1000), true}});
}

Schema LearningSchema() {
  const Schema responses =
      Reply("LearningResponses", "What became of the stored responses",
            {{"learned", Count("Became transitions"), true},
             {"revised", Count("Of those: replaced an earlier answer to the same job"), true},
             {"repeated", Count("Not learned again: said what was known"), true},
             {"held_back", Count("Kept to judge snapshots by; learned later"), true},
             {"limited", Count("Not learned, for the limits of a key or a person"), true},
             {"unusable", Count("Not learned: the person or the job has no embedding here"), true},
             {"undecided", Count("Impressions that may still be answered"), true},
             {"waiting", Count("Not learned yet"), true}});
  const Schema updates =
      Reply("LearningUpdates", "Steps of the optimizers since the model was made",
            {{"q", Count("Of the Q-network, on real and simulated pairs"), true},
             {"planning", Count("Of those: on simulated pairs"), true},
             {"model", Count("Of the world model"), true},
             {"target_syncs", Count("Of the target network"), true}});
  const Schema snapshots = Reply("LearningSnapshots", "Snapshots that were tried",
                                 {{"published", Count("That rank or ranked"), true},
                                  {"rolled_back", Count("That were worse"), true}});
  const Schema buffer =
      Reply("LearningBuffer", "The replay buffer",
            {{"size", Count("Transitions"), true}, {"capacity", Count("At most"), true}});
  const Schema random_start = Reply(
      "RandomStart", "The agent that began with random weights and learns from the same responses",
      {{"model_version", Text("What it ranks with", 1000), true},
       {"learned", Count("Responses that became transitions"), true},
       {"held_back", Count("Responses kept to judge its snapshots by"), true},
       {"waiting", Count("Responses not learned yet"), true},
       {"snapshots", snapshots, true}});
  return Reply(
      "Learning", "What the policy is learning",
      {{"enabled", Boolean("Whether it learns"), true},
       {"state", OneOf("idle: all is learned", {"off", "idle", "working"}), true},
       {"why_off", Nullable(Text("Why it does not learn", 1000)), true},
       {"base_version", Nullable(Text("Of the model that learning started from", 1000)), true},
       {"model_version", Text("What ranks", 1000), true},
       {"exploration", Number("Share of places that are drawn at random", 0, 1), true},
       {"responses", responses, true},
       {"updates", updates, true},
       {"snapshots", snapshots, true},
       {"buffer", buffer, true},
       {"random_start", Nullable(random_start), true},
       {"points", ListOf(LearningPointSchema(), "The newest, by time; at most 500", kMaxBulk),
        true},
       {"rollbacks",
        ListOf(LearningPointSchema(), "The newest that were rolled back; at most 50", kMaxBulk),
        true}});
}

Schema HealthSchema() {
  return Reply(
      "Health", "How the server is",
      {{"status", OneOf("What it can do", {"live", "ready", "degraded", "draining"}), true},
       {"model_version", Text("What ranks", 1000)},
       {"jobs", Count("Jobs that can be ranked")},
       {"candidates", Count("People who can be ranked for")},
       {"store_available", Boolean("Whether the store answers")},
       {"spooled_responses", Count("Responses that wait for the store")}});
}

Schema ProblemSchema() {
  return Reply("Problem", "RFC 9457 problem details",
               {{"type", Text("Which kind of problem", 1000), true},
                {"title", Text("The kind in words", 1000), true},
                {"status", Integer("The HTTP status", 400, 599), true},
                {"detail", Text("What happened", 100'000), true},
                {"pointer", Text("JSON pointer (RFC 6901) to the field", 100'000)},
                {"parameter", Text("Name of the query parameter or header", 1000)}});
}

}  // namespace dynajob
