#include "dynajob/embeddings/endpoint_embedder.h"

#include <cmath>
#include <cstdlib>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"

namespace dynajob {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

class EndpointEmbedderTest : public testing::Test {
 protected:
  EndpointEmbedderTest() {
    options_.model = "scripted-embedding";
    parts_.connection.base_url = server_.base_url();
    parts_.connection.backoff_seconds = 0.01;
    parts_.connection.backoff_cap_seconds = 0.05;
    parts_.connection.total_seconds = 60;
  }

  std::unique_ptr<EndpointEmbedder> Open() {
    auto embedder = EndpointEmbedder::Open(options_, parts_);
    EXPECT_TRUE(embedder.ok()) << embedder.error().message;
    return embedder.ok() ? std::move(embedder).value() : nullptr;
  }
  Error OpenError() {
    const auto embedder = EndpointEmbedder::Open(options_, parts_);
    EXPECT_FALSE(embedder.ok());
    return embedder.ok() ? Error{ErrorCode::kIo, "no error"} : embedder.error();
  }
  static Matrix Vectors(const EndpointEmbedder& embedder, const std::vector<std::string>& texts) {
    Matrix out;
    const Status status = embedder.Embed(texts, out);
    EXPECT_TRUE(status.ok()) << status.error().message;
    return out;
  }
  static Error EmbedError(const EndpointEmbedder& embedder, const std::vector<std::string>& texts) {
    Matrix out;
    const Status status = embedder.Embed(texts, out);
    EXPECT_FALSE(status.ok());
    return status.ok() ? Error{ErrorCode::kIo, "no error"} : status.error();
  }
  // What an embedder that was opened before says when this goes wrong.
  Error ErrorUnder(const json& fault, const std::vector<std::string>& texts = {"java", "python"}) {
    server_.SetScript(json::object());
    const auto embedder = Open();
    server_.SetScript({{"faults", json::array({fault})}});
    return EmbedError(*embedder, texts);
  }
  // The "input" of every call that was received.
  std::vector<std::vector<std::string>> Inputs() {
    std::vector<std::vector<std::string>> inputs;
    for (const json& request : server_.Requests()) inputs.push_back(request["body"]["input"]);
    return inputs;
  }

