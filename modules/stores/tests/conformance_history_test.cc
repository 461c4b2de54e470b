// Responses, labels, runs and models.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store_conformance.h"

namespace dynajob {
namespace {

std::vector<ResponseEvent> Responses(Store& store) {
  std::vector<ResponseEvent> events;
  const Status status = store.ForEachResponse([&](ResponseEvent event) {
    events.push_back(std::move(event));
    return Status::Ok();
  });
  EXPECT_TRUE(status.ok());
  return events;
}

TEST_P(StoreConformance, KeepsResponsesOncePerEventInOrderOfTime) {
  PutEntities({"c1"}, {"j1"});
  const ResponseEvent late{"a", "c1", "j1", Response::kApply, 1700000000000, "model-7"};
  const ResponseEvent early{"b", "c1", "j1", Response::kIgnore, -5, ""};
  for (const ResponseEvent& event : {late, early, late})
    ASSERT_TRUE(store_->PutResponse(event).ok());
  ResponseEvent other = late;
  other.response = Response::kClick;
  const Status reused = store_->PutResponse(other);
  ASSERT_FALSE(reused.ok());
  EXPECT_EQ(reused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(reused.error().message, ::testing::HasSubstr("'a'"));
  const Status unknown = store_->PutResponse({"x", "c1", "j9", Response::kSave, 1, ""});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("'j9'"));
  EXPECT_EQ(Responses(*store_), (std::vector<ResponseEvent>{early, late}));
}

TEST_P(StoreConformance, SettlesEachOfSeveralResponsesForItself) {
  PutEntities({"c1"}, {"j1"});
  ResponseEvent interview{"a", "c1", "j1", Response::kApply, 5, "m", "interview", "r-1", 3, 0.25};
  ResponseEvent later = interview;
  later.timestamp_ms = 9;
  ResponseEvent other = interview;
  other.kind = "hire";
  const ResponseEvent stranger{"b", "c9", "j1", Response::kSave, 1, ""};
  const ResponseEvent save{"c", "c1", "j1", Response::kSave, 7, ""};
  const auto outcomes =
      store_->PutResponses(std::vector<ResponseEvent>{interview, later, other, stranger, save});
  ASSERT_TRUE(outcomes.ok()) << outcomes.error().message;
  EXPECT_THAT(*outcomes, ::testing::ElementsAre(PutOutcome::kStored, PutOutcome::kDuplicate,
                                                PutOutcome::kConflict, PutOutcome::kUnknownEntity,
                                                PutOutcome::kStored));
  EXPECT_EQ(Responses(*store_), (std::vector<ResponseEvent>{interview, save}));
}

TEST_P(StoreConformance, DeletesPeopleWithTheirResponsesAndJobsWithout) {
  PutEntities({"c1"}, {"j1"});
  ASSERT_TRUE(store_->PutResponse({"e", "c1", "j1", Response::kSave, 5, "m"}).ok());
  EXPECT_TRUE(store_->Delete(EntityKind::kJob, "j1").value());
  EXPECT_FALSE(store_->Delete(EntityKind::kJob, "j1").value());
  EXPECT_FALSE(store_->GetJob("j1").value().has_value());
  EXPECT_EQ(store_->Summarize().value().responses, 1u);
  EXPECT_TRUE(store_->Delete(EntityKind::kCandidate, "c1").value());
  EXPECT_FALSE(store_->GetCandidate("c1").value().has_value());
  EXPECT_EQ(store_->Summarize().value().responses, 0u);
}

TEST_P(StoreConformance, VisitsMoreResponsesThanFitAPage) {
  PutEntities({"c1"}, {"j1"});
  for (int i = 0; i < 300; ++i) {  // three events share each timestamp
    const ResponseEvent event{"e" + std::to_string(i), "c1", "j1", Response::kClick, i / 3, ""};
    ASSERT_TRUE(store_->PutResponse(event).ok());
  }
  std::vector<std::pair<int64_t, std::string>> order;
  ASSERT_TRUE(store_
                  ->ForEachResponse([&](const ResponseEvent& event) {
                    order.emplace_back(event.timestamp_ms, event.event_id);
                    return Status::Ok();
                  })
                  .ok());
  ASSERT_EQ(order.size(), 300u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreConformance, CachesLabels) {
  EXPECT_EQ(store_->GetLabel("k").value(), std::nullopt);
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"k", "SAVE"}}).ok());
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"k", ""}}).ok());
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"other", "{\"p\":[0.1,0.9]}"}}).ok());
  store_ = backend_->Connect();
  EXPECT_EQ(store_->GetLabel("k").value(), std::optional<std::string>(""));
  EXPECT_EQ(store_->GetLabel("other").value(), std::optional<std::string>("{\"p\":[0.1,0.9]}"));
  EXPECT_FALSE(store_->PutLabels(std::vector<LabelRecord>{{"", "SAVE"}}).ok());
}

