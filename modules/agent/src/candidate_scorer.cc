#include "dynajob/agent/candidate_scorer.h"

#include <algorithm>

#include "first_layer.h"
#include "ranking_weights.h"

namespace dynajob {
namespace {

// Jobs whose rows are listed together. Fewer, a multiple of those that PackedLayers takes at once,
// where a row per job is computed before, which then stays in the caches.
constexpr size_t kListedJobs = 4096;
constexpr size_t kBlockJobs = 96;

struct BlockScratch {
  std::vector<FirstLayerRow<Bfloat16>> rows;
  Buffer shares;   // where the jobs have none
  Buffer cross;    // products and facts, encoded
  Buffer rounded;  // the same
  Buffer constants;
  Buffer bilinear;
};
BlockScratch& Scratch() {
  thread_local BlockScratch scratch;
  return scratch;
}

Bfloat16* Room(Buffer& buffer, size_t count) {
  return reinterpret_cast<Bfloat16*>(buffer.Get((count + 1) / 2));
}

}  // namespace

JobShares::JobShares(const PairNetwork& network, size_t rows)
    : rows_(rows), width_(network.share_width()) {
  if (network.precision() == Precision::kBfloat16)
    rounded_.resize(rows_ * width_);
  else
    exact_.resize(rows_ * width_);
}

void JobShares::Compute(const PairNetwork& network, size_t begin, std::span<const JobView> jobs) {
  DYNAJOB_CHECK(begin + jobs.size() <= rows_, "more jobs than rows");
  if (!rounded_.empty())
    network.ForRanking()->Shares(network.encoder(), jobs, rounded_.data() + begin * width_);
  else
    network.FirstLayerShares(jobs, exact_.data() + begin * width_);
}

void JobShares::CopyRows(const JobShares& from, size_t begin, size_t count) {
  DYNAJOB_CHECK(from.width_ == width_ && from.rounded_.empty() == rounded_.empty() &&
                    begin + count <= std::min(rows_, from.rows_),
                "shares of other jobs or another network");
  const auto copy = [&](const auto& source, auto& target) {
    if (!target.empty())
      std::copy_n(source.data() + begin * width_, count * width_, target.data() + begin * width_);
  };
  copy(from.exact_, exact_);
  copy(from.rounded_, rounded_);
}

struct CandidateScorer::Rounded {
  Rounded(const PairNetwork& of, const CandidateView& person, const CandidateLayer& folded)
      : network(of), candidate(person), layer(folded), weights(of.ForRanking()) {
    const PairEncoder& encoder = network.encoder();
    const MlpShape& shape = network.shape();
    const size_t products = encoder.product_dim(), facts = encoder.fact_dim();
    const size_t width = products + facts;
    if (width == 0) return;
    const Rows& paired = layer.paired_weights();
    const Rows own =
        FirstLayerWeights(shape, network.parameters().data(), shape.input_dim() - facts, facts);
    std::vector<float> rows(shape.first_width() * width);
    for (size_t row = 0; row < shape.first_width(); ++row) {
      float* to = rows.data() + row * width;
      std::copy_n(paired.data + row * paired.stride, products, to);
      std::copy_n(own.data + row * own.stride, facts, to + products);
    }
    cross.Pack({rows.data(), shape.first_width(), width, width}, layer.constant(),
               Precision::kBfloat16);
  }

  // What is added to the shares of the jobs of a block, a row each, or one row for all of them.
  template <typename JobAt>
  const float* Constants(size_t rows, const JobAt& job_at) const {
    if (cross.out() == 0) return layer.constant();
    const PairEncoder& encoder = network.encoder();
    BlockScratch& scratch = Scratch();
    const size_t in = cross.in();
    float* encoded = scratch.cross.Get(rows * in);
    for (size_t i = 0; i < rows; ++i) {
      encoder.EncodePairedAction(job_at(i), encoded + i * in);
      encoder.EncodeFacts(candidate, job_at(i), encoded + i * in + encoder.product_dim());
    }
    float* constants = scratch.constants.Get(rows * cross.out());
    cross.Multiply(RoundRows(encoded, rows, in, scratch.rounded), PadPairs(in), rows,
                   /*relu=*/false, constants, cross.out());
    return constants;
  }

