#include "surrogate_index.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

// Gives texts consecutive numbers in order of first appearance.
class Numbering {
 public:
  uint32_t Of(const std::string& text) {
    return numbers_.emplace(text, static_cast<uint32_t>(numbers_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
};

// Turns texts into numbers; word shares are left 0.
class TextReader {
 public:
  NumberSet WordSet(std::string_view text) {
    std::vector<uint32_t> words;
    for (const std::string& word : Words(text)) words.push_back(words_.Of(word));
    return NumberSet(std::move(words));
  }

  StatedSkills Stated(std::span<const std::string> skills) {
    std::vector<uint32_t> phrases;
    std::vector<uint32_t> words;
    for (const std::string& skill : skills) {
      phrases.push_back(PhraseNumber(skill));
      const NumberSet own = WordSet(skill);
      words.insert(words.end(), own.numbers().begin(), own.numbers().end());
    }
    return {NumberSet(std::move(phrases)), NumberSet(std::move(words))};
  }

  RequiredSkills Required(std::span<const std::string> skills) {
    RequiredSkills required;
    for (const std::string& skill : skills) {
      const uint32_t number = PhraseNumber(skill);
      const bool repeated = std::any_of(required.phrases.begin(), required.phrases.end(),
                                        [&](const auto& other) { return other.number == number; });
      if (repeated) continue;
      for (const WeightedWord& word : Weighted(skill)) required.words.push_back(word);
      required.phrases.push_back({number, static_cast<uint32_t>(required.words.size())});
    }
    return required;
  }

  std::vector<WeightedWord> Weighted(std::string_view text) {
    std::vector<WeightedWord> words;
    const NumberSet distinct = WordSet(text);
    for (const uint32_t word : distinct.numbers()) words.push_back({word, 0});
    return words;
  }

 private:
  uint32_t PhraseNumber(const std::string& skill) { return phrases_.Of(ToLowerAscii(Trim(skill))); }

  Numbering words_;
  Numbering phrases_;
};

// Calls visit(phrase number, its words) for each phrase.
template <typename Skills, typename Visit>
void ForEachPhrase(Skills& skills, const Visit& visit) {
  size_t begin = 0;
  for (const RequiredSkills::Phrase& phrase : skills.phrases) {
    visit(phrase.number, std::span(skills.words).subspan(begin, phrase.words_end - begin));
    begin = phrase.words_end;
  }
}

// Inverse document frequency log(1 + texts / texts with the word), by word: rare words say more.
class Rarity {
 public:
  void Count(std::span<const WeightedWord> text) {
    ++texts_;
    for (const WeightedWord& entry : text) {
      if (entry.word >= counts_.size()) counts_.resize(entry.word + 1, 0);
      ++counts_[entry.word];
    }
  }

  void SetShares(std::span<WeightedWord> text) const {
    double sum = 0;
    for (WeightedWord& entry : text) {
      entry.share = std::log(1 + texts_ / counts_[entry.word]);
      sum += entry.share;
    }
    for (WeightedWord& entry : text) entry.share /= sum;
  }

 private:
  double texts_ = 0;
  std::vector<double> counts_;
};

// Phrases are counted once each however many jobs ask for them; titles once per posting.
void WeighWords(std::vector<JobTexts>& jobs) {
  Rarity in_phrases;
  Rarity in_titles;
  std::vector<bool> counted;
  const auto count_new = [&](uint32_t number, std::span<const WeightedWord> words) {
    if (number >= counted.size()) counted.resize(number + 1, false);
    if (counted[number]) return;
    counted[number] = true;
    in_phrases.Count(words);
  };
  for (const JobTexts& job : jobs) {
    ForEachPhrase(job.technical, count_new);
    ForEachPhrase(job.soft, count_new);
    in_titles.Count(job.title);
  }
  const auto weigh = [&](uint32_t, std::span<WeightedWord> words) { in_phrases.SetShares(words); };
  for (JobTexts& job : jobs) {
    ForEachPhrase(job.technical, weigh);
    ForEachPhrase(job.soft, weigh);
    in_titles.SetShares(job.title);
  }
}

}  // namespace

NumberSet::NumberSet(std::vector<uint32_t> numbers) : numbers_(std::move(numbers)) {
  std::sort(numbers_.begin(), numbers_.end());
  numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
  numbers_.shrink_to_fit();
  for (const uint32_t number : numbers_) {
    mask_[number / 64 % kMaskWords] |= uint64_t{1} << (number % 64);
  }
}

bool NumberSet::Find(uint32_t number) const {
  return std::binary_search(numbers_.begin(), numbers_.end(), number);
}

CatalogTexts ReadTexts(const Catalog& catalog) {
  CatalogTexts texts;
  TextReader reader;
  for (size_t row = 0; row < catalog.candidate_count(); ++row) {
    const Candidate& candidate = catalog.candidate(static_cast<CandidateRow>(row));
    const std::string profile = candidate.bio + "\n" + candidate.resume + "\n" + candidate.category;
    texts.candidates.push_back({reader.Stated(candidate.hard_skills),
                                reader.Stated(candidate.soft_skills), reader.WordSet(profile)});
  }
  for (size_t row = 0; row < catalog.job_count(); ++row) {
    const Job& job = catalog.job(static_cast<JobRow>(row));
    texts.jobs.push_back({reader.Required(job.technical_skills), reader.Required(job.soft_skills),
                          reader.Weighted(job.title)});
  }
  WeighWords(texts.jobs);
  return texts;
}

double Coverage(const RequiredSkills& required, const StatedSkills& stated, double partial_credit) {
  if (required.phrases.empty()) return 0;
  double sum = 0;
  ForEachPhrase(required, [&](uint32_t number, std::span<const WeightedWord> words) {
    sum += stated.phrases.Contains(number) ? 1.0 : partial_credit * Overlap(words, stated.words);
  });
  return sum / static_cast<double>(required.phrases.size());
}

double Overlap(std::span<const WeightedWord> words, const NumberSet& known) {
  double sum = 0;
  for (const WeightedWord& entry : words) {
    if (known.Contains(entry.word)) sum += entry.share;
  }
  return sum;
}

}  // namespace dynajob
