#include "free_text_answer.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr auto kNegators = std::to_array<std::string_view>(
    {"not",     "never",    "no",       "neither",   "nor",       "cannot",   "without",
     "refuse",  "refuses",  "avoid",    "avoids",    "decline",   "declines", "hardly",
     "barely",  "doubt",    "doubts",   "rarely",    "reluctant", "unlikely", "unable",
     "against", "hesitate", "hesitant", "unwilling", "dont",      "wont",     "wouldnt",
     "cant",    "doesnt",   "isnt",     "short",     "instead-of"});
constexpr auto kOnly = std::to_array<std::string_view>({"only", "just", "merely", "simply"});
constexpr auto kConditions =
    std::to_array<std::string_view>({"if", "unless", "whether", "provided", "were", "otherwise"});
// Begin a new clause with its own polarity.
constexpr auto kContrasts =
    std::to_array<std::string_view>({"but", "however", "yet", "instead", "still"});
// After a comma or "and", begin a new clause.
constexpr auto kSubjects = std::to_array<std::string_view>(
    {"i", "i'd", "i'll", "i'm", "he", "he'd", "she", "she'd", "they", "they'd", "we", "we'd",
     "would", "will", "rather", "just"});
constexpr auto kMarkers =
    std::to_array<std::string_view>({"answer", "response", "choice", "decision", "choose", "pick",
                                     "select", "verdict", "final", "therefore", "conclusion"});
constexpr auto kCopulas = std::to_array<std::string_view>({"is", "was", "would", "does", "seems"});
constexpr auto kNegatedCopulas =
    std::to_array<std::string_view>({"isn't", "wasn't", "wouldn't", "doesn't"});

struct Token {
  std::string text;  // a word in lower case, or one punctuation character
  bool is_word = false;
  bool is_upper = false;  // the word was written in capitals
};

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

// The typographic apostrophe as the plain one.
std::string WithPlainApostrophes(std::string_view text) {
  constexpr std::string_view kCurly = "\xE2\x80\x99";
  std::string plain(text);
  for (size_t at = plain.find(kCurly); at != std::string::npos; at = plain.find(kCurly, at))
    plain.replace(at, kCurly.size(), "'");
  return plain;
}

std::vector<Token> Tokens(std::string_view raw) {
  const std::string text = WithPlainApostrophes(raw);
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    if (!IsWordByte(text[i])) {
      if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r') {
        tokens.push_back({std::string(1, text[i]), false, false});
      }
      ++i;
      continue;
    }
    const size_t start = i;
    while (i < text.size() && (IsWordByte(text[i]) ||
                               (text[i] == '\'' && i + 1 < text.size() && IsWordByte(text[i + 1]))))
      ++i;
    const std::string_view word = std::string_view(text).substr(start, i - start);
    const bool upper =
        std::none_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    tokens.push_back({ToLowerAscii(word), true, upper});
  }
  // "rather than" and "instead of" negate what follows.
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if ((tokens[i].text == "rather" && tokens[i + 1].text == "than") ||
        (tokens[i].text == "instead" && tokens[i + 1].text == "of")) {
      tokens[i].text = "instead-of";
    }
  }
  return tokens;
}

bool EndsSentence(const Token& token) {
  return !token.is_word && std::string_view(".!?;\n").find(token.text[0]) != std::string_view::npos;
}

bool IsNegator(const std::vector<Token>& tokens, size_t at) {
  const std::string& word = tokens[at].text;
  if (!tokens[at].is_word) return false;
  // "No, I would save it": a reply to the question, not a negation of what follows.
  if (word == "no" && at + 1 < tokens.size() && !tokens[at + 1].is_word) return false;
  return word.ends_with("n't") || IsOneOf(word, kNegators);
}

enum class Polarity { kAffirmed, kNegated, kUnclear };

struct Mention {
  size_t choice = 0;
  Polarity polarity = Polarity::kUnclear;
  bool is_upper = false;
  bool is_marked = false;  // "my answer is …"
};

std::optional<size_t> ChoiceOf(const std::string& word, const ChoiceSet& set) {
  for (size_t i = 0; i < set.forms.size(); ++i) {
    if (std::find(set.forms[i].begin(), set.forms[i].end(), word) != set.forms[i].end()) return i;
  }
  return std::nullopt;
}

// "apply is not", "applying wouldn't".
bool NegatedAfterwards(const std::vector<Token>& tokens, size_t at, size_t end) {
  if (at + 1 >= end) return false;
  if (IsOneOf(tokens[at + 1].text, kNegatedCopulas)) return true;
  return at + 2 < end && IsOneOf(tokens[at + 1].text, kCopulas) && IsNegator(tokens, at + 2);
}

bool MarkedBefore(const std::vector<Token>& tokens, size_t begin, size_t at) {
  constexpr size_t kReach = 4;
  for (size_t i = at; i > begin && at - i < kReach;) {
    if (IsOneOf(tokens[--i].text, kMarkers)) return true;
  }
  return false;
}

// One sentence: [begin, end) without its last character.
class SentenceReader {
 public:
  SentenceReader(const std::vector<Token>& tokens, size_t begin, size_t end, const ChoiceSet& set)
      : tokens_(tokens), begin_(begin), end_(end), set_(set) {}