  void AddBilinear(const Bfloat16* factors, float* out) const {
    const size_t rank = network.shape().bilinear_rank;
    float* widened = Scratch().bilinear.Get(rank);
    for (size_t k = 0; k < rank; ++k) widened[k] = ToFloat(factors[k]);
    ChosenKernels().add_dots(widened, 1, rank, 0, layer.projection(), out);
  }

  // out[i] = f(candidate, job_at(i)), whose share is share_at(i).
  template <typename JobAt, typename ShareAt>
  void Evaluate(const JobAt& job_at, const ShareAt& share_at, std::span<float> out) const {
    const size_t step = cross.out(), most = step > 0 ? kBlockJobs : kListedJobs;
    std::vector<FirstLayerRow<Bfloat16>>& listed = Scratch().rows;
    for (size_t begin = 0; begin < out.size(); begin += most) {
      const size_t rows = std::min(most, out.size() - begin);
      const float* constants = Constants(rows, [&](size_t i) { return job_at(begin + i); });
      listed.clear();
      for (size_t i = 0; i < rows; ++i)
        listed.push_back({share_at(begin + i), constants + i * step});
      weights->layers().Evaluate(listed, out.subspan(begin, rows));
    }
    if (network.shape().bilinear_rank == 0) return;
    for (size_t i = 0; i < out.size(); ++i)
      AddBilinear(share_at(i) + network.first_width(), &out[i]);
  }

  const PairNetwork& network;
  CandidateView candidate;
  const CandidateLayer& layer;
  std::shared_ptr<const RankingWeights> weights;
  // Products and facts: [Wp diag(s') | Wf], and the candidate's constant. Empty without them.
  PackedMatrix cross;
};

CandidateScorer::CandidateScorer(const PairNetwork& network, const CandidateView& candidate)
    : network_(&network), candidate_(candidate) {
  auto layer = std::make_unique<CandidateLayer>();
  layer->Fold(network.encoder(), network.shape(), network.parameters().data(), candidate);
  layer_ = std::move(layer);
  if (network.precision() == Precision::kBfloat16)
    rounded_ = std::make_unique<const Rounded>(network, candidate_, *layer_);
}
CandidateScorer::CandidateScorer(CandidateScorer&&) noexcept = default;
CandidateScorer::~CandidateScorer() = default;

void CandidateScorer::Evaluate(std::span<const JobView> jobs, std::span<float> out) const {
  if (rounded_ == nullptr) return network_->Evaluate(candidate_, jobs, out);
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const size_t width = network_->share_width();
  Bfloat16* shares = Room(Scratch().shares, kBlockJobs * width);
  for (size_t begin = 0; begin < jobs.size(); begin += kBlockJobs) {
    const auto block = jobs.subspan(begin, std::min(kBlockJobs, jobs.size() - begin));
    rounded_->weights->Shares(network_->encoder(), block, shares);
    rounded_->Evaluate([&](size_t i) { return block[i]; },
                       [&](size_t i) { return shares + i * width; },
                       out.subspan(begin, block.size()));
  }
}

void CandidateScorer::Evaluate(const JobShares& shares, std::span<const SharedJob> jobs,
                               std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const size_t width = network_->share_width();
  DYNAJOB_CHECK(shares.width_ == width && shares.rounded_.empty() == (rounded_ == nullptr),
                "shares of another network");
  if (rounded_ != nullptr)
    return rounded_->Evaluate(
        [&](size_t i) { return jobs[i].job; },
        [&](size_t i) { return shares.rounded_.data() + jobs[i].row * width; }, out);
  thread_local std::vector<PairNetwork::SharedJob> exact;
  exact.clear();
  for (const SharedJob& job : jobs)
    exact.push_back({.share = shares.exact_.data() + job.row * width, .job = job.job});
  network_->EvaluateShares(*layer_, candidate_, exact, out);
}

}  // namespace dynajob
