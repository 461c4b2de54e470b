// The text form of scores (arm_scores.h). Doubles are written so that they read back bit by bit.
#include <cmath>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/arm_scores.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "dynajob.scores/1";

Json ToJson(const ScoreTable& table) {
  Json rows = Json::array();
  for (size_t seed = 0; seed < table.seeds(); ++seed) {
    Json row = Json::array();
    for (size_t person = 0; person < table.candidates(); ++person)
      row.push_back(table.At(seed, person));
    rows.push_back(std::move(row));
  }
  return rows;
}

// at() throws where rows differ in length.
ScoreTable ReadTable(const Json& rows) {
  ScoreTable table(rows.size(), rows.at(0).size());
  for (size_t seed = 0; seed < table.seeds(); ++seed) {
    for (size_t person = 0; person < table.candidates(); ++person) {
      const double value = rows.at(seed).at(person).get<double>();
      if (!std::isfinite(value)) throw std::out_of_range("a score is not finite");
      table.At(seed, person) = value;
    }
  }
  return table;
}

Json ToJson(const ArmCost& cost) {
  return {{"llm_calls", cost.llm_calls},
          {"predicted_rewards", cost.predicted_rewards},
          {"unanswered", cost.unanswered},
          {"env_steps", cost.env_steps},
          {"updates", cost.updates},
          {"pretraining_env_steps", cost.pretraining_env_steps},
          {"pretraining_updates", cost.pretraining_updates},
          {"training_s", cost.training_s},
          {"online_s", cost.online_s}};
}

ArmCost ReadCost(const Json& json) {
  return {.llm_calls = json.at("llm_calls").get<uint64_t>(),
          .predicted_rewards = json.at("predicted_rewards").get<uint64_t>(),
          .unanswered = json.at("unanswered").get<uint64_t>(),
          .env_steps = json.at("env_steps").get<uint64_t>(),
          .updates = json.at("updates").get<uint64_t>(),
          .pretraining_env_steps = json.at("pretraining_env_steps").get<uint64_t>(),
          .pretraining_updates = json.at("pretraining_updates").get<uint64_t>(),
          .training_s = json.at("training_s").get<double>(),
          .online_s = json.at("online_s").get<double>()};
}

Json ToJson(const ArmScores& arm) {
  Json metrics = Json::object();
  for (const Metric& metric : Metrics()) metrics[metric.name] = ToJson(arm.Of(metric));
  Json threshold = Json::array();
  for (const std::vector<SurvivalTime>& people : arm.threshold) {
    Json times = Json::array();
    for (const SurvivalTime& time : people) times.push_back(Json::array({time.time, time.reached}));
    threshold.push_back(std::move(times));
  }
  Json cost = Json::array();
  for (const ArmCost& seed : arm.cost) cost.push_back(ToJson(seed));
  return {{"name", arm.name},       {"kind", arm.kind},
          {"metrics", metrics},     {"normalized", ToJson(arm.normalized)},
          {"threshold", threshold}, {"cost", cost}};
}

ArmScores ReadArm(const Json& json) {
  ArmScores arm{.name = json.at("name").get<std::string>(),
                .kind = json.at("kind").get<std::string>()};
  for (const Metric& metric : Metrics())
    arm.metrics.push_back(ReadTable(json.at("metrics").at(metric.name)));
  arm.normalized = ReadTable(json.at("normalized"));
  for (const Json& people : json.at("threshold")) {
    std::vector<SurvivalTime>& times = arm.threshold.emplace_back();
    for (const Json& time : people)
      times.push_back({.time = time.at(0).get<double>(), .reached = time.at(1).get<bool>()});
  }
  for (const Json& seed : json.at("cost")) arm.cost.push_back(ReadCost(seed));
  bool fits =
      arm.threshold.size() == arm.normalized.seeds() && arm.cost.size() == arm.normalized.seeds();
  for (const ScoreTable& table : arm.metrics)
    fits = fits && table.seeds() == arm.normalized.seeds() &&
           table.candidates() == arm.normalized.candidates();
  for (const auto& times : arm.threshold)
    fits = fits && times.size() == arm.normalized.candidates();
  if (!fits) throw std::out_of_range("tables of one arm differ in size");
  return arm;
}

Json ToJson(const JudgeReport& judge) {
  return {{"shares", judge.shares},
          {"surrogate", judge.surrogate_rank_correlation},
          {"cosine", judge.cosine_rank_correlation}};
}

JudgeReport ReadJudge(const Json& json) {
  return {.shares = json.at("shares").get<ResponseProbabilities>(),
          .surrogate_rank_correlation = json.at("surrogate").get<double>(),
          .cosine_rank_correlation = json.at("cosine").get<double>()};
}

ExperimentScores Read(const Json& json) {
  ExperimentScores scores{.seeds = json.at("seeds").get<std::vector<uint64_t>>(),
                          .people = json.at("people").get<std::vector<std::vector<std::string>>>(),
                          .judge = ReadJudge(json.at("judge"))};
  for (const Json& entry : json.at("protocols")) {
    ProtocolScores& protocol = scores.protocols.emplace_back();
    protocol.protocol = ParseProtocol(entry.at("name").get<std::string>()).value();
    for (const Json& arm : entry.at("arms")) protocol.arms.push_back(ReadArm(arm));
    protocol.oracle = ReadArm(entry.at("oracle"));
  }
  return scores;
}

}  // namespace

std::string ScoresText(const ExperimentScores& scores) {
  Json protocols = Json::array();
  for (const ProtocolScores& protocol : scores.protocols) {
    Json arms = Json::array();
    for (const ArmScores& arm : protocol.arms) arms.push_back(ToJson(arm));
    protocols.push_back({{"name", ToString(protocol.protocol)},
                         {"arms", arms},
                         {"oracle", ToJson(protocol.oracle)}});
  }
  const Json json = {{"schema", kSchema},
                     {"seeds", scores.seeds},
                     {"people", scores.people},
                     {"judge", ToJson(scores.judge)},
                     {"protocols", protocols}};
  return json.dump() + "\n";
}

Result<ExperimentScores> ParseScores(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.value("schema", "") != kSchema)
    return CorruptData("scores: not a dynajob.scores/1 object, or cut short");
  try {
    for (const Json& protocol : json.at("protocols"))
      if (!ParseProtocol(protocol.at("name").get<std::string>()).ok())
        return CorruptData("scores: an unknown protocol");
    return Read(json);
  } catch (const Json::exception& error) {
    return CorruptData(std::string("scores: ") + error.what());
  } catch (const std::out_of_range& error) {
    return CorruptData(std::string("scores: ") + error.what());
  }
}

}  // namespace dynajob
