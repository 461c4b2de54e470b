#include "dynajob/embeddings/embed_store.h"

#include <cmath>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/embeddings/lexical_embedder.h"
#include "dynajob/embeddings/minilm.h"
#include "dynajob/stores/open_store.h"

#include "model_test_support.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class EmbedStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = OpenStore(directory_.File("store.db"), OpenMode::kCreate);
    ASSERT_TRUE(store.ok()) << store.error().message;
    store_ = std::move(store).value();
    auto embedder = LexicalEmbedder::Create({.dimension = 64});
    ASSERT_TRUE(embedder.ok());
    embedder_ = std::move(embedder).value();
  }

  void PutSample(int size) {
    for (int i = size - 1; i >= 0; --i) {
      Candidate candidate;
      candidate.id = "c" + std::to_string(100 + i);
      candidate.bio = "Person " + std::to_string(i) + " likes data";
      if (i % 2 == 0) candidate.hard_skills = {"python", "skill " + std::to_string(i)};
      if (i % 3 == 0) candidate.soft_skills = {"teamwork"};
      candidates_.push_back(candidate);
      Job job;
      job.id = "j" + std::to_string(100 + i);
      job.title = "Engineer " + std::to_string(i);
      job.description = "Builds thing " + std::to_string(i);
      if (i % 2 == 0) job.technical_skills = {"c++", "thing " + std::to_string(i)};
      if (i % 5 == 0) job.soft_skills = {"patience", "humour"};
      if (i % 4 == 0) job.experience_requirements = std::to_string(i) + " years of work";
      jobs_.push_back(job);
    }
    ASSERT_TRUE(store_->PutCandidates(candidates_).ok());
    ASSERT_TRUE(store_->PutJobs(jobs_).ok());
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LexicalEmbedder> embedder_;
  std::vector<Candidate> candidates_;
  std::vector<Job> jobs_;
};

bool SameValues(MatrixView a, MatrixView b) {
  return a.rows == b.rows && a.cols == b.cols &&
         std::equal(a.data, a.data + a.rows * a.cols, b.data);
}

class CountingSink : public ProgressSink {
 public:
  void Report(const ProgressEvent& event) override {
    const std::lock_guard lock(mutex_);
    events.push_back(event);
  }
  std::vector<ProgressEvent> events;

 private:
  std::mutex mutex_;
};

TEST_F(EmbedStoreTest, TheStoresCatalogEqualsTheOneMadeInMemory) {
  PutSample(60);
  for (const bool fallback : {true, false}) {
    EmbedOptions options;
    options.fallback_to_text = fallback;
    options.batch_size = 7;
    auto report = EmbedStore(*store_, *embedder_, options, nullptr, nullptr);
    ASSERT_TRUE(report.ok()) << report.error().message;
    auto stored = store_->LoadCatalog(CatalogSpec{});
    ASSERT_TRUE(stored.ok()) << stored.error().message;
    auto made = BuildCatalog(candidates_, jobs_, *embedder_, options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_TRUE(SameValues(stored->states(), made->states()));
    EXPECT_TRUE(SameValues(stored->actions(), made->actions()));
    EXPECT_EQ(stored->embedder(), embedder_->id());
    EXPECT_EQ(made->embedder(), embedder_->id());
    ASSERT_EQ(stored->candidate_count(), fallback ? 60u : 10u);
    ASSERT_EQ(made->candidate_count(), stored->candidate_count());
    EXPECT_EQ(stored->job_count(), fallback ? 60u : 30u);
    for (CandidateRow row = 0; row < stored->candidate_count(); ++row)
      EXPECT_EQ(stored->candidate(row), made->candidate(row));
    EXPECT_EQ(stored->exclusions().jobs_by_reason, made->exclusions().jobs_by_reason);
    EXPECT_EQ(stored->exclusions().zero_filled_by_field, made->exclusions().zero_filled_by_field);
  }
}

TEST_F(EmbedStoreTest, ReportsWhatWasMadeAndSkipped) {
  PutSample(60);
  auto report = EmbedStore(*store_, *embedder_, {}, nullptr, nullptr);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->embedder, "lexical-v1:d64:w2:c3-5:s1");
  EXPECT_EQ(report->candidate_fields.at("hard"), (FieldCounts{60, 30, 0}));
  EXPECT_EQ(report->candidate_fields.at("soft"), (FieldCounts{60, 40, 0}));
  EXPECT_EQ(report->job_fields.at("title"), (FieldCounts{60, 0, 0}));
  EXPECT_EQ(report->job_fields.at("tech"), (FieldCounts{60, 30, 0}));
  EXPECT_EQ(report->job_fields.at("soft"), (FieldCounts{12, 0, 48}));
  EXPECT_EQ(report->job_fields.at("experience"), (FieldCounts{15, 0, 45}));
  EmbedOptions strict;
  strict.fallback_to_text = false;
  auto listed = EmbedStore(*store_, *embedder_, strict, nullptr, nullptr);
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->job_fields.at("tech"), (FieldCounts{30, 0, 30}));
  EXPECT_EQ(store_->LoadCatalog(CatalogSpec{})->exclusions().jobs_by_reason.at("no tech embedding"),
            30u)
      << "vectors of the earlier fallback must be gone";
}

