#include "dynajob/embeddings/wordpiece_tokenizer.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

WordPieceTokenizer Tiny(const WordPieceOptions& options = {}) {
  return WordPieceTokenizer::FromVocabularyText(ReadTestData("tiny_vocab.txt"), options).value();
}

// The pieces as text, blanks between them.
std::string Show(const WordPieceTokenizer& tokenizer, const std::string& text) {
  std::vector<std::string> names;
  std::istringstream lines(ReadTestData("tiny_vocab.txt"));
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  std::string shown;
  for (const int32_t id : tokenizer.Pieces(text))
    shown += (shown.empty() ? "" : " ") + names[static_cast<size_t>(id)];
  return shown;
}

// A tokenizer.json of the tiny vocabulary, to be spoiled.
nlohmann::json TinyJson() {
  nlohmann::json vocabulary;
  std::istringstream lines(ReadTestData("tiny_vocab.txt"));
  int id = 0;
  for (std::string line; std::getline(lines, line);) vocabulary[line] = id++;
  nlohmann::json json = nlohmann::json::parse(R"({
      "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                     "strip_accents": null, "lowercase": true},
      "pre_tokenizer": {"type": "BertPreTokenizer"},
      "post_processor": {"type": "TemplateProcessing",
          "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                     {"Sequence": {"id": "A", "type_id": 0}},
                     {"SpecialToken": {"id": "[SEP]", "type_id": 0}}]},
      "added_tokens": [{"id": 3, "content": "[CLS]", "special": true, "normalized": false},
                       {"id": 4, "content": "[SEP]", "special": true, "normalized": false},
                       {"id": 0, "content": "[PAD]", "special": true, "normalized": false},
                       {"id": 2, "content": "[UNK]", "special": true, "normalized": false},
                       {"id": 5, "content": "[MASK]", "special": true, "normalized": false}],
      "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100}})");
  json["model"]["vocab"] = vocabulary;
  return json;
}

TEST(WordPieceTokenizer, GivesTheIdsThatThePythonPackageGives) {
  const auto expected = nlohmann::json::parse(ReadTestData("tiny_bert.json"));
  const WordPieceTokenizer tokenizer = Tiny();
  ASSERT_EQ(expected["texts"].size(), 18u);
  for (size_t i = 0; i < expected["texts"].size(); ++i) {
    const std::string text = FromHex(expected["texts"][i]);
    EXPECT_EQ(tokenizer.Encode(text, 40), expected["ids"][i].get<std::vector<int32_t>>()) << text;
  }
}

TEST(WordPieceTokenizer, MatchesTheLongestPieceFromTheLeftOrGivesUpOnTheWord) {
  const WordPieceTokenizer tokenizer = Tiny();
  EXPECT_EQ(Show(tokenizer, "learning learns python"), "learning learn ##s python");
  EXPECT_EQ(Show(tokenizer, "pyth\xc3\xb8n"), "[UNK]") << "o with a stroke is no accent";
  EXPECT_EQ(Show(tokenizer, std::string(101, 'a')), "[UNK]");
  EXPECT_EQ(tokenizer.Pieces(std::string(100, 'a')).size(), 100u);
}

TEST(WordPieceTokenizer, SplitsAtPunctuationAndAroundIdeographs) {
  const WordPieceTokenizer tokenizer = Tiny();
  EXPECT_EQ(Show(tokenizer, "C++,c#"), "c + + , c #");
  EXPECT_EQ(Show(tokenizer, "in\xe8\xbd\xaf\xe4\xbb\xb6to"), "in \xe8\xbd\xaf \xe4\xbb\xb6 to");
}

TEST(WordPieceTokenizer, StripsAccentsAndCaseOnlyIfToldTo) {
  EXPECT_EQ(Show(Tiny(), "R\xc3\x89SUM\xC3\xA9 cafe\xcc\x81"), "resume cafe");
  WordPieceOptions cased;
  cased.lowercase = false;
  EXPECT_EQ(Show(Tiny(cased), "python Python caf\xc3\xa9"), "python [UNK] cafe");
  cased.strip_accents = false;
  EXPECT_EQ(Show(Tiny(cased), "cafe caf\xc3\xa9"), "cafe [UNK]");
}

TEST(WordPieceTokenizer, DropsControlCharactersAndBrokenBytesWithinWords) {
  const WordPieceTokenizer tokenizer = Tiny();
  const std::string nul("pyth\0on", 7);
  EXPECT_EQ(Show(tokenizer, nul), "python");
  EXPECT_EQ(Show(tokenizer, "pyth\xff\xc0\x80on\xe2\x82"), "python");
  EXPECT_EQ(Show(tokenizer, "pyth\xe2\x80\x8bon"), "python") << "zero width space";
  EXPECT_EQ(Show(tokenizer, "the\xe3\x80\x80years"), "the years") << "ideographic space";
}

