#include "dynajob/rewards/answer_parser.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"

#include "answer_logprobs.h"
#include "free_text_answer.h"

namespace dynajob {
namespace {

// No answer of one of these words is longer; what is would only cost time to read.
constexpr size_t kMaxAnswerBytes = 64 * 1024;
constexpr size_t kMaxJsonObjects = 16;

constexpr std::array<std::pair<AnswerDefect, std::string_view>, kAnswerDefectCount> kDefectNames = {
    {{AnswerDefect::kEmpty, "empty"},
     {AnswerDefect::kRefusal, "refusal"},
     {AnswerDefect::kContentFilter, "content_filter"},
     {AnswerDefect::kTruncated, "truncated"},
     {AnswerDefect::kNotJson, "not_json"},
     {AnswerDefect::kOutsideSet, "outside_set"},
     {AnswerDefect::kAmbiguous, "ambiguous"}}};

ParsedAnswer Defective(AnswerDefect defect) {
  ParsedAnswer answer;
  answer.defect = defect;
  return answer;
}

// One JSON object with text members; a member that comes twice contradicts itself.
struct FlatObject {
  std::map<std::string, std::string> members;
  bool has_duplicates = false;
};

std::optional<FlatObject> ParseObject(std::string_view text) {
  std::set<std::string> keys;
  FlatObject flat;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::key && depth == 1 &&
        !keys.insert(value.get<std::string>()).second) {
      flat.has_duplicates = true;
    }
    return true;
  };
  const nlohmann::json json = nlohmann::json::parse(text, watch, false);
  if (!json.is_object()) return std::nullopt;
  for (const auto& [key, value] : json.items()) {
    flat.members[key] = value.is_string() ? value.get<std::string>() : std::string();
  }
  return flat;
}

// The end of the balanced object that starts at `begin`, or npos.
size_t ObjectEnd(std::string_view text, size_t begin) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = begin; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == '"') {
        in_string = false;
      }
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// The whole text when it is an object, else the objects found in it.
std::vector<FlatObject> ObjectsIn(std::string_view text) {
  std::vector<FlatObject> objects;
  size_t tried = 0;
  for (size_t at = text.find('{'); at != std::string_view::npos && tried < kMaxJsonObjects;
       at = text.find('{', at), ++tried) {
    const size_t end = ObjectEnd(text, at);
    std::optional<FlatObject> object;
    if (end != std::string_view::npos) object = ParseObject(text.substr(at, end - at));
    at = object ? end : at + 1;
    if (object) objects.push_back(std::move(*object));
  }
  return objects;
}

// nullopt when no object has the member.
std::optional<ParsedAnswer> ChoiceInObjects(const std::vector<FlatObject>& objects,
                                            const std::string& field, const ChoiceSet& set) {
  std::set<std::string> values;
  for (const FlatObject& object : objects) {
    const auto member = object.members.find(field);
    if (member == object.members.end()) continue;
    if (object.has_duplicates) return Defective(AnswerDefect::kAmbiguous);
    values.insert(member->second);
  }
  if (values.empty()) return std::nullopt;
  if (values.size() > 1) return Defective(AnswerDefect::kAmbiguous);
  const std::string value = ToLowerAscii(Trim(*values.begin()));
  for (size_t i = 0; i < set.words.size(); ++i) {
    if (value != ToLowerAscii(set.words[i])) continue;
    ParsedAnswer answer;
    answer.choice = i;
    return answer;
  }
  return Defective(AnswerDefect::kOutsideSet);
}

// What is left after a reasoning model's thoughts; nullopt when they never end.
std::optional<std::string_view> AfterThoughts(std::string_view text) {
  constexpr std::string_view kOpen = "<think>";
  constexpr std::string_view kClose = "</think>";
  if (const size_t close = text.rfind(kClose); close != std::string_view::npos)
    return Trim(text.substr(close + kClose.size()));
  if (text.starts_with(kOpen)) return std::nullopt;
  return text;
}

// The defect that a text has before anything is looked for in it.
std::optional<AnswerDefect> Prepare(std::string_view& text) {
  text = Trim(text);
  const auto rest = AfterThoughts(text);
  if (!rest) return AnswerDefect::kTruncated;
  text = *rest;
  if (text.empty()) return AnswerDefect::kEmpty;
  if (text.size() > kMaxAnswerBytes) return AnswerDefect::kOutsideSet;
  return std::nullopt;
}

// "2: APPLY", "2) APPLY" -> (2, "APPLY").
std::optional<std::pair<size_t, std::string_view>> NumberedLine(std::string_view line) {
  line = Trim(line);
  size_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc()) return std::nullopt;
  line.remove_prefix(static_cast<size_t>(end - line.data()));
  line = Trim(line);
  if (line.empty() || std::string_view(":.)-").find(line.front()) == std::string_view::npos)
    return std::nullopt;
  return std::pair(number, line.substr(1));
}