TEST_F(EmbedStoreTest, ASkillFieldIsTheNormalisedMeanOfItsPhrases) {
  Candidate candidate;
  candidate.id = "c";
  candidate.hard_skills = {"python", "machine learning", "!!"};
  std::map<std::string, FieldCounts> counts;
  PhraseCache cache;
  auto rows = EmbedRecords(std::vector{candidate}, *embedder_, {}, cache, counts);
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 1u) << "no soft skills and no text to stand in";
  EXPECT_EQ(counts.at("soft"), (FieldCounts{0, 0, 1}));
  Matrix phrases;
  ASSERT_TRUE(embedder_->Embed(candidate.hard_skills, phrases).ok());
  double squares = 0;
  double dot = 0;
  double mean_squares = 0;
  for (size_t i = 0; i < 64; ++i) {
    const double mean =
        static_cast<double>(phrases.Row(0)[i]) + static_cast<double>(phrases.Row(1)[i]);
    const double value = static_cast<double>((*rows)[0].vector[i]);
    squares += value * value;
    mean_squares += mean * mean;
    dot += mean * value;
  }
  EXPECT_NEAR(squares, 1.0, 1e-6);
  EXPECT_NEAR(dot / std::sqrt(mean_squares), 1.0, 1e-6);
}

TEST_F(EmbedStoreTest, PrefersTheResumeForHardAndTheBioForSoftSkills) {
  Candidate candidate;
  candidate.id = "c";
  candidate.resume = "welding";
  candidate.bio = "friendly";
  std::map<std::string, FieldCounts> counts;
  PhraseCache cache;
  auto rows = EmbedRecords(std::vector{candidate}, *embedder_, {}, cache, counts);
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 2u);
  const std::vector<std::string> texts = {"welding", "friendly"};
  Matrix expected;
  ASSERT_TRUE(embedder_->Embed(texts, expected).ok());
  for (size_t i = 0; i < 64; ++i) {
    EXPECT_NEAR((*rows)[0].vector[i], expected.Row(0)[i], 1e-6f);
    EXPECT_NEAR((*rows)[1].vector[i], expected.Row(1)[i], 1e-6f);
  }
}

TEST_F(EmbedStoreTest, PartsOneListOfSkillsIntoHardAndSoftOnes) {
  Candidate one_list;
  one_list.id = "one";
  one_list.hard_skills = {"welding", "empathy", "python"};
  one_list.bio = "unused";
  Candidate two_lists = one_list;
  two_lists.id = "two";
  two_lists.hard_skills = {"welding", "python"};
  two_lists.soft_skills = {"empathy"};
  EmbedOptions options;
  options.is_soft_skill = [](const std::string& skill) { return skill == "empathy"; };
  std::map<std::string, FieldCounts> counts;
  PhraseCache cache;
  const auto rows =
      EmbedRecords(std::vector{one_list, two_lists}, *embedder_, options, cache, counts);
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ((*rows)[0].vector, (*rows)[2].vector);
  EXPECT_EQ((*rows)[1].vector, (*rows)[3].vector);
  EXPECT_EQ(counts.at("soft").from_fallback, 0u);
}

TEST_F(EmbedStoreTest, ReplacesTheVectorsOfAnotherEmbedder) {
  PutSample(10);
  auto other = LexicalEmbedder::Create({.dimension = 32});
  ASSERT_TRUE(other.ok());
  ASSERT_TRUE(EmbedStore(*store_, **other, {}, nullptr, nullptr).ok());
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, {}, nullptr, nullptr).ok());
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << catalog.error().message;
  EXPECT_EQ(catalog->state_dim(), 128u);
}

