#include "skill_matcher.h"

#include <algorithm>
#include <limits>

namespace dynajob {

SkillMatcher::SkillMatcher() : evidence_(words_), nodes_(1) {}

uint32_t SkillMatcher::Child(uint32_t node, WordId word) const {
  if (word == WordTable::kUnknown) return 0;
  if (node == 0) return First(word);
  for (const auto& [edge, child] : nodes_[node].children)
    if (edge == word) return child;
  return 0;
}

uint32_t SkillMatcher::AddChild(uint32_t node, WordId word) {
  if (const uint32_t known = Child(node, word); known != 0) return known;
  const auto created = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  if (node != 0) {
    nodes_[node].children.emplace_back(word, created);
  } else {
    if (first_.size() <= word) first_.resize(word + 1, 0);
    first_[word] = created;
  }
  return created;
}

SkillMatcher::Added SkillMatcher::Add(std::string_view spelling, int target, SpellingGuard guard) {
  // A spelling keeps its inner full stops: such words are known before the spelling is split.
  for (size_t begin = 0; begin < spelling.size();) {
    const size_t end = std::min(spelling.find(' ', begin), spelling.size());
    const std::string_view word = spelling.substr(begin, end - begin);
    if (word.find('.', 1) != std::string_view::npos) words_.Add(word);
    begin = end + 1;
  }
  const std::vector<SkillToken> tokens = TokenizeSkills(spelling, words_);
  if (tokens.empty()) return Added::kNoWord;
  if (tokens.size() > kMaxPhraseWords) return Added::kTooLong;
  uint32_t node = 0;
  for (const SkillToken& token : tokens) {
    const std::string_view word = spelling.substr(token.begin, token.end - token.begin);
    node = AddChild(node, words_.Add(word == "&" ? "and" : word));
  }
  for (const Spelling& other : nodes_[node].spellings) {
    const bool same =
        other.guard == guard && (guard == SpellingGuard::kNone ||
                                 guard == SpellingGuard::kContext || other.exact == spelling);
    if (same) return other.target == target ? Added::kKnown : Added::kTaken;
  }
  nodes_[node].spellings.push_back({target, guard, std::string(spelling)});
  return Added::kNew;
}

// The spelling of this node that `source` fits, unguarded ones first.
const SkillMatcher::Spelling* SkillMatcher::BestSpelling(const Node& node,
                                                         std::string_view source) const {
  const Spelling* best = nullptr;
  for (const Spelling& spelling : node.spellings) {
    const bool any_case =
        spelling.guard == SpellingGuard::kNone || spelling.guard == SpellingGuard::kContext;
    if (!any_case && spelling.exact != source) continue;
    if (best == nullptr || spelling.guard < best->guard) best = &spelling;
  }
  return best;
}

// A hit without a spelling is none; `accepted` is false while it still needs evidence.
SkillMatcher::Hit SkillMatcher::LongestHit(const SkillScan& scan, size_t first) const {
  Hit hit;
  uint32_t node = 0;
  for (size_t i = first; i < scan.tokens.size(); ++i) {
    node = i == first ? First(scan.tokens[i].word) : Child(node, scan.tokens[i].word);
    if (node == 0) break;
    if (i > first && !JoinsPhrase(scan.Gap(i - 1))) break;
    if (nodes_[node].spellings.empty()) continue;
    const size_t begin = scan.tokens[first].begin;
    const Spelling* spelling =
        BestSpelling(nodes_[node], scan.text.substr(begin, scan.tokens[i].end - begin));
    if (spelling != nullptr)
      hit = {{first, i}, spelling, spelling->guard < SpellingGuard::kContext};
  }
  return hit;
}

std::vector<SkillMatcher::Hit> SkillMatcher::CollectHits(const SkillScan& scan) const {
  std::vector<Hit> hits;
  for (size_t i = 0; i < scan.tokens.size();) {
    if (First(scan.tokens[i].word) == 0) {  // most words
      ++i;
      continue;
    }
    Hit hit = LongestHit(scan, i);
    if (hit.spelling == nullptr) {
      ++i;
      continue;
    }
    i = hit.last_token + 1;
    if (hit.spelling->guard == SpellingGuard::kContext) {
      if (evidence_.NamesPeople(scan, hit)) continue;
      hit.accepted = SkillEvidence::StandsAlone(scan, hit);
    }
    hit.accepted = hit.accepted || evidence_.HasCue(scan, hit);
    hits.push_back(hit);
  }
  return hits;
}

// A name in a line that has several skills, not at the start of a sentence: "Stack: TypeScript,
// React, GraphQL and a little Node". Single letters ask for more.
void SkillMatcher::AcceptInDenseLines(const SkillScan& scan, std::vector<Hit>& hits) const {
  constexpr size_t kDense = 2;
  for (size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    if (hit.accepted || hit.spelling->guard != SpellingGuard::kEvidence) continue;
    const size_t begin = scan.tokens[hit.first_token].begin;
    const size_t end = scan.tokens[hit.last_token].end;
    size_t before = begin;
    while (before > 0 && scan.text[before - 1] == ' ') --before;
    const bool opens = before == 0 || scan.text.substr(before - 1, 1).find_first_of(".!?\n-") !=
                                          std::string_view::npos;
    if (opens || end - begin < 2) continue;
    size_t accepted = 0;
    const auto same_line = [&](const Hit& other) {
      const size_t a = std::min(begin, size_t{scan.tokens[other.first_token].begin});
      const size_t b = std::max(end, size_t{scan.tokens[other.last_token].end});
      return scan.text.substr(a, b - a).find('\n') == std::string_view::npos && b - a < 200;
    };
    for (size_t j = i; j-- > 0 && i - j <= 4 && same_line(hits[j]);)
      accepted += hits[j].accepted && hits[j].target() != kNotASkill ? 1 : 0;
    for (size_t j = i + 1; j < hits.size() && j - i <= 4 && same_line(hits[j]); ++j)
      accepted += hits[j].accepted && hits[j].target() != kNotASkill ? 1 : 0;
    hits[i].accepted = accepted >= kDense;
  }
}

std::vector<SkillMatcher::Match> SkillMatcher::Find(std::string_view text) const {
  text = text.substr(0, std::numeric_limits<uint32_t>::max());
  const SkillScan scan{text, TokenizeSkills(text, words_)};
  std::vector<Hit> hits = CollectHits(scan);
  // Evidence spreads along a list, so one sweep in each direction reaches every item.
  const auto vouch = [&](const Hit& witness, Hit& hit, const Hit& left, const Hit& right) {
    if (!hit.accepted && witness.accepted && witness.target() != kNotASkill)
      hit.accepted = evidence_.AreListNeighbours(scan, left, right) ||
                     evidence_.AreJoinedByPreposition(scan, left, right);
  };
  for (size_t i = 1; i < hits.size(); ++i) vouch(hits[i - 1], hits[i], hits[i - 1], hits[i]);
  for (size_t i = hits.size(); i-- > 1;) vouch(hits[i], hits[i - 1], hits[i - 1], hits[i]);
  AcceptInDenseLines(scan, hits);
  std::vector<Match> matches;
  for (const Hit& hit : hits)
    if (hit.accepted && hit.target() != kNotASkill)
      matches.push_back(
          {hit.target(), scan.tokens[hit.first_token].begin, scan.tokens[hit.last_token].end});
  return matches;
}

int SkillMatcher::Lookup(std::string_view phrase) const {
  uint32_t node = 0;
  phrase = phrase.substr(0, std::numeric_limits<uint32_t>::max());
  for (const SkillToken& token : TokenizeSkills(phrase, words_)) {
    node = Child(node, token.word);
    if (node == 0) return kNotASkill;
  }
  // Prefer the exact case ("React" the library), then the first spelling added.
  int target = kNotASkill;
  for (const Spelling& spelling : nodes_[node].spellings) {
    if (spelling.exact == phrase) return spelling.target;
    if (target == kNotASkill) target = spelling.target;
  }
  return target;
}

}  // namespace dynajob
