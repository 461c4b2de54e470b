// Runs the fuzz entry on seeded mutations of valid files.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"

#include "model_test_support.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace dynajob {
namespace {

void Fuzz(char kind, const std::string& bytes) {
  const std::string input = kind + bytes;
  EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size()),
            0);
}

// Cuts, insertions of telling tokens, overwritten bytes.
void FuzzMutations(char kind, const std::string& valid, const std::vector<std::string>& tokens,
                   int rounds) {
  Fuzz(kind, valid);
  Rng rng = Rng::Derive(3, "fuzz", static_cast<uint64_t>(kind));
  for (int round = 0; round < rounds; ++round) {
    std::string bytes = valid;
    for (uint64_t i = 0; i <= rng.Below(4); ++i) {
      const size_t at = rng.Below(bytes.size() + 1);
      switch (rng.Below(4)) {
        case 0:
          bytes.erase(at, 1 + rng.Below(8));
          break;
        case 1:
          bytes.insert(at, tokens[rng.Below(tokens.size())]);
          break;
        case 2:
          bytes.insert(at, 1, static_cast<char>(rng.Below(256)));
          break;
        default:
          if (at < bytes.size()) bytes[at] = static_cast<char>(rng.Below(256));
      }
    }
    Fuzz(kind, bytes);
  }
}

TEST(EmbeddingModelFuzz, AnyTextGivesTokensOfTheVocabulary) {
  const auto expected = nlohmann::json::parse(ReadTestData("tiny_bert.json"));
  const std::vector<std::string> tokens = {"[SEP]",        "[CLS",     "\xcc\x81",
                                           "\xe4\xb8\xad", "\xf0\x9f", "\xef\xbf\xbd",
                                           "\xc2\x85",     "##",       std::string(120, 'a')};
  for (const auto& text : expected["texts"])
    FuzzMutations('t', FromHex(text).substr(0, 300), tokens, 150);
}

TEST(EmbeddingModelFuzz, AnyVocabularyIsRefusedOrUsable) {
  FuzzMutations('v', "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\n##s\n.\n\xe4\xb8\xad\n",
                {"\n", "\r\n", "##", "[UNK]", "the\n", std::string("\0", 1)}, 1500);
}

TEST(EmbeddingModelFuzz, AnyTokenizerFileIsRefusedOrUsable) {
  FuzzMutations('j', R"({"normalizer":{"type":"BertNormalizer","strip_accents":null},
      "pre_tokenizer":{"type":"BertPreTokenizer"},
      "post_processor":{"type":"BertProcessing","sep":["[SEP]",2],"cls":["[CLS]",1]},
      "added_tokens":[{"id":2,"content":"[SEP]","special":true}],
      "model":{"type":"WordPiece","unk_token":"[UNK]","max_input_chars_per_word":9,
               "vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"a":3,"##a":4}}})",
                {"null", "{}", "[]", "-1", "1e99", "\"\"", "4294967296", ",", "\"type\":"}, 3000);
  Fuzz('j', "{\"model\":" + std::string(100000, '[') + "}");
}

TEST(EmbeddingModelFuzz, AnyConfigurationIsRefusedOrUsable) {
  const std::vector<std::string> tokens = {"null",
                                           "0",
                                           "-1",
                                           "1.5",
                                           "1e30",
                                           "true",
                                           "{}",
                                           ",",
                                           "\"hidden_act\":",
                                           "18446744073709551616"};
  FuzzMutations('c', TinyConfig(), tokens, 3000);
  FuzzMutations('p',
                PoolingConfig("mean").substr(0, PoolingConfig("mean").size() - 1) +
                    R"(, "pooling_mode": "mean", "max_seq_length": 256})",
                tokens, 2000);
}

TEST(EmbeddingModelFuzz, AnyCheckpointIsRefusedOrUsable) {
  const std::string valid = ReadTestData("tiny_checkpoint.bin");
  FuzzMutations('b', valid, {"PK\x05\x06", "PK\x01\x02", "(", "t", "R", "q", "\x86", "}", "u", "."},
                3000);
  // Most of the file is padding: the pickle and the directory, byte by byte.
  const size_t pickle = valid.find("data.pkl"), directory = valid.find("PK\x01\x02");
  for (const auto& [first, size] : {std::pair{pickle, size_t{700}}, {directory, valid.size()}}) {
    for (size_t i = first; i < std::min(first + size, valid.size()); ++i) {
      for (const int change : {1, 0x80, 0xff}) {
        std::string bytes = valid;
        bytes[i] = static_cast<char>(bytes[i] ^ change);
        Fuzz('b', bytes);
      }
    }
  }
}

}  // namespace
}  // namespace dynajob