TEST_F(EmbedStoreTest, MixingTwoEmbeddersInOneFieldIsRefusedNamingBoth) {
  PutSample(10);
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, {}, nullptr, nullptr).ok());
  auto other = LexicalEmbedder::Create({.dimension = 64, .seed = 2});
  ASSERT_TRUE(other.ok());
  std::map<std::string, FieldCounts> counts;
  PhraseCache cache;
  auto rows = EmbedRecords(std::span<const Job>(jobs_.data(), 1), **other, {}, cache, counts);
  ASSERT_TRUE(rows.ok());
  ASSERT_TRUE(store_->PutEmbeddings(EntityKind::kJob, (*other)->id(), *rows).ok());
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(catalog.ok());
  EXPECT_EQ(catalog.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(catalog.error().message, AllOf(HasSubstr("lexical-v1:d64:w2:c3-5:s1"),
                                             HasSubstr("lexical-v1:d64:w2:c3-5:s2")));
}

TEST_F(EmbedStoreTest, CandidatesAndJobsOfTwoEmbeddersAreRefusedNamingBoth) {
  PutSample(10);
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, {}, nullptr, nullptr).ok());
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  MiniLmOptions options;
  options.model = folder.path().string();
  auto model = MiniLmEmbedder::Open(options);
  ASSERT_TRUE(model.ok()) << model.error().message;
  std::map<std::string, FieldCounts> counts;
  PhraseCache cache;
  auto rows = EmbedRecords(std::span<const Job>(jobs_), **model, {}, cache, counts);
  ASSERT_TRUE(rows.ok());
  ASSERT_TRUE(store_->PutEmbeddings(EntityKind::kJob, (*model)->id(), *rows).ok());
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(catalog.ok());
  EXPECT_EQ(catalog.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(catalog.error().message,
              AllOf(HasSubstr(embedder_->id()), HasSubstr((*model)->id())));
}

TEST_F(EmbedStoreTest, TheStoreRecordsModelDimensionAndHashPerField) {
  PutSample(10);
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  MiniLmOptions options;
  options.model = folder.path().string();
  auto model = MiniLmEmbedder::Open(options);
  ASSERT_TRUE(model.ok()) << model.error().message;
  ASSERT_TRUE(EmbedStore(*store_, **model, {}, nullptr, nullptr).ok());
  auto summary = store_->Summarize();
  ASSERT_TRUE(summary.ok());
  size_t fields = 0;
  for (const EntitySummary* entities : {&summary->candidates, &summary->jobs}) {
    for (const FieldSummary& field : entities->fields) {
      if (field.count == 0) continue;
      ++fields;
      EXPECT_EQ(field.embedder, (*model)->id());
      EXPECT_EQ(field.dimension, kTinyHidden);
    }
  }
  EXPECT_EQ(fields, 6u);
}

// Counts what it is asked for.
class CountingEmbedder : public Embedder {
 public:
  explicit CountingEmbedder(const Embedder& inner) : inner_(inner) {}
  const std::string& id() const override { return inner_.id(); }
  size_t dimension() const override { return inner_.dimension(); }
  Status Embed(std::span<const std::string> texts, Matrix& out) const override {
    ++calls;
    for (const std::string& text : texts) ++counts[text];
    if (fail) return IoError("out of order");
    return inner_.Embed(texts, out);
  }

  mutable size_t calls = 0;
  mutable std::map<std::string, size_t> counts;
  bool fail = false;

 private:
  const Embedder& inner_;
};

TEST_F(EmbedStoreTest, EmbedsEveryTextOnceAndMostTogether) {
  PutSample(60);
  CountingEmbedder counting(*embedder_);
  ASSERT_TRUE(EmbedStore(*store_, counting, {}, nullptr, nullptr).ok());
  EXPECT_EQ(counting.counts.at("python"), 1u);
  for (const auto& [text, count] : counting.counts) EXPECT_EQ(count, 1u) << text;
  EXPECT_LE(counting.calls, 6u) << "one call for each side's lists and one for each fallback";
}

TEST_F(EmbedStoreTest, AFailedCallLeavesNothingInThePhraseCache) {
  CountingEmbedder counting(*embedder_);
  const std::string phrase = "python";
  const std::string* const phrases[] = {&phrase, &phrase};
  PhraseCache cache;
  counting.fail = true;
  EXPECT_FALSE(cache.Embed(phrases, counting).ok());
  EXPECT_EQ(cache.size(), 0u);
  counting.fail = false;
  ASSERT_TRUE(cache.Embed(phrases, counting).ok());
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Vector(phrase).size(), 64u);
}

