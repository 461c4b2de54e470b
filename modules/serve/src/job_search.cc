#include "job_search.h"

#include <algorithm>
#include <unordered_set>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr uint8_t kTitle = 8, kMain = 4, kMinor = 2;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string WithoutCaseAndAccents(std::string_view text) {
  if (IsAscii(text)) return ToLowerAscii(text);
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* fold = icu::Normalizer2::getNFKCCasefoldInstance(code);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(code);
  DYNAJOB_CHECK(U_SUCCESS(code), "ICU has its own data");
  const icu::UnicodeString raw = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  const icu::UnicodeString apart = decompose->normalize(fold->normalize(raw, code), code);
  DYNAJOB_CHECK(U_SUCCESS(code), "every text has a normal form");
  icu::UnicodeString bare;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 character = apart.char32At(i);
    if (u_charType(character) != U_NON_SPACING_MARK) bare.append(character);
  }
  std::string utf8;
  bare.toUTF8String(utf8);
  return utf8;
}

// The words of a job with the weight of the weightiest field that has each.
std::map<std::string, uint8_t> WeightedWords(const Job& job) {
  std::map<std::string, uint8_t> weights;
  const auto add = [&](std::string_view text, uint8_t weight) {
    for (std::string& word : SearchWords(text)) {
      uint8_t& known = weights[std::move(word)];
      known = std::max(known, weight);
    }
  };
  add(job.title, kTitle);
  add(job.company, kMain);
  for (const std::string& skill : job.technical_skills) add(skill, kMain);
  for (const std::string& skill : job.soft_skills) add(skill, kMinor);
  add(job.sector, kMinor);
  add(job.location, kMinor);
  return weights;
}

}  // namespace

std::vector<std::string> SearchWords(std::string_view text) {
  return Words(WithoutCaseAndAccents(text));
}

void JobSearch::Add(const ServedJobPtr& job) {
  const auto slot = static_cast<uint32_t>(slots_.size());
  slots_.push_back(job);
  slot_of_[job.get()] = slot;
  for (const auto& [word, weight] : WeightedWords(job->record()))
    postings_[word].push_back({slot, weight});
}

void JobSearch::Update(const std::shared_ptr<const JobSet>& jobs) {
  if (jobs == source_) return;
  source_ = jobs;
  std::unordered_set<const ServedJob*> now;
  for (const ServedJobPtr& job : *jobs) now.insert(job.get());
  for (ServedJobPtr& slot : slots_) {
    if (slot == nullptr || now.contains(slot.get())) continue;
    slot_of_.erase(slot.get());
    slot.reset();
  }
  // Postings of what is gone stay until most are of that kind.
  if (slots_.size() > 2 * jobs->size() + 1000) {
    slots_.clear();
    slot_of_.clear();
    postings_.clear();
  }
  for (const ServedJobPtr& job : *jobs)
    if (!slot_of_.contains(job.get())) Add(job);
}

// Of each slot; 0 for those that lack a word.
std::vector<uint32_t> JobSearch::Weigh(const std::vector<std::string>& words) const {
  std::vector<uint32_t> sums(slots_.size(), 1);
  std::vector<uint32_t> best(slots_.size());
  for (const std::string& word : words) {
    std::fill(best.begin(), best.end(), 0);
    for (auto at = postings_.lower_bound(word);
         at != postings_.end() && at->first.starts_with(word); ++at) {
      const uint32_t whole = at->first == word ? 2 : 1;  // in halves
      for (const Posting& posting : at->second)
        best[posting.slot] = std::max(best[posting.slot], whole * posting.weight);
    }
    for (size_t slot = 0; slot < sums.size(); ++slot)
      sums[slot] = best[slot] == 0 || sums[slot] == 0 ? 0 : sums[slot] + best[slot];
  }
  return sums;
}

JobMatches JobSearch::Find(const std::shared_ptr<const JobSet>& jobs, std::string_view query,
                           size_t offset, size_t count) {
  const std::lock_guard lock(mutex_);
  Update(jobs);
  const std::string_view id = Trim(query);
  std::vector<uint32_t> weights = Weigh(SearchWords(query));
  std::vector<uint32_t> found;
  for (uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot] == nullptr) continue;
    if (!id.empty() && slots_[slot]->record().id == id) weights[slot] = UINT32_MAX;
    if (weights[slot] > 0) found.push_back(slot);
  }
  const size_t end = std::min(found.size(), offset + count);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(end), found.end(),
                    [&](uint32_t a, uint32_t b) {
                      if (weights[a] != weights[b]) return weights[a] > weights[b];
                      return slots_[a]->record().id < slots_[b]->record().id;
                    });
  JobMatches matches{.jobs = {}, .total = found.size()};
  for (size_t i = std::min(offset, end); i < end; ++i) matches.jobs.push_back(slots_[found[i]]);
  return matches;
}

}  // namespace dynajob
