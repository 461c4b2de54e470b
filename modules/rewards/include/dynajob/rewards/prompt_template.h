// What a simulated user is asked, as versioned templates in files (modules/rewards/prompts/).
//
// A template is a head of "name:", "kind:" and "tokens:" lines, a line "---", and messages, each
// begun by a line "[system]", "[user]" or "[assistant]". Lines that stand for something else:
//   {{form}}          how to answer, according to the mode and the choices
//   {{candidate}}     the person, enclosed (untrusted_text.h)
//   {{posting}}       the job, the title or the jobs, enclosed
//   {{data: JSON}}    an example record, enclosed in the same way
//   {{answer: A, …}}  an example answer in the form that the mode asks for
// Immutable; safe for concurrent use.
#ifndef DYNAJOB_REWARDS_PROMPT_TEMPLATE_H_
#define DYNAJOB_REWARDS_PROMPT_TEMPLATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/rewards/answer_parser.h"

namespace dynajob {

enum class PromptKind {
  kPair,   // one candidate, one job: a response
  kTitle,  // one candidate, one title: open or skip
  kBatch,  // one candidate, several jobs: a response each
};
std::string_view ToString(PromptKind kind);  // "pair", "title", "batch"
const ChoiceSet& ChoicesOf(PromptKind kind);

// An estimate without the model's tokenizer: one token for each word of up to 8 letters and one
// for each further 8, one for three digits, for a run of the same sign, and for each character of
// other scripts. For English prose it is close to the "four characters a token" that vendors
// state; real counts are in the answers' usage.
uint64_t ApproximateTokens(std::string_view text);

class PromptTemplate {
 public:
  // kInvalidArgument with the line and the reason. The stated tokens must be within a tenth of
  // what ApproximateTokens counts for the template without candidate and posting.
  static Result<PromptTemplate> Parse(std::string_view text);
  static PromptTemplate BuiltIn(PromptKind kind);

  PromptKind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  uint64_t tokens() const { return tokens_; }
  // Name and content hash, such as "pair-1-3f2a9c0d1b5e6f70": part of every cache key.
  const std::string& version() const { return version_; }

  // `candidate` and `posting` are records in JSON without line breaks; `jobs` is how many answers
  // are asked for.
  std::vector<ChatMessage> Render(std::string_view candidate, std::string_view posting,
                                  AnswerMode mode, size_t jobs) const;

 private:
  struct Message {
    std::string role;
    std::vector<std::string> lines;
  };

  PromptTemplate() = default;
  Status ParseHead(std::string_view& text);
  Status ParseMessages(std::string_view text, size_t first_line);
  Status CheckTokens() const;
  std::string RenderLine(const std::string& line, std::string_view candidate,
                         std::string_view posting, AnswerMode mode, size_t jobs) const;

  PromptKind kind_ = PromptKind::kPair;
  std::string name_;
  uint64_t tokens_ = 0;
  std::string version_;
  std::vector<Message> messages_;
};

// The JSON Schema of an answer of that kind, with every member required and no other allowed.
std::string AnswerSchema(PromptKind kind, size_t jobs);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_PROMPT_TEMPLATE_H_