TEST(WordPieceTokenizer, KnowsSpecialTokensInTexts) {
  EXPECT_EQ(Show(Tiny(), "the[SEP]years [sep]"), "the [SEP] years [ s ##e ##p ]");
}

TEST(WordPieceTokenizer, CutsBetweenFirstAndLastToken) {
  const WordPieceTokenizer tokenizer = Tiny();
  EXPECT_THAT(tokenizer.Encode("", 8), ElementsAre(tokenizer.first_id(), tokenizer.last_id()));
  const std::vector<int32_t> cut = tokenizer.Encode("the the the", 4);
  ASSERT_EQ(cut.size(), 4u);
  EXPECT_EQ(cut.front(), tokenizer.first_id());
  EXPECT_EQ(cut.back(), tokenizer.last_id());
  EXPECT_THAT(tokenizer.Pieces(" \n "), IsEmpty());
  EXPECT_GE(tokenizer.Pieces("the the the", 2).size(), 2u);
  EXPECT_FALSE(tokenizer.Continues(cut[1]));
  EXPECT_TRUE(tokenizer.Continues(tokenizer.Pieces("learns")[1]));
}

TEST(WordPieceTokenizer, ReadsTheSameFromBothFormats) {
  const auto json = WordPieceTokenizer::FromJson(TinyJson().dump());
  ASSERT_TRUE(json.ok()) << json.error().message;
  const WordPieceTokenizer vocabulary = Tiny();
  EXPECT_EQ(json->Fingerprint(), vocabulary.Fingerprint());
  for (const char* text : {"learning [SEP] resume", "x \xff y", ""})
    EXPECT_EQ(json->Encode(text, 20), vocabulary.Encode(text, 20));
  WordPieceOptions cased;
  cased.lowercase = false;
  EXPECT_NE(Tiny(cased).Fingerprint(), vocabulary.Fingerprint());
}

TEST(WordPieceTokenizer, FoldersSayWhatTheyLackAndReadTheirConfiguration) {
  const TemporaryDirectory folder;
  const auto empty = WordPieceTokenizer::FromFolder(folder.path());
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(empty.error().message, HasSubstr("neither tokenizer.json nor vocab.txt"));
  folder.Write("vocab.txt", ReadTestData("tiny_vocab.txt"));
  folder.Write("tokenizer_config.json", R"({"do_lower_case": false, "unk_token": "[UNK]",
      "cls_token": {"content": "[CLS]"}, "strip_accents": null})");
  EXPECT_EQ(Show(WordPieceTokenizer::FromFolder(folder.path()).value(), "Python"), "[UNK]");
  folder.Write("tokenizer.json", "{}");
  EXPECT_THAT(WordPieceTokenizer::FromFolder(folder.path()).error().message,
              HasSubstr("tokenizer.json: not a tokenizer file"));
}

TEST(WordPieceTokenizer, RefusesWhatIsNotBertsNamingIt) {
  const auto reason = [](const std::string& pointer, const nlohmann::json& value) {
    nlohmann::json json = TinyJson();
    json[nlohmann::json::json_pointer(pointer)] = value;
    const auto made = WordPieceTokenizer::FromJson(json.dump());
    return made.ok() ? std::string("none") : made.error().message;
  };
  EXPECT_EQ(reason("/model/type", "WordPiece"), "none");
  EXPECT_THAT(reason("/model/type", "BPE"), HasSubstr("tokenizer model 'BPE'"));
  EXPECT_THAT(reason("/normalizer/type", "NFC"), HasSubstr("normaliser 'NFC'"));
  EXPECT_THAT(reason("/pre_tokenizer/type", "ByteLevel"), HasSubstr("'ByteLevel'"));
  EXPECT_THAT(reason("/post_processor/type", "RobertaProcessing"), HasSubstr("Roberta"));
  EXPECT_THAT(reason("/post_processor/single", nlohmann::json::array()), HasSubstr("template"));
  EXPECT_THAT(reason("/added_tokens/0/lstrip", true), HasSubstr("'lstrip'"));
  EXPECT_THAT(reason("/model/vocab/the", -1), HasSubstr("'the'"));
  EXPECT_THAT(reason("/model/vocab/the", 99999999), HasSubstr("99999999"));
  EXPECT_THAT(reason("/model/unk_token", "<unk>"), HasSubstr("lacks the token '<unk>'"));
  EXPECT_THAT(reason("/model/max_input_chars_per_word", 0), HasSubstr("at least 1"));
  EXPECT_THAT(WordPieceTokenizer::FromVocabularyText("a\nb\na\n").error().message,
              HasSubstr("'a' is twice"));
  EXPECT_THAT(WordPieceTokenizer::FromVocabularyText("").error().message,
              HasSubstr("lacks the token '[UNK]'"));
}

}  // namespace
}  // namespace dynajob