  ScriptedServer server_;
  EndpointEmbeddingOptions options_;
  EndpointEmbedder::Parts parts_;
};

double Norm(std::span<const float> row) {
  double squares = 0;
  for (const float value : row) squares += double{value} * double{value};
  return std::sqrt(squares);
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * double{b[i]};
  return sum;
}

std::vector<std::string> Numbered(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(fmt::format("skill {}", i));
  return texts;
}

TEST_F(EndpointEmbedderTest, NamesModelAddressDimensionAndWindow) {
  const auto embedder = Open();
  EXPECT_EQ(embedder->dimension(), 24u);
  EXPECT_EQ(embedder->id(), fmt::format("endpoint:scripted-embedding@127.0.0.1:{}/v1:d24:l2:w6000",
                                        server_.port()));
  server_.SetScript({{"model", "scripted-embedding"}, {"embeddings", {{"dimension", 8}}}});
  EXPECT_THAT(Open()->id(), HasSubstr(":d8:"));
}

TEST_F(EndpointEmbedderTest, VectorsHaveNorm1AndFollowTheWords) {
  const auto embedder = Open();
  const Matrix vectors =
      Vectors(*embedder, {"senior java developer", "junior java developer", "florist"});
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(Norm(vectors.Row(i)), 1, 1e-6);
  EXPECT_GT(Cosine(vectors.Row(0), vectors.Row(1)), Cosine(vectors.Row(0), vectors.Row(2)) + 0.2);
}

TEST_F(EndpointEmbedderTest, ManyCallsAtOnceGiveWhatOneTextACallGives) {
  const std::vector<std::string> texts = Numbered(100);
  options_.batch = 7;
  server_.SetScript({{"embeddings", {{"reverse", true}}}, {"latency", 0.02}});
  const Matrix many = Vectors(*Open(), texts);
  const json report = server_.Report();
  EXPECT_EQ(report["received"], 1 + 15);
  EXPECT_GT(report["most_in_flight"], 1);
  EXPECT_LE(report["most_in_flight"], parts_.connection.concurrency);
  options_.batch = 1;
  parts_.connection.concurrency = 1;
  server_.SetScript(json::object());
  const Matrix single = Vectors(*Open(), texts);
  for (size_t i = 0; i < texts.size(); ++i)
    EXPECT_THAT(many.Row(i), testing::ElementsAreArray(single.Row(i))) << i;
}

TEST_F(EndpointEmbedderTest, BothEncodingsGiveTheSameVectors) {
  const std::vector<std::string> texts = Numbered(5);
  options_.encoding = EncodingChoice::kBase64;
  const Matrix base64 = Vectors(*Open(), texts);
  EXPECT_EQ(server_.Requests()[0]["body"]["encoding_format"], "base64");
  options_.encoding = EncodingChoice::kFloat;
  server_.SetScript(json::object());
  const Matrix numbers = Vectors(*Open(), texts);
  EXPECT_EQ(server_.Requests()[0]["body"]["encoding_format"], "float");
  options_.encoding = EncodingChoice::kAuto;
  server_.SetScript({{"embeddings", {{"base64", "ignored"}}}});
  const Matrix ignored = Vectors(*Open(), texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_THAT(base64.Row(i), testing::ElementsAreArray(numbers.Row(i)));
    EXPECT_THAT(base64.Row(i), testing::ElementsAreArray(ignored.Row(i)));
  }
}

TEST_F(EndpointEmbedderTest, AsksForNumbersWhereBase64IsRefused) {
  server_.SetScript({{"embeddings", {{"base64", false}}}});
  const auto embedder = Open();
  Vectors(*embedder, {"java"});
  EXPECT_EQ(server_.Requests()[1]["body"]["encoding_format"], "float");
  EXPECT_EQ(server_.Requests()[2]["body"]["encoding_format"], "float");
  EXPECT_EQ(server_.Report()["received"], 3);
  options_.encoding = EncodingChoice::kBase64;
  EXPECT_THAT(OpenError().message, HasSubstr("base64 is not supported"));
}

TEST_F(EndpointEmbedderTest, AsksForShorterVectorsAndChecksThatTheyCame) {
  options_.dimensions = 8;
  const auto embedder = Open();
  EXPECT_EQ(embedder->dimension(), 8u);
  EXPECT_EQ(Vectors(*embedder, {"java"}).cols(), 8u);
  EXPECT_NEAR(Norm(Vectors(*embedder, {"java"}).Row(0)), 1, 1e-6);
  server_.SetScript({{"embeddings", {{"dimensions", "ignored"}}}});
  EXPECT_THAT(OpenError().message,
              AllOf(HasSubstr("embeddings.endpoint_dimensions is 8"), HasSubstr("24 numbers")));
  server_.SetScript({{"embeddings", {{"dimensions", false}}}});
  EXPECT_THAT(OpenError().message, HasSubstr("does not support specifying dimensions"));
}

TEST_F(EndpointEmbedderTest, BlankTextsAreNotSentAndHaveNoVector) {
  const auto embedder = Open();
  const Matrix vectors = Vectors(*embedder, {"", "java", " \n\t "});
  EXPECT_THAT(vectors.Row(0), Each(0.0f));
  EXPECT_THAT(vectors.Row(2), Each(0.0f));
  EXPECT_NEAR(Norm(vectors.Row(1)), 1, 1e-6);
  EXPECT_EQ(Inputs().at(1), std::vector<std::string>{"java"});
  EXPECT_EQ(Vectors(*embedder, {"", " "}).rows(), 2u);
  EXPECT_EQ(Vectors(*embedder, {}).rows(), 0u);
  EXPECT_EQ(server_.Report()["received"], 2) << "nothing to send";
}

TEST_F(EndpointEmbedderTest, AnyBytesAreAccepted) {
  const auto embedder = Open();
  const Matrix vectors = Vectors(*embedder, {"caf\xe9 \xff", std::string("a\0b", 3)});
  EXPECT_NEAR(Norm(vectors.Row(0)), 1, 1e-6);
  EXPECT_NEAR(Norm(vectors.Row(1)), 1, 1e-6);
}

TEST_F(EndpointEmbedderTest, LongTextsAreReadInWindows) {
  options_.window_bytes = 64;
  const auto embedder = Open();
  std::string text;
  for (int i = 0; i < 40; ++i) text += fmt::format("word{} ", i);
  const Matrix vectors = Vectors(*embedder, {text, "word1 word2"});
  EXPECT_NEAR(Norm(vectors.Row(0)), 1, 1e-6);
  std::string joined;
  const std::vector<std::string> sent = Inputs().at(1);
  for (const std::string& piece : sent) {
    EXPECT_LE(piece.size(), 64u);
    joined += piece + " ";
  }
  EXPECT_EQ(joined, text + "word1 word2 ");
  EXPECT_GT(Cosine(vectors.Row(0), vectors.Row(1)), 0.1);
}

TEST(SplitWindowsTest, PiecesAreShortWholeAndComplete) {
  const std::string texts[] = {std::string(1000, 'x'),
                               "one two three four five six seven eight",
                               "日本語のとても長い文章がここにあります。もう少し続きます。",
                               "  leading and trailing  ",
                               "",
                               "a" + std::string(100, ' ') + "b"};
  for (const std::string& text : texts) {
    for (const size_t bytes : {4, 7, 16, 64, 5000}) {
      std::string joined;
      for (const std::string_view piece : SplitWindows(text, bytes)) {
        EXPECT_LE(piece.size(), bytes);
        EXPECT_FALSE(piece.empty());
        EXPECT_NE(static_cast<unsigned char>(piece.front()) & 0xc0, 0x80) << "inside a character";
        joined += piece;
      }
      std::string expected = text;
      std::erase(expected, ' ');
      std::erase(joined, ' ');
      EXPECT_EQ(joined, expected) << bytes;
    }
  }
}

TEST_F(EndpointEmbedderTest, CallsThatAreTooLargeForTheEndpointAreHalved) {
  server_.SetScript({{"embeddings", {{"max_texts", 5}}}});
  options_.batch = 16;
  const auto embedder = Open();
  const std::vector<std::string> texts = Numbered(16);
  const Matrix vectors = Vectors(*embedder, texts);
  EXPECT_EQ(server_.Report()["answered"], 1 + 4);
  for (size_t i = 0; i < texts.size(); ++i)
    EXPECT_THAT(vectors.Row(i), testing::ElementsAreArray(Vectors(*embedder, {texts[i]}).Row(0)));
}

TEST_F(EndpointEmbedderTest, ATextThatIsTooLongIsNamed) {
  server_.SetScript({{"embeddings", {{"max_bytes", 300}}}});
  const auto embedder = Open();
  std::vector<std::string> texts = Numbered(20);
  texts[13] = "the long one " + std::string(400, 'x');
  const Error error = EmbedError(*embedder, texts);
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(error.message, AllOf(HasSubstr("a text of 413 bytes that begins 'the long one "),
                                   HasSubstr("maximum context length is 300"),
                                   HasSubstr("embeddings.endpoint_window_bytes")));
  options_.window_bytes = 256;
  EXPECT_NEAR(Norm(Vectors(*Open(), texts).Row(13)), 1, 1e-6);
}

TEST_F(EndpointEmbedderTest, TransientFailuresAreTriedAgain) {
  const auto embedder = Open();
  for (const json& fault :
       {json{{"kind", "status"}, {"status", 429}, {"times", 2}},
        json{{"kind", "loading"}, {"times", 2}}, json{{"kind", "close"}, {"times", 1}},
        json{{"kind", "cut"}, {"times", 1}}}) {
    server_.SetScript({{"faults", json::array({fault})}});
    EXPECT_NEAR(Norm(Vectors(*embedder, {"java"}).Row(0)), 1, 1e-6) << fault;
    EXPECT_EQ(server_.Report()["received"], 1 + fault["times"].get<int>());
  }
}

TEST_F(EndpointEmbedderTest, FailuresThatStayAreErrors) {
  parts_.connection.retries = 1;
  const Error busy = ErrorUnder({{"kind", "status"}, {"status", 500}});
  EXPECT_EQ(busy.code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(busy.message,
              AllOf(HasSubstr("/v1/embeddings: HTTP 500"), HasSubstr("(2 attempts)")));
  EXPECT_EQ(ErrorUnder({{"kind", "status"}, {"status", 401}}).code, ErrorCode::kLlmUnavailable);
  for (const char* kind : {"malformed", "content_type", "huge"})
    EXPECT_EQ(ErrorUnder({{"kind", kind}}).code, ErrorCode::kCorruptData) << kind;
  parts_.connection.first_byte_seconds = 0.2;
  EXPECT_THAT(ErrorUnder({{"kind", "hang"}}).message, HasSubstr("llm.first_byte_seconds"));
}

TEST_F(EndpointEmbedderTest, VectorsThatAreNoneAreErrors) {
  for (const auto& [how, message] : {std::pair{"nan", "not finite"},
                                     {"infinite", "not finite"},
                                     {"beyond_float", "not finite"},
                                     {"null", "not a number"},
                                     {"text", "not a number"},
                                     {"short", "24 and of 23"},
                                     {"empty", "is empty"},
                                     {"zero", "vector of zeros for 'python'"}}) {
    const Error error = ErrorUnder({{"kind", "vectors"}, {"how", how}});
    EXPECT_EQ(error.code, ErrorCode::kCorruptData) << how;
    EXPECT_THAT(error.message, HasSubstr(message)) << how;
  }
  for (const char* how : {"nan", "infinite"})
    EXPECT_THAT(ErrorUnder({{"kind", "vectors"}, {"how", how}, {"base64", true}}).message,
                HasSubstr("value 0 of embedding 1 is not finite"));
}

TEST_F(EndpointEmbedderTest, ListsThatDoNotFitTheTextsAreErrors) {
  for (const auto& [how, message] : {std::pair{"missing", "1 embeddings for 2 texts"},
                                     {"extra", "3 embeddings for 2 texts"},
                                     {"twice", "index 0 is there twice"},
                                     {"beyond", "an index 2, but there were 2 texts"},
                                     {"no_index", "no index"}}) {
    const Error error = ErrorUnder({{"kind", "entries"}, {"how", how}});
    EXPECT_EQ(error.code, ErrorCode::kCorruptData) << how;
    EXPECT_THAT(error.message, HasSubstr(message)) << how;
    EXPECT_EQ(server_.Report()["received"], 1) << "an answer that arrived is not asked for again";
  }
}

TEST_F(EndpointEmbedderTest, AModelThatChangesBetweenCallsIsAnError) {
  const Error name = ErrorUnder({{"kind", "other_model"}, {"model", "new-model"}});
  EXPECT_EQ(name.code, ErrorCode::kCorruptData);
  EXPECT_THAT(name.message, AllOf(HasSubstr("'new-model'"), HasSubstr("'scripted-embedding'")));
  const Error dimension = ErrorUnder({{"kind", "other_model"}, {"dimension", 12}});
  EXPECT_EQ(dimension.code, ErrorCode::kCorruptData);
  EXPECT_THAT(dimension.message, HasSubstr("vectors of 12 numbers, before of 24"));
}

TEST_F(EndpointEmbedderTest, CallsAndTokensStayWithinTheBudget) {
  parts_.budget.max_calls = 3;
  options_.batch = 10;
  const auto embedder = Open();
  const Error calls = EmbedError(*embedder, Numbered(30));
  EXPECT_EQ(calls.code, ErrorCode::kBudgetReached);
  EXPECT_THAT(calls.message, HasSubstr("llm.max_calls is 3 and 3 are made"));
  EXPECT_EQ(server_.Report()["received"], 3);
  EXPECT_EQ(embedder->spending().paid, 3u);
  EXPECT_GT(embedder->spending().prompt_tokens, 0u);

  parts_.budget = {.max_tokens = 700};
  server_.SetScript(json::object());
  const auto thrifty = Open();
  EXPECT_EQ(EmbedError(*thrifty, Numbered(200)).code, ErrorCode::kBudgetReached);
  EXPECT_LE(thrifty->spending().prompt_tokens, 700u);
  EXPECT_GT(thrifty->spending().paid, 1u) << "reservations wait for calls under way";
}

TEST_F(EndpointEmbedderTest, CostFollowsFromThePriceOrTheEndpoint) {
  parts_.budget.max_cost_usd = 1;
  EXPECT_THAT(OpenError().message, HasSubstr("no price of model 'scripted-embedding'"));
  parts_.budget.prices = {"scripted-*:1000:0"};
  const auto embedder = Open();
  Vectors(*embedder, {"java"});
  const Spending spending = embedder->spending();
  EXPECT_DOUBLE_EQ(spending.cost_usd().value(), 1e-3 * static_cast<double>(spending.prompt_tokens));
  EXPECT_EQ(EmbedError(*embedder, Numbered(200)).code, ErrorCode::kBudgetReached);
}

TEST_F(EndpointEmbedderTest, AChatModelOnTheSameLedgerUsesUpTheSameCalls) {
  parts_.ledger = std::make_shared<BudgetLedger>();
  parts_.budget.max_calls = 2;
  const auto chat = Budget::Create(parts_.budget, "chat", parts_.ledger).value();
  ASSERT_EQ(chat->Reserve({1, 1}), Budget::Admission::kGranted);
  chat->Fail({1, 1});
  const auto embedder = Open();
  EXPECT_EQ(EmbedError(*embedder, {"java"}).code, ErrorCode::kBudgetReached);
}

TEST_F(EndpointEmbedderTest, CancellationDoesNotWaitForTheEndpoint) {
  CancellationToken cancel;
  parts_.cancel = &cancel;
  const auto embedder = Open();
  server_.SetScript({{"faults", {{{"kind", "hang"}}}}});
  std::thread canceller([&cancel] { cancel.Cancel(); });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(EmbedError(*embedder, {"java"}).code, ErrorCode::kCancelled);
  canceller.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST_F(EndpointEmbedderTest, SecretsAreInNoMessageAndNoId) {
  parts_.api_key = "sk-right-secret";
  server_.SetScript({{"api_key", "sk-right-secret"}});
  EXPECT_THAT(Open()->id(), Not(HasSubstr("secret")));
  parts_.api_key = "sk-wrong-secret";
  const Error error = OpenError();
  EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("HTTP 401"), Not(HasSubstr("secret"))));
  options_.base_url = "http://me:hidden-secret@localhost/v1";
  EXPECT_THAT(OpenError().message,
              AllOf(HasSubstr("embeddings.endpoint_base_url"), Not(HasSubstr("secret"))));
}

TEST_F(EndpointEmbedderTest, HasAnAddressAndAKeyOfItsOwn) {
  parts_.connection.base_url = "http://127.0.0.1:1/v1";
  options_.base_url = server_.base_url();
  EXPECT_NE(Open(), nullptr);
  ASSERT_EQ(setenv("OPENAI_API_KEY", "chat", 1), 0);
  unsetenv("EMBEDDINGS_API_KEY");
  EXPECT_EQ(EmbeddingsApiKeyFromEnvironment(), "chat");
  ASSERT_EQ(setenv("EMBEDDINGS_API_KEY", "", 1), 0);
  EXPECT_EQ(EmbeddingsApiKeyFromEnvironment(), "") << "none is a choice, too";
  unsetenv("EMBEDDINGS_API_KEY");
  unsetenv("OPENAI_API_KEY");
}

TEST_F(EndpointEmbedderTest, OptionsNameKeyValueAndLimit) {
  options_.model = "";
  EXPECT_THAT(OpenError().message, HasSubstr("embeddings.endpoint_model is not set"));
  EXPECT_THAT((EndpointEmbeddingOptions{.batch = 0}).Validate().error().message,
              AllOf(HasSubstr("embeddings.endpoint_batch is 0"), HasSubstr("1 to 2048")));
  EXPECT_FALSE((EndpointEmbeddingOptions{.dimensions = -1}).Validate().ok());
  EXPECT_FALSE((EndpointEmbeddingOptions{.window_bytes = 63}).Validate().ok());
  EXPECT_FALSE((EndpointEmbeddingOptions{.base_url = "ftp://x"}).Validate().ok());
}

}  // namespace
}  // namespace dynajob
