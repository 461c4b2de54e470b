#include "phrase_scanner.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

#include "word_table.h"

namespace dynajob {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Places = std::vector<std::pair<size_t, size_t>>;

Places Scan(const PhraseScanner& scanner, std::string_view text) {
  Places places;
  scanner.ForEach(text, [&](size_t begin, size_t end) { places.emplace_back(begin, end); });
  return places;
}

TEST(PhraseScanner, FindsPhrasesInAnyCaseWithTheirPlaces) {
  const PhraseScanner scanner({"he", "she", "hers", "$"});
  EXPECT_THAT(Scan(scanner, "uSHErs $"), ElementsAre(Pair(1, 4), Pair(2, 6), Pair(7, 8)));
  EXPECT_TRUE(scanner.FoundIn("xxHE"));
  EXPECT_FALSE(scanner.FoundIn("h e"));
  EXPECT_FALSE(scanner.FoundIn(""));
}

TEST(PhraseScanner, TreatsSeparatorsAlikeWhenAsked) {
  const PhraseScanner scanner({"entry level", "a b"}, true);
  EXPECT_TRUE(scanner.FoundIn("Entry-Level"));
  EXPECT_TRUE(scanner.FoundIn("entry\nlevel"));
  EXPECT_TRUE(scanner.FoundIn("a-b"));
  EXPECT_FALSE(PhraseScanner({"entry level"}).FoundIn("entry-level"));
}

// The definition: the longest phrase that ends at each place.
TEST(PhraseScanner, AgreesWithSearchingOneByOne) {
  const std::vector<std::string_view> phrases = {"a", "ab", "bab", "bc", "bca", "c", "caa", "aab"};
  const PhraseScanner scanner(phrases);
  Rng rng = Rng::Derive(3, "test-scanner");
  for (int round = 0; round < 500; ++round) {
    std::string text;
    for (uint64_t i = rng.Below(40); i > 0; --i) text += "abcdABC "[rng.Below(8)];
    const std::string lower = ToLowerAscii(text);
    Places expected;
    for (size_t end = 1; end <= lower.size(); ++end) {
      size_t longest = 0;
      for (const std::string_view phrase : phrases)
        if (std::string_view(lower).substr(0, end).ends_with(phrase))
          longest = std::max(longest, phrase.size());
      if (longest > 0) expected.emplace_back(end - longest, end);
    }
    EXPECT_EQ(Scan(scanner, text), expected) << text;
  }
}

TEST(WordTable, FindsWordsInAnyCaseAndNumber) {
  WordTable table;
  const auto python = table.Add("Python");
  const auto test = table.Add("tests");
  const auto longer = table.Add("Internationalisation");
  for (int i = 0; i < 5000; ++i) table.Add("word" + std::to_string(i));
  EXPECT_EQ(table.Find("PYTHON"), python);
  EXPECT_EQ(table.Find("test"), test);
  EXPECT_EQ(table.Find("Tests"), test);
  EXPECT_EQ(table.Find("internationalisations"), longer);
  EXPECT_EQ(table.Find("word4711"), table.Add("WORD4711"));
  for (const char* other : {"", "p", "pythonic", "testy", "sale", "internationalization", "wordy"})
    EXPECT_EQ(table.Find(other), WordTable::kUnknown) << other;
  EXPECT_NE(table.Add("sales"), table.Add("sale"));
}

}  // namespace
}  // namespace dynajob