  void AppendMentions(std::vector<Mention>& mentions) {
    const bool asks = end_ < tokens_.size() && tokens_[end_].text == "?";
    bool open = asks;  // nothing is said, only supposed
    for (size_t i = begin_; i < end_; ++i) open = open || IsOneOf(tokens_[i].text, kConditions);
    for (size_t i = begin_; i < end_; ++i) {
      if (!tokens_[i].is_word) continue;
      if (const auto choice = ChoiceOf(tokens_[i].text, set_)) {
        mentions.push_back({*choice, open ? Polarity::kUnclear : PolarityAt(i), tokens_[i].is_upper,
                            MarkedBefore(tokens_, begin_, i)});
        used_ = true;
        only_ = false;
      } else {
        Step(i);
      }
    }
  }

 private:
  Polarity PolarityAt(size_t at) const {
    if (only_) return Polarity::kUnclear;  // "not only save but": what counts comes after
    if (negated_ || NegatedAfterwards(tokens_, at, end_)) return Polarity::kNegated;
    return Polarity::kAffirmed;
  }

  void Step(size_t at) {
    const std::string& word = tokens_[at].text;
    if (IsNegator(tokens_, at)) {
      only_ = at + 1 < end_ && IsOneOf(tokens_[at + 1].text, kOnly);
      negated_ = !only_;
      used_ = false;
    } else if (IsOneOf(word, kContrasts) || (used_ && NewClause(at))) {
      negated_ = false;
      used_ = false;
    }
  }

  bool NewClause(size_t at) const {
    if (!IsOneOf(tokens_[at].text, kSubjects) || at == begin_) return false;
    const Token& before = tokens_[at - 1];
    return before.text == "and" || before.text == "so" || !before.is_word;
  }

  const std::vector<Token>& tokens_;
  const size_t begin_;
  const size_t end_;
  const ChoiceSet& set_;
  bool negated_ = false;
  bool used_ = false;  // a choice was mentioned since the polarity last changed
  bool only_ = false;
};

// The one choice that all mentions which pass have in common.
template <typename Pass>
std::optional<size_t> CommonChoice(const std::vector<Mention>& mentions, Pass pass) {
  std::set<size_t> choices;
  for (const Mention& mention : mentions) {
    if (mention.polarity == Polarity::kAffirmed && pass(mention)) choices.insert(mention.choice);
  }
  return choices.size() == 1 ? std::optional(*choices.begin()) : std::nullopt;
}

bool SoundsLikeRefusal(const std::vector<Token>& tokens) {
  constexpr auto kRefusalWords = std::to_array<std::string_view>(
      {"sorry", "cannot", "can't", "unable", "apologize", "apologise", "ai"});
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return IsOneOf(token.text, kRefusalWords); });
}

// A line of its own that is one of the words; different ones contradict each other.
std::optional<ParsedAnswer> WordOnALine(std::string_view text, const ChoiceSet& set) {
  std::set<size_t> found;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    if (const auto choice = ExactWord(text.substr(start, end - start), set)) found.insert(*choice);
    start = end + 1;
  }
  if (found.empty()) return std::nullopt;
  ParsedAnswer answer;
  if (found.size() > 1) {
    answer.defect = AnswerDefect::kAmbiguous;
  } else {
    answer.choice = *found.begin();
  }
  return answer;
}

}  // namespace

std::optional<size_t> ExactWord(std::string_view text, const ChoiceSet& set) {
  if (text.find('?') != std::string_view::npos) return std::nullopt;  // asks, and says nothing
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) >= 0x80);
  };
  while (!text.empty() && !is_letter(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_letter(text.back())) text.remove_suffix(1);
  for (size_t i = 0; i < set.words.size(); ++i) {
    if (ToLowerAscii(text) == ToLowerAscii(set.words[i])) return i;
  }
  return std::nullopt;
}

ParsedAnswer ChoiceInText(std::string_view text, const ChoiceSet& set) {
  if (const auto answer = WordOnALine(text, set)) return *answer;
  const std::vector<Token> tokens = Tokens(text);
  std::vector<Mention> mentions;
  for (size_t begin = 0; begin < tokens.size();) {
    size_t end = begin;
    while (end < tokens.size() && !EndsSentence(tokens[end])) ++end;
    SentenceReader(tokens, begin, end, set).AppendMentions(mentions);
    begin = end + 1;
  }
  ParsedAnswer answer;
  auto choice = CommonChoice(mentions, [](const Mention&) { return true; });
  if (!choice) choice = CommonChoice(mentions, [](const Mention& m) { return m.is_marked; });
  if (!choice) choice = CommonChoice(mentions, [](const Mention& m) { return m.is_upper; });
  if (choice) {
    answer.choice = *choice;
    return answer;
  }
  const bool affirmed = std::any_of(mentions.begin(), mentions.end(), [](const Mention& m) {
    return m.polarity == Polarity::kAffirmed;
  });
  if (affirmed) {
    answer.defect = AnswerDefect::kAmbiguous;
  } else if (SoundsLikeRefusal(tokens)) {
    answer.defect = AnswerDefect::kRefusal;
  } else {
    answer.defect = mentions.empty() ? AnswerDefect::kOutsideSet : AnswerDefect::kAmbiguous;
  }
  return answer;
}

}  // namespace dynajob
