#include "dynajob/rewards/surrogate_user.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/pair_facts.h"
#include "dynajob/core/rng.h"

#include "surrogate_index.h"

namespace dynajob {
namespace {

struct NamedValue {
  const char* key;
  double value;
  double low;
  double high;
};

constexpr double kLargest = 1000;  // of a weight or cut-point: beyond, probabilities are 0 or 1

Status RequireWithin(const NamedValue& option) {
  if (option.value >= option.low && option.value <= option.high) return Status::Ok();
  return InvalidArgument(fmt::format("{} is {}: it must be {} to {}", option.key, option.value,
                                     option.low, option.high));
}

}  // namespace

Status SurrogateOptions::Validate() const {
  const std::array<NamedValue, 15> values = {{
      {"surrogate.technical_weight", technical_weight, 0, kLargest},
      {"surrogate.soft_weight", soft_weight, 0, kLargest},
      {"surrogate.title_weight", title_weight, 0, kLargest},
      {"surrogate.partial_credit", partial_credit, 0, 1},
      {"surrogate.overqualified_weight", overqualified_weight, 0, kLargest},
      {"surrogate.underqualified_weight", underqualified_weight, 0, kLargest},
      {"surrogate.salary_weight", salary_weight, 0, kLargest},
      {"surrogate.distance_weight", distance_weight, 0, kLargest},
      {"surrogate.work_mode_weight", work_mode_weight, 0, kLargest},
      {"surrogate.cut_click", cut_click, -kLargest, kLargest},
      {"surrogate.cut_save", cut_save, -kLargest, kLargest},
      {"surrogate.cut_apply", cut_apply, -kLargest, kLargest},
      {"surrogate.temperature", temperature, 0.01, kLargest},
      {"surrogate.positivity_bias", positivity_bias, -kLargest, kLargest},
      {"surrogate.corruption", corruption, 0, 1},
  }};
  for (const NamedValue& value : values) DYNAJOB_RETURN_IF_ERROR(RequireWithin(value));
  if (cut_click > cut_save || cut_save > cut_apply) {
    return InvalidArgument(
        fmt::format("surrogate.cut_click, cut_save and cut_apply are {}, {} and {}: they must "
                    "ascend",
                    cut_click, cut_save, cut_apply));
  }
  return Status::Ok();
}

void SurrogateOptions::Bind(ConfigRegistry& registry) {
  const auto weight = [&](const char* key, double* value, const char* help) {
    registry.Add(key, value, help, 0, kLargest);
  };
  weight("surrogate.technical_weight", &technical_weight, "utility of covering all hard skills");
  weight("surrogate.soft_weight", &soft_weight, "utility of covering all soft skills");
  weight("surrogate.title_weight", &title_weight, "utility of a title known from the profile");
  registry.Add("surrogate.partial_credit", &partial_credit,
               "credit for a skill of which only words are shared", 0, 1);
  weight("surrogate.overqualified_weight", &overqualified_weight,
         "utility lost per two levels the job is below the candidate");
  weight("surrogate.underqualified_weight", &underqualified_weight,
         "utility lost per two levels the job is above the candidate");
  weight("surrogate.salary_weight", &salary_weight, "utility per log(offered / expected salary)");
  weight("surrogate.distance_weight", &distance_weight, "utility lost per log1p(km / 50)");
  weight("surrogate.work_mode_weight", &work_mode_weight, "utility of the stated work mode");
  registry.Add("surrogate.cut_click", &cut_click, "utility at which CLICK begins", -kLargest,
               kLargest);
  registry.Add("surrogate.cut_save", &cut_save, "utility at which SAVE begins", -kLargest,
               kLargest);
  registry.Add("surrogate.cut_apply", &cut_apply, "utility at which APPLY begins", -kLargest,
               kLargest);
  registry.Add("surrogate.temperature", &temperature, "scale of the logistic noise", 0.01,
               kLargest);
  registry.Add("surrogate.positivity_bias", &positivity_bias, "added to every utility", -kLargest,
               kLargest);
  registry.Add("surrogate.corruption", &corruption, "share of pairs with a wrong label", 0, 1);
  registry.Add("surrogate.corruption_mode", &corruption_mode, "how a wrong label is made",
               {{"uniform", CorruptionMode::kUniform},
                {"flipped", CorruptionMode::kFlipped},
                {"permuted", CorruptionMode::kPermuted}});
  registry.Add("surrogate.seed", &seed, "seed of the corruption");
}

struct SurrogateUser::Index {
  CatalogTexts texts;
  std::vector<uint64_t> candidate_hashes;  // of the ids
  std::vector<uint64_t> job_hashes;
};

Result<std::unique_ptr<SurrogateUser>> SurrogateUser::Create(const Catalog& catalog,
                                                             const SurrogateOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  return std::unique_ptr<SurrogateUser>(new SurrogateUser(catalog, options));
}

SurrogateUser::SurrogateUser(const Catalog& catalog, const SurrogateOptions& options)
    : catalog_(catalog), options_(options) {
  auto index = std::make_unique<Index>();
  index->texts = ReadTexts(catalog);
  for (size_t row = 0; row < catalog.candidate_count(); ++row) {
    index->candidate_hashes.push_back(
        HashBytes(catalog.candidate(static_cast<CandidateRow>(row)).id));
  }
  for (size_t row = 0; row < catalog.job_count(); ++row) {
    index->job_hashes.push_back(HashBytes(catalog.job(static_cast<JobRow>(row)).id));
  }
  index_ = std::move(index);
}

SurrogateUser::~SurrogateUser() = default;

Status SurrogateUser::Probabilities(std::span<const Pair> pairs,
                                    std::span<ResponseProbabilities> probabilities) {
  DYNAJOB_CHECK(pairs.size() == probabilities.size(), "one distribution per pair");
  for (size_t i = 0; i < pairs.size(); ++i) probabilities[i] = ProbabilitiesOf(pairs[i]);
  return Status::Ok();
}

double SurrogateUser::Utility(Pair pair) const {
  const CandidateTexts& candidate = index_->texts.candidates.at(pair.candidate);
  const JobTexts& job = index_->texts.jobs.at(pair.job);
  const PairFacts facts =
      ComputePairFacts(catalog_.candidate(pair.candidate), catalog_.job(pair.job));
  const double gap = facts.seniority_gap;
  return options_.technical_weight *
             Coverage(job.technical, candidate.technical, options_.partial_credit) +
         options_.soft_weight * Coverage(job.soft, candidate.soft, options_.partial_credit) +
         options_.title_weight * Overlap(job.title, candidate.profile_words) -
         options_.overqualified_weight * std::max(0.0, -gap) -
         options_.underqualified_weight * std::max(0.0, gap) +
         options_.salary_weight * facts.salary_gap - options_.distance_weight * facts.distance +
         options_.work_mode_weight * facts.work_mode_match + options_.positivity_bias;
}

ResponseProbabilities SurrogateUser::Clean(Pair pair) const {
  const double scale = 1 / options_.temperature;
  return OrderedLogit(Utility(pair) * scale, {options_.cut_click * scale, options_.cut_save * scale,
                                              options_.cut_apply * scale});
}

uint64_t SurrogateUser::PairHash(Pair pair) const {
  const uint64_t hash = HashBytes("surrogate-corruption", static_cast<uint64_t>(options_.seed));
  return MixHash(MixHash(hash, index_->candidate_hashes.at(pair.candidate)),
                 index_->job_hashes.at(pair.job));
}

bool SurrogateUser::IsCorrupted(Pair pair) const {
  // A pair corrupted at one share is corrupted at every larger one: shares compare like with like.
  return options_.corruption > 0 && Rng(PairHash(pair)).Uniform() < options_.corruption;
}

ResponseProbabilities SurrogateUser::ProbabilitiesOf(Pair pair) const {
  if (!IsCorrupted(pair)) return Clean(pair);
  Rng rng(MixHash(PairHash(pair), 1));
  if (options_.corruption_mode == CorruptionMode::kPermuted) {
    return Clean({static_cast<CandidateRow>(rng.Below(catalog_.candidate_count())),
                  static_cast<JobRow>(rng.Below(catalog_.job_count()))});
  }
  ResponseProbabilities probabilities = Clean(pair);
  if (options_.corruption_mode == CorruptionMode::kFlipped) {
    std::reverse(probabilities.begin(), probabilities.end());
  } else {
    rng.Shuffle(std::span<double>(probabilities));
  }
  return probabilities;
}

}  // namespace dynajob