TEST_F(EmbedStoreTest, APhraseCacheStartsAnewWhenItIsFull) {
  PhraseCache cache(1000);
  for (int i = 0; i < 20; ++i) {
    const std::string phrase = "phrase " + std::to_string(i);
    const std::string* const phrases[] = {&phrase};
    ASSERT_TRUE(cache.Embed(phrases, *embedder_).ok());
    EXPECT_EQ(cache.Vector(phrase).size(), 64u);
    EXPECT_LE(cache.size(), 4u);
  }
}

TEST_F(EmbedStoreTest, ReportsProgressUpToTheTotals) {
  PutSample(20);
  CountingSink sink;
  EmbedOptions options;
  options.batch_size = 8;
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, options, &sink, nullptr).ok());
  ASSERT_EQ(sink.events.size(), 6u);
  EXPECT_EQ(sink.events[2].stage, "embed candidates");
  EXPECT_EQ(sink.events[2].done, 20u);
  EXPECT_EQ(sink.events[5].stage, "embed jobs");
  EXPECT_EQ(sink.events[5].total, 20u);
}

TEST_F(EmbedStoreTest, StopsWhenCancelledAndCompletesOnASecondRun) {
  PutSample(20);
  CancellationToken cancel;
  cancel.Cancel();
  auto cancelled = EmbedStore(*store_, *embedder_, {}, nullptr, &cancel);
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, {}, nullptr, nullptr).ok());
  EXPECT_EQ(store_->LoadCatalog(CatalogSpec{})->job_count(), 20u);
}

// Cancels when it has reported so often.
class CancellingSink : public ProgressSink {
 public:
  CancellingSink(CancellationToken& token, size_t after) : token_(token), after_(after) {}
  void Report(const ProgressEvent&) override {
    if (++reports_ == after_) token_.Cancel();
  }

 private:
  CancellationToken& token_;
  size_t after_;
  size_t reports_ = 0;
};

TEST_F(EmbedStoreTest, PaysOnlyForWhatAnInterruptedRunDidNotReach) {
  PutSample(20);
  CountingEmbedder counting(*embedder_);
  EmbedOptions options;
  options.batch_size = 8;
  options.only_missing = true;
  CancellationToken cancel;
  CancellingSink sink(cancel, 4);  // three batches of candidates, one of jobs
  ASSERT_FALSE(EmbedStore(*store_, counting, options, &sink, &cancel).ok());
  EXPECT_EQ(store_->EmbeddedBy(EntityKind::kJob, embedder_->id())->size(), 8u);
  auto rest = EmbedStore(*store_, counting, options, nullptr, nullptr);
  ASSERT_TRUE(rest.ok()) << rest.error().message;
  EXPECT_EQ(rest->kept, 28u);
  EXPECT_EQ(rest->job_fields.at("title").made, 12u);
  EXPECT_EQ(rest->candidate_fields.at("hard").made, 0u);
  const size_t calls = counting.calls;
  ASSERT_TRUE(EmbedStore(*store_, counting, options, nullptr, nullptr).ok());
  EXPECT_EQ(counting.calls, calls) << "nothing was left to do";

  // The same vectors as those of one run.
  auto pieces = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(EmbedStore(*store_, *embedder_, {}, nullptr, nullptr).ok());
  auto whole = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(pieces.ok() && whole.ok());
  for (size_t job = 0; job < 20; ++job)
    EXPECT_TRUE(std::ranges::equal(pieces->actions().Row(job), whole->actions().Row(job))) << job;
}

TEST_F(EmbedStoreTest, AnEmptyStoreSaysHowToFillIt) {
  auto empty = EmbedStore(*store_, *embedder_, {}, nullptr, nullptr);
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(empty.error().message, HasSubstr("`dynajob import`"));
}

TEST(EmbedOptions, AreCheckedNamingValueAndLimit) {
  EmbedOptions options;
  options.batch_size = 0;
  EXPECT_THAT(options.Validate().error().message,
              HasSubstr("embeddings.batch_size is 0; the limits are 1 to 100000"));
  ConfigRegistry registry;
  options.Bind(registry);
  EXPECT_TRUE(registry.Knows("embeddings.fallback_to_text"));
}

}  // namespace
}  // namespace dynajob
