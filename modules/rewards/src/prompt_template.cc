#include "dynajob/rewards/prompt_template.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/llm/digest.h"
#include "dynajob/rewards/untrusted_text.h"

#include "built_in_prompts.h"

namespace dynajob {
namespace {

constexpr size_t kVersionDigits = 16;
constexpr size_t kLettersPerToken = 8;
constexpr size_t kDigitsPerToken = 3;
constexpr std::array kKinds = {PromptKind::kPair, PromptKind::kTitle, PromptKind::kBatch};
constexpr std::string_view kDataLine = "{{data: ";
constexpr std::string_view kAnswerLine = "{{answer: ";
constexpr std::string_view kLineEnd = "}}";

// The first line of `text`, which loses it.
std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// What stands between `begin` and "}}", when the line is of that form.
std::optional<std::string_view> Argument(std::string_view line, std::string_view begin) {
  if (!line.starts_with(begin) || !line.ends_with(kLineEnd)) return std::nullopt;
  line.remove_prefix(begin.size());
  line.remove_suffix(kLineEnd.size());
  return Trim(line);
}

std::vector<std::string> SplitAnswers(std::string_view list) {
  std::vector<std::string> answers;
  for (size_t start = 0; start <= list.size();) {
    const size_t end = std::min(list.find(',', start), list.size());
    answers.emplace_back(Trim(list.substr(start, end - start)));
    start = end + 1;
  }
  return answers;
}

std::string JoinChoices(const ChoiceSet& set, std::string_view quote) {
  std::string joined;
  for (size_t i = 0; i < set.words.size(); ++i) {
    if (i > 0) joined += i + 1 == set.words.size() ? " or " : ", ";
    joined += fmt::format("{}{}{}", quote, set.words[i], quote);
  }
  return joined;
}

std::string FormText(PromptKind kind, AnswerMode mode, size_t jobs) {
  const ChoiceSet& set = ChoicesOf(kind);
  const bool json = mode != AnswerMode::kText;
  if (kind == PromptKind::kBatch) {
    return json ? fmt::format(
                      "Answer with nothing but a JSON object that has one member for each "
                      "posting, \"1\" to \"{}\", each with one of {}.",
                      jobs, JoinChoices(set, "\""))
                : fmt::format(
                      "Answer with nothing but one line for each posting, 1 to {}: its "
                      "number, a colon and one word, {}.",
                      jobs, JoinChoices(set, ""));
  }
  return json ? fmt::format(
                    "Answer with nothing but a JSON object that has one member, \"{}\", "
                    "which is {}.",
                    set.field, JoinChoices(set, "\""))
              : fmt::format("Answer with nothing but one word: {}.", JoinChoices(set, ""));
}

std::string AnswerText(PromptKind kind, AnswerMode mode, const std::vector<std::string>& answers) {
  const bool json = mode != AnswerMode::kText;
  if (kind != PromptKind::kBatch) {
    return json ? fmt::format("{{\"{}\":\"{}\"}}", ChoicesOf(kind).field, answers.at(0))
                : answers.at(0);
  }
  std::string text;
  for (size_t i = 0; i < answers.size(); ++i) {
    text += json ? fmt::format("{}\"{}\":\"{}\"", i == 0 ? "{" : ",", i + 1, answers[i])
                 : fmt::format("{}{}: {}", i == 0 ? "" : "\n", i + 1, answers[i]);
  }
  return json ? text + "}" : text;
}

Status CheckAnswers(PromptKind kind, const std::vector<std::string>& answers) {
  const ChoiceSet& set = ChoicesOf(kind);
  for (const std::string& answer : answers) {
    if (std::find(set.words.begin(), set.words.end(), answer) == set.words.end()) {
      return InvalidArgument(
          fmt::format("'{}' is not an answer: it must be {}", answer, JoinChoices(set, "")));
    }
  }
  if (kind != PromptKind::kBatch && answers.size() != 1)
    return InvalidArgument("one answer is given at a time");
  return Status::Ok();
}

Status CheckLine(PromptKind kind, std::string_view line) {
  if (!line.starts_with("{{")) return Status::Ok();
  if (line == "{{form}}" || line == "{{candidate}}" || line == "{{posting}}") return Status::Ok();
  if (const auto data = Argument(line, kDataLine)) {
    if (nlohmann::json::accept(*data)) return Status::Ok();
    return InvalidArgument("the example record is not JSON");
  }
  if (const auto answers = Argument(line, kAnswerLine)) {
    return CheckAnswers(kind, SplitAnswers(*answers));
  }
  return InvalidArgument(
      fmt::format("'{}' is unknown: it must be {{{{form}}}}, {{{{candidate}}}}, {{{{posting}}}}, "
                  "{{{{data: JSON}}}} or {{{{answer: WORD}}}}",
                  line));
}

enum class CharClass { kSpace, kLetter, kDigit, kSign, kOther };

CharClass ClassOf(char c) {
  if (c == ' ' || (c >= '\t' && c <= '\r')) return CharClass::kSpace;
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CharClass::kLetter;
  if (c >= '0' && c <= '9') return CharClass::kDigit;
  return static_cast<unsigned char>(c) < 0x80 ? CharClass::kSign : CharClass::kOther;
}

}  // namespace

std::string_view ToString(PromptKind kind) {
  switch (kind) {
    case PromptKind::kPair:
      return "pair";
    case PromptKind::kTitle:
      return "title";
    case PromptKind::kBatch:
      return "batch";
  }
  DYNAJOB_CHECK(false, "unknown kind of prompt");
  return "";
}

const ChoiceSet& ChoicesOf(PromptKind kind) {
  return kind == PromptKind::kTitle ? TitleChoices() : ResponseChoices();
}

uint64_t ApproximateTokens(std::string_view text) {
  uint64_t tokens = 0;
  for (size_t i = 0; i < text.size();) {
    const CharClass kind = ClassOf(text[i]);
    size_t end = i + 1;
    while (end < text.size() && ClassOf(text[end]) == kind &&
           (kind != CharClass::kSign || text[end] == text[i]))
      ++end;
    const size_t length = end - i;
    if (kind == CharClass::kLetter) tokens += (length + kLettersPerToken - 1) / kLettersPerToken;
    if (kind == CharClass::kDigit) tokens += (length + kDigitsPerToken - 1) / kDigitsPerToken;
    if (kind == CharClass::kSign) ++tokens;
    if (kind == CharClass::kOther) {
      tokens += static_cast<uint64_t>(
          std::count_if(text.begin() + static_cast<std::ptrdiff_t>(i),
                        text.begin() + static_cast<std::ptrdiff_t>(end),
                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    }
    i = end;
  }
  return tokens;
}

Status PromptTemplate::ParseHead(std::string_view& text) {
  std::optional<PromptKind> kind;
  std::optional<uint64_t> tokens;
  size_t number = 0;
  for (;;) {
    if (text.empty()) return InvalidArgument("no line '---' ends the head");
    const std::string_view line = TakeLine(text);
    ++number;
    if (line == "---") break;
    const size_t colon = line.find(':');
    const std::string_view key = line.substr(0, std::min(colon, line.size()));
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : Trim(line.substr(colon + 1));
    if (key == "name") {
      name_ = value;
    } else if (key == "kind") {
      for (const PromptKind known : kKinds) {
        if (ToString(known) == value) kind = known;
      }
    } else if (key == "tokens") {
      uint64_t count = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
      if (error == std::errc() && end == value.data() + value.size()) tokens = count;
    } else {
      return InvalidArgument(
          fmt::format("line {}: '{}' is neither name, kind nor tokens", number, key));
    }
  }
  if (name_.empty()) return InvalidArgument("'name:' is missing");
  if (!kind) return InvalidArgument("'kind:' must be pair, title or batch");
  if (!tokens) return InvalidArgument("'tokens:' must be a number");
  kind_ = *kind;
  tokens_ = *tokens;
  return Status::Ok();
}

Status PromptTemplate::ParseMessages(std::string_view text, size_t first_line) {
  bool has_candidate = false;
  bool has_posting = false;
  for (size_t number = first_line; !text.empty(); ++number) {
    const std::string_view line = TakeLine(text);
    if (line == "[system]" || line == "[user]" || line == "[assistant]") {
      messages_.push_back({std::string(line.substr(1, line.size() - 2)), {}});
      continue;
    }
    if (messages_.empty())
      return InvalidArgument(fmt::format("line {}: text before the first message", number));
    if (const Status good = CheckLine(kind_, line); !good.ok())
      return InvalidArgument(fmt::format("line {}: {}", number, good.error().message));
    has_candidate = has_candidate || line == "{{candidate}}";
    has_posting = has_posting || line == "{{posting}}";
    messages_.back().lines.emplace_back(line);
  }
  if (!has_candidate || !has_posting)
    return InvalidArgument("a prompt needs a line {{candidate}} and a line {{posting}}");
  if (messages_.back().role != "user") return InvalidArgument("the last message must be [user]");
  return Status::Ok();
}

Status PromptTemplate::CheckTokens() const {
  uint64_t counted = 0;
  for (const ChatMessage& message : Render("", "", AnswerMode::kJsonSchema, 2))
    counted += ApproximateTokens(message.content);
  const uint64_t difference = std::max(counted, tokens_) - std::min(counted, tokens_);
  if (difference * 10 > counted) {
    return InvalidArgument(fmt::format("'tokens:' says {}, but it has about {}", tokens_, counted));
  }
  return Status::Ok();
}

Result<PromptTemplate> PromptTemplate::Parse(std::string_view text) {
  if (SanitizeUtf8(text) != text) return InvalidArgument("not valid UTF-8");
  PromptTemplate prompt;
  std::string_view rest = text;
  DYNAJOB_RETURN_IF_ERROR(prompt.ParseHead(rest));
  const auto head = text.substr(0, text.size() - rest.size());
  DYNAJOB_RETURN_IF_ERROR(prompt.ParseMessages(
      rest, 1 + static_cast<size_t>(std::count(head.begin(), head.end(), '\n'))));
  DYNAJOB_RETURN_IF_ERROR(prompt.CheckTokens());
  prompt.version_ = fmt::format("{}-{}", prompt.name_, Sha256Hex(text).substr(0, kVersionDigits));
  return prompt;
}

PromptTemplate PromptTemplate::BuiltIn(PromptKind kind) {
  const std::string_view text = kind == PromptKind::kPair    ? kPairPrompt
                                : kind == PromptKind::kTitle ? kTitlePrompt
                                                             : kBatchPrompt;
  return Parse(text).value();
}

std::string PromptTemplate::RenderLine(const std::string& line, std::string_view candidate,
                                       std::string_view posting, AnswerMode mode,
                                       size_t jobs) const {
  if (line == "{{form}}") return FormText(kind_, mode, jobs);
  if (line == "{{candidate}}") return Enclose(candidate, "");
  if (line == "{{posting}}") return Enclose(posting, candidate);
  if (const auto data = Argument(line, kDataLine)) return Enclose(*data, "");
  if (const auto answers = Argument(line, kAnswerLine))
    return AnswerText(kind_, mode, SplitAnswers(*answers));
  return line;
}

std::vector<ChatMessage> PromptTemplate::Render(std::string_view candidate,
                                                std::string_view posting, AnswerMode mode,
                                                size_t jobs) const {
  std::vector<ChatMessage> messages;
  for (const Message& message : messages_) {
    std::string content;
    for (const std::string& line : message.lines) {
      if (!content.empty()) content += '\n';
      content += RenderLine(line, candidate, posting, mode, jobs);
    }
    messages.push_back({message.role, std::move(content)});
  }
  return messages;
}

std::string AnswerSchema(PromptKind kind, size_t jobs) {
  using Json = nlohmann::ordered_json;
  const ChoiceSet& set = ChoicesOf(kind);
  const Json choice = {{"type", "string"}, {"enum", set.words}};
  Json properties = Json::object();
  Json required = Json::array();
  const auto add = [&](const std::string& name) {
    properties[name] = choice;
    required.push_back(name);
  };
  if (kind == PromptKind::kBatch) {
    for (size_t i = 1; i <= jobs; ++i) add(std::to_string(i));
  } else {
    add(set.field);
  }
  return Json{{"type", "object"},
              {"properties", properties},
              {"required", required},
              {"additionalProperties", false}}
      .dump();
}

}  // namespace dynajob