TEST_P(StoreConformance, VisitsLabelsInOrderOfKeys) {
  std::vector<LabelRecord> labels;
  for (int i = 0; i < 2500; ++i)
    labels.push_back({"key-" + std::to_string(9999 - i), std::to_string(i)});
  ASSERT_TRUE(store_->PutLabels(labels).ok());
  EXPECT_FALSE(store_->PutLabels(std::vector<LabelRecord>{{"good", "x"}, {"", "y"}}).ok());
  std::vector<LabelRecord> visited;
  const Status status = store_->ForEachLabel([&](LabelRecord label) {
    visited.push_back(std::move(label));
    return Status::Ok();
  });
  ASSERT_TRUE(status.ok()) << MessageOf(status);
  std::reverse(labels.begin(), labels.end());
  EXPECT_EQ(visited, labels);
}

TEST_P(StoreConformance, ListsRunsInOrderOfCreation) {
  const RunRecord second{"a", "compare", 20, "[agent]\ngamma = 0.9\n", "{}"};
  const RunRecord first{"b", "train", 10, "", "{\"x\":1}"};
  ASSERT_TRUE(store_->PutRun(second).ok());
  ASSERT_TRUE(store_->PutRun({"b", "train", 99, "old", ""}).ok());
  ASSERT_TRUE(store_->PutRun(first).ok());
  EXPECT_EQ(store_->ListRuns().value(), (std::vector<RunRecord>{first, second}));
  EXPECT_FALSE(store_->PutRun({"", "train", 1, "", ""}).ok());
}

TEST_P(StoreConformance, KeepsModelsAsWholes) {
  std::string weights(700000, '\0');  // longer than a chunk, and not UTF-8
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<char>(i * 31 + i / 251);
  const ModelRecord first{"prod", 20, {{"model.safetensors", weights}, {"model.json", "{}"}}};
  const ModelRecord other{"dev", 10, {{"empty", ""}}};
  ASSERT_TRUE(store_->PutModel({"prod", 5, {{"old.bin", "old"}}}).ok());
  for (const ModelRecord& model : {first, other}) {
    const Status put = store_->PutModel(model);
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }
  store_ = backend_->Connect();
  const auto stored = store_->GetModel("prod");
  ASSERT_TRUE(stored.ok()) << MessageOf(stored);
  EXPECT_TRUE(stored.value() == first);
  EXPECT_TRUE(store_->GetModel("dev").value() == other);
  EXPECT_EQ(store_->GetModel("none").value(), std::nullopt);
  EXPECT_EQ(store_->ListModels().value(),
            (std::vector<ModelSummary>{{"dev", 10, 0}, {"prod", 20, 700002}}));
}

TEST_P(StoreConformance, RefusesModelsThatMustNotBeStored) {
  for (const ModelRecord& bad :
       {ModelRecord{"", 1, {{"f", "x"}}}, ModelRecord{"m", 1, {}},
        ModelRecord{"m", 1, {{"../f", "x"}}}, ModelRecord{"m", 1, {{"", "x"}}},
        ModelRecord{"m", 1, {{"f", "x"}, {"f", "y"}}}}) {
    const Status refused = store_->PutModel(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(store_->ListModels()->empty());
}

}  // namespace
}  // namespace dynajob
