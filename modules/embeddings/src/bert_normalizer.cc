#include "bert_normalizer.h"

#include <algorithm>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kCombiningDotAbove = 0x307;
// Characters whose category Unicode has changed since version 8.
constexpr char32_t kCanadianChiSign = 0x166D;     // was punctuation
constexpr char32_t kSharadaSandhiMark = 0x111C9;  // was punctuation
constexpr char32_t kHanunooPamudpod = 0x1734;     // was a non-spacing mark

bool IsAscii(char32_t character) { return character < 0x80; }

bool IsNewerThanTables(char32_t character) {
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(character), age);
  return age[0] > 8;
}

bool IsControl(char32_t character) {
  if (character == '\t' || character == '\n' || character == '\r') return false;
  if (IsAscii(character)) return character < 0x20 || character == 0x7F;
  const int8_t category = u_charType(static_cast<UChar32>(character));
  const bool control = category == U_CONTROL_CHAR || category == U_FORMAT_CHAR ||
                       category == U_PRIVATE_USE_CHAR || category == U_SURROGATE;
  return control && !IsNewerThanTables(character);
}

bool IsCjkIdeograph(char32_t character) {
  static constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
      {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  if (character < 0x3400) return false;
  return std::any_of(std::begin(kRanges), std::end(kRanges), [&](const auto& range) {
    return character >= range.first && character <= range.second;
  });
}

bool IsNonSpacingMark(char32_t character) {
  if (character < 0x300) return false;
  if (character == kHanunooPamudpod) return true;
  return u_charType(static_cast<UChar32>(character)) == U_NON_SPACING_MARK &&
         character != kSharadaSandhiMark && !IsNewerThanTables(character);
}

std::u32string Decode(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto size = static_cast<int64_t>(text.size());
  for (int64_t i = 0; i < size;) {
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(bytes, i, size, character);
    characters.push_back(static_cast<char32_t>(character));
  }
  return characters;
}

void Clean(std::u32string& text) {
  std::erase_if(text, [](char32_t c) { return c == 0 || c == kReplacement || IsControl(c); });
  for (char32_t& character : text)
    if (IsBertWhitespace(character)) character = U' ';
}

std::u32string SplitCjk(const std::u32string& text) {
  std::u32string split;
  split.reserve(text.size());
  for (const char32_t character : text) {
    if (IsCjkIdeograph(character)) {
      split += {U' ', character, U' '};
    } else {
      split += character;
    }
  }
  return split;
}

std::u32string StripAccents(const std::u32string& text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(error);
  DYNAJOB_CHECK(U_SUCCESS(error), "ICU has no NFD data");
  icu::UnicodeString source;
  for (const char32_t character : text) source.append(static_cast<UChar32>(character));
  const icu::UnicodeString decomposed = nfd->normalize(source, error);
  DYNAJOB_CHECK(U_SUCCESS(error), "ICU could not normalise");
  std::u32string stripped;
  stripped.reserve(text.size());
  for (int32_t i = 0; i < decomposed.length();) {
    const UChar32 character = decomposed.char32At(i);
    i += U16_LENGTH(character);
    if (!IsNonSpacingMark(static_cast<char32_t>(character)))
      stripped.push_back(static_cast<char32_t>(character));
  }
  return stripped;
}

std::u32string ToLower(const std::u32string& text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (const char32_t character : text) {
    if (IsAscii(character)) {
      const bool capital = character >= U'A' && character <= U'Z';
      lower.push_back(capital ? character + (U'a' - U'A') : character);
    } else if (character == kCapitalIWithDot) {  // the one letter with a longer lower case
      lower += {U'i', kCombiningDotAbove};
    } else {
      lower.push_back(static_cast<char32_t>(u_tolower(static_cast<UChar32>(character))));
    }
  }
  return lower;
}

}  // namespace

bool IsBertWhitespace(char32_t character) {
  if (IsAscii(character)) return character == U' ' || (character >= 0x09 && character <= 0x0D);
  return u_isUWhiteSpace(static_cast<UChar32>(character)) != 0;
}

bool IsBertPunctuation(char32_t character) {
  if (IsAscii(character))
    return (character >= 33 && character <= 47) || (character >= 58 && character <= 64) ||
           (character >= 91 && character <= 96) || (character >= 123 && character <= 126);
  if (character == kCanadianChiSign || character == kSharadaSandhiMark) return true;
  constexpr uint32_t kPunctuation = U_GC_PC_MASK | U_GC_PD_MASK | U_GC_PS_MASK | U_GC_PE_MASK |
                                    U_GC_PI_MASK | U_GC_PF_MASK | U_GC_PO_MASK;
  const uint32_t category = uint32_t{1} << u_charType(static_cast<UChar32>(character));
  return (category & kPunctuation) != 0 && !IsNewerThanTables(character);
}

std::u32string NormalizeForBert(std::string_view text, const WordPieceOptions& options) {
  std::u32string characters = Decode(text);
  const bool ascii = std::all_of(characters.begin(), characters.end(), IsAscii);
  if (options.clean_text) Clean(characters);
  if (options.split_cjk && !ascii) characters = SplitCjk(characters);
  if (options.strip_accents && !ascii) characters = StripAccents(characters);
  if (options.lowercase) characters = ToLower(characters);
  return characters;
}

}  // namespace dynajob
