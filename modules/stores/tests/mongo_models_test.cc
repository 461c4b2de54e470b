// Models in MongoDB: several processes that put and get one at the same time, and what is left over.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "mongo_test_support.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

// One file longer than a chunk, and one that says what is in it.
ModelRecord MakeModel(char content, int64_t created_ms) {
  return {"prod",
          created_ms,
          {{"weights", std::string(300'000, content)}, {"content", std::string(1, content)}}};
}

ptrdiff_t CountLines(const std::string& text) { return std::ranges::count(text, '\n'); }

class MongoModels : public ::testing::Test {
 protected:
  MongoTestDatabase database_;
};

TEST_F(MongoModels, OneThatIsReplacedWhileItIsReadIsReadWhole) {
  const auto writer = database_.Open();
  ASSERT_TRUE(writer->PutModel(MakeModel('a', 1)).ok());
  std::atomic<bool> stop = false;
  std::thread replacing([&] {
    for (int64_t i = 2; !stop; ++i) {
      EXPECT_TRUE(writer->PutModel(MakeModel(i % 2 == 0 ? 'b' : 'a', i)).ok());
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  const auto reader = database_.Open(OpenMode::kReadOnly);
  for (int i = 0; i < 60; ++i) {
    auto model = reader->GetModel("prod");
    EXPECT_TRUE(model.ok()) << MessageOf(model);
    if (!model.ok() || !model->has_value()) break;
    EXPECT_EQ((*model)->files.at(0).bytes[0], (*model)->files.at(1).bytes[0]);
  }
  stop = true;
  replacing.join();
}

TEST_F(MongoModels, PutAtOnceLeaveNoFilesBehind) {
  const auto first = database_.Open(), second = database_.Open();
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(second->PutModel(MakeModel('b', i)).ok());
  });
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(first->PutModel(MakeModel('a', i)).ok());
  other.join();
  EXPECT_EQ(CountLines(database_.Dump("models.files")), 2);
  EXPECT_EQ(CountLines(database_.Dump("models.chunks")), 3);
  EXPECT_TRUE(first->GetModel("prod").value().has_value());
}

TEST_F(MongoModels, FilesThatNobodyListsAreDeletedWhenTheyAreOld) {
  const auto store = database_.Open();
  const auto insert = [&](const std::string& id, const std::string& model,
                          const std::string& date) {
    database_.Insert("models.files", R"({"_id": ")" + id + R"(", "filename": "f", "length": 1,
        "chunkSize": 261120, "uploadDate": {"$date": ")" + date + R"("},
        "metadata": {"model": ")" + model + R"("}})");
    database_.Insert("models.chunks", R"({"_id": "c)" + id + R"(", "files_id": ")" + id +
                                          R"(", "n": 0, "data": "x"})");
  };
  insert("old", "prod", "2020-01-01T00:00:00Z");
  insert("other", "dev", "2020-01-01T00:00:00Z");
  insert("young", "prod", "2090-01-01T00:00:00Z");
  ASSERT_TRUE(store->PutModel({"prod", 1, {{"f", "x"}}}).ok());
  for (const std::string id : {"old", "other", "young"}) {
    const ptrdiff_t kept = id == "old" ? 0 : 1;
    EXPECT_EQ(CountLines(database_.Dump("models.files", R"({"_id": ")" + id + R"("})")), kept)
        << id;
    EXPECT_EQ(CountLines(database_.Dump("models.chunks", R"({"files_id": ")" + id + R"("})")), kept)
        << id;
  }
}

}  // namespace
}  // namespace dynajob
