// Finds spellings of known skills in a text: a trie over words, longest match first.
//
// A spelling that is also plain English is guarded. kExactCase: it counts only when written in
// exactly that case ("SAP"). kEvidence: the case must be exact and something beside it must show
// that a skill is meant: a known skill next to it in a list ("Python, R and SQL"), a word such as
// "programming" after it, or a phrase such as "proficient in" before it.
//
// Plural forms match singular ones and the other way round; '&' matches "and"; hyphens, slashes and
// apostrophes match spaces. A phrase never spans a comma, a full stop or an empty line.
#ifndef DYNAJOB_MARKET_SKILL_MATCHER_H_
#define DYNAJOB_MARKET_SKILL_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dynajob {

enum class SpellingGuard { kNone, kExactCase, kEvidence };

// Add everything first; then Find is safe for concurrent use.
class SkillMatcher {
 public:
  static constexpr int kNotASkill = -1;

  SkillMatcher() : nodes_(1) {}

  // `target` is the caller's number of the skill, or kNotASkill. Adding a spelling twice with
  // different targets is a bug in the tables and fails a check.
  void Add(std::string_view spelling, int target, SpellingGuard guard);

  // The targets in `text`, in order of appearance, repetitions included.
  std::vector<int> Find(std::string_view text) const;

  // The target of a phrase that is as a whole one spelling, whatever its guard; kNotASkill if none.
  int Lookup(std::string_view phrase) const;

 private:
  struct Token {
    std::string word;  // lower case, singular
    size_t begin = 0;  // bytes of the text
    size_t end = 0;
  };
  struct Spelling {
    int target = kNotASkill;
    SpellingGuard guard = SpellingGuard::kNone;
    std::string exact;
  };
  struct Node {
    std::vector<Spelling> spellings;
  };
  struct Hit {
    int target = kNotASkill;
    size_t first_token = 0;
    size_t last_token = 0;
    bool accepted = false;
  };

  std::vector<Token> Tokenize(std::string_view text) const;
  void AppendWord(std::string_view text, size_t begin, size_t end,
                  std::vector<Token>& tokens) const;
  const Spelling* BestSpelling(const Node& node, std::string_view source) const;
  Hit LongestHit(std::string_view text, const std::vector<Token>& tokens, size_t first) const;
  std::vector<Hit> CollectHits(std::string_view text, const std::vector<Token>& tokens) const;
  size_t Child(size_t node, const std::string& word) const;  // 0: none

  static bool HasCue(std::string_view text, const std::vector<Token>& tokens, const Hit& hit);
  static bool AreListNeighbours(std::string_view text, const std::vector<Token>& tokens,
                                const Hit& left, const Hit& right);

  std::vector<Node> nodes_;  // nodes_[0] is the root
  std::unordered_map<std::string, uint32_t> word_ids_;
  std::unordered_map<uint64_t, uint32_t> edges_;  // (node, word) -> node
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SKILL_MATCHER_H_