// Answers by number; an empty result when a number comes twice.
std::optional<std::map<size_t, std::string>> NumberedLines(std::string_view text) {
  std::map<size_t, std::string> lines;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    if (const auto line = NumberedLine(text.substr(start, end - start))) {
      if (!lines.emplace(line->first, line->second).second) return std::nullopt;
    }
    start = end + 1;
  }
  return lines;
}

}  // namespace

const ChoiceSet& ResponseChoices() {
  static const ChoiceSet set = {"response",
                                {"IGNORE", "CLICK", "SAVE", "APPLY"},
                                {{"ignore", "ignores", "ignoring", "skip", "skips", "skipping"},
                                 {"click", "clicks", "clicking"},
                                 {"save", "saves", "saving"},
                                 {"apply", "applying"}}};
  return set;
}

const ChoiceSet& TitleChoices() {
  static const ChoiceSet set = {
      "decision",
      {"SKIP", "OPEN"},
      {{"skip", "skips", "skipping", "ignore", "ignoring"}, {"open", "opens", "opening"}}};
  return set;
}

std::string_view ToString(AnswerDefect defect) {
  for (const auto& [known, name] : kDefectNames) {
    if (known == defect) return name;
  }
  DYNAJOB_CHECK(false, "unknown answer defect");
  return "";
}

std::optional<AnswerDefect> ParseAnswerDefect(std::string_view text) {
  for (const auto& [defect, name] : kDefectNames) {
    if (name == text) return defect;
  }
  return std::nullopt;
}

std::optional<AnswerDefect> ReplyDefect(const ChatReply& reply) {
  if (reply.finish_reason == "content_filter") return AnswerDefect::kContentFilter;
  if (!Trim(reply.refusal).empty()) return AnswerDefect::kRefusal;
  return std::nullopt;
}

ParsedAnswer ParseAnswerText(std::string_view text, AnswerMode mode, const ChoiceSet& set) {
  if (const auto defect = Prepare(text)) return Defective(*defect);
  const std::vector<FlatObject> objects = ObjectsIn(text);
  if (const auto answer = ChoiceInObjects(objects, set.field, set)) return *answer;
  if (mode != AnswerMode::kText) {
    return Defective(objects.empty() ? AnswerDefect::kNotJson : AnswerDefect::kOutsideSet);
  }
  return ChoiceInText(text, set);
}

ParsedAnswer ParseAnswer(const ChatReply& reply, AnswerMode mode, const ChoiceSet& set) {
  if (const auto defect = ReplyDefect(reply)) return Defective(*defect);
  ParsedAnswer answer = ParseAnswerText(reply.text, mode, set);
  if (reply.finish_reason == "length") {
    // Only what is complete in itself counts: the rest of a sentence may take it back.
    std::string_view text = reply.text;
    const bool complete = !answer.defect && !Prepare(text) &&
                          (text.back() == '}' || ExactWord(text, set).has_value());
    if (!complete) return Defective(AnswerDefect::kTruncated);
  }
  if (!answer.defect) answer.choices = ChoiceLogprobs(reply, set, answer.choice);
  return answer;
}

std::optional<std::vector<double>> Distribution(const ChoiceSet& set, size_t choice,
                                                std::span<const TokenAlternative> choices) {
  std::vector<double> probabilities(set.words.size(), 0.0);
  if (choices.empty()) {
    probabilities.at(choice) = 1;
    return probabilities;
  }
  double largest = -std::numeric_limits<double>::infinity();
  for (const TokenAlternative& each : choices) largest = std::max(largest, each.logprob);
  if (!std::isfinite(largest)) return std::nullopt;
  double sum = 0;
  for (const TokenAlternative& each : choices) {
    const auto word = std::find(set.words.begin(), set.words.end(), each.token);
    if (word == set.words.end()) return std::nullopt;
    const double mass = std::exp(each.logprob - largest);
    probabilities[static_cast<size_t>(word - set.words.begin())] += mass;
    sum += mass;
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

ParsedBatch ParseBatchText(std::string_view text, AnswerMode mode, const ChoiceSet& set,
                           size_t count) {
  ParsedBatch batch;
  if ((batch.defect = Prepare(text))) return batch;
  const std::vector<FlatObject> objects = ObjectsIn(text);
  std::optional<std::map<size_t, std::string>> lines;
  if (objects.empty() && mode == AnswerMode::kText) {
    lines = NumberedLines(text);
    if (!lines) batch.defect = AnswerDefect::kAmbiguous;
  } else if (objects.empty()) {
    batch.defect = AnswerDefect::kNotJson;
  }
  for (size_t i = 1; i <= count && !batch.defect; ++i) {
    ParsedAnswer answer = Defective(AnswerDefect::kOutsideSet);
    if (!lines) {
      answer = ChoiceInObjects(objects, std::to_string(i), set).value_or(answer);
    } else if (const auto line = lines->find(i); line != lines->end()) {
      answer = ChoiceInText(line->second, set);
    }
    batch.defect = answer.defect;
    batch.choices.push_back(answer.choice);
  }
  if (batch.defect) batch.choices.clear();
  return batch;
}

}  // namespace dynajob
