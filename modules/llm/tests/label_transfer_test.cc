#include "dynajob/llm/label_transfer.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/llm/cached_answer.h"

#include "label_store.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string KeyOf(int number) {
  ChatRequest request;
  request.sampling.seed = number;
  return AnswerKey({}, "p", request);
}

std::string ValueOf(const std::string& text) {
  CachedAnswer answer;
  answer.text = text;
  return SerializeAnswer(answer);
}

std::string Export(Store& store) {
  std::string lines;
  EXPECT_TRUE(ExportLabels(store, [&](std::string_view line) {
                lines += line;
                return Status::Ok();
              }).ok());
  return lines;
}

struct Imported {
  LabelImportReport report;
  std::vector<QuarantinedLabel> quarantined;
};

Imported Import(Store& store, const std::string& lines) {
  Imported imported;
  std::istringstream stream(lines);
  const auto report = ImportLabels(store, stream, [&](const QuarantinedLabel& label) {
    imported.quarantined.push_back(label);
    return Status::Ok();
  });
  EXPECT_TRUE(report.ok());
  if (report.ok()) imported.report = *report;
  return imported;
}

TEST(LabelTransfer, ExportedLabelsImportAsTheyWere) {
  const auto from = std::make_shared<LabelStoreState>();
  for (int i = 0; i < 1200; ++i) from->labels[KeyOf(i)] = ValueOf("APPLY \"\n" + std::to_string(i));
  from->labels[ProfileKey("u", "m")] = SerializeProfile({});
  LabelStore source(from);
  const std::string lines = Export(source);

  const auto to = std::make_shared<LabelStoreState>();
  LabelStore target(to);
  const Imported imported = Import(target, lines);
  EXPECT_EQ(imported.report.imported, 1201u);
  EXPECT_THAT(imported.quarantined, IsEmpty());
  EXPECT_EQ(to->labels, from->labels);

  EXPECT_EQ(Import(target, lines).report.known, 1201u);
}

TEST(LabelTransfer, BadLinesAreQuarantinedWithTheirNumbers) {
  const auto state = std::make_shared<LabelStoreState>();
  LabelStore store(state);
  const std::string good = "{\"key\":\"" + KeyOf(1) + "\",\"value\":" + ValueOf("SAVE") + "}\n";
  const std::string other = "{\"key\":\"" + KeyOf(1) + "\",\"value\":" + ValueOf("APPLY") + "}\n";
  const Imported imported = Import(
      store, "\n{\"key\":1}\n" + good + "{cut\n" + "{\"key\":\"k\",\"value\":" + ValueOf("SAVE") +
                 "}\n" + "\xFF\n" + good + other + std::string(kMaxLabelLineBytes + 1, 'x') + "\n" +
                 "{\"key\":\"" + KeyOf(2) + "\",\"value\":{}}");
  EXPECT_EQ(imported.report.imported, 1u);
  EXPECT_EQ(imported.report.known, 1u);
  EXPECT_EQ(imported.report.quarantined, 7u);
  EXPECT_EQ(imported.report.lines, 9u);
  std::vector<uint64_t> numbers;
  for (const auto& label : imported.quarantined) numbers.push_back(label.line);
  EXPECT_THAT(numbers, ElementsAre(2, 4, 5, 6, 8, 9, 10));
  EXPECT_THAT(imported.quarantined[4].reason, HasSubstr("another value"));
  EXPECT_EQ(state->labels.at(KeyOf(1)), ValueOf("SAVE"));
}

TEST(LabelTransfer, ErrorOfTheWriterStopsTheExport) {
  const auto state = std::make_shared<LabelStoreState>();
  for (int i = 0; i < 10; ++i) state->labels[KeyOf(i)] = ValueOf("APPLY");
  LabelStore store(state);
  int lines = 0;
  const auto exported = ExportLabels(store, [&](std::string_view) {
    return ++lines < 3 ? Status::Ok() : Status(IoError("disk full"));
  });
  EXPECT_FALSE(exported.ok());
  EXPECT_EQ(lines, 3);
}

}  // namespace
}  // namespace dynajob
