// Runs the fuzz entry on seeded mutations of valid files.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/testing/mutations.h"

#include "model_test_support.h"

namespace dynajob {
namespace {

void Fuzz(char kind, const std::string& bytes) { RunFuzzEntry(kind + bytes); }

// The valid input itself, then cuts, insertions of telling tokens, overwritten bytes.
void FuzzMutations(char kind, const std::string& valid, const std::vector<std::string>& tokens,
                   int count) {
  Fuzz(kind, valid);
  ForEachMutation(
      {valid},
      {.count = count,
       .seed = static_cast<uint64_t>(kind),
       .most_edits = 5,
       .edits = {Edit::kErase, Edit::kInsertToken, Edit::kInsertByte, Edit::kOverwriteByte},
       .tokens = tokens},
      [&](const std::string& bytes) { Fuzz(kind, bytes); });
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
