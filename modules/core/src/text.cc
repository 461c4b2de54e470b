#include "dynajob/core/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace dynajob {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

unsigned char ByteAt(std::string_view text, size_t index) {
  return static_cast<unsigned char>(text[index]);
}

bool IsContinuation(std::string_view text, size_t index) {
  return index < text.size() && (ByteAt(text, index) & 0xC0) == 0x80;
}

// Length of the valid UTF-8 sequence that starts at `index`, or 0 (Unicode 15, table 3-7).
size_t SequenceLength(std::string_view text, size_t index) {
  const unsigned char lead = ByteAt(text, index);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return IsContinuation(text, index + 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!IsContinuation(text, index + 1) || !IsContinuation(text, index + 2)) return 0;
    const unsigned char second = ByteAt(text, index + 1);
    if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
    if (lead == 0xED && second > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    for (size_t i = 1; i <= 3; ++i)
      if (!IsContinuation(text, index + i)) return 0;
    const unsigned char second = ByteAt(text, index + 1);
    if (lead == 0xF0 && second < 0x90) return 0;  // overlong
    if (lead == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

// Length, a multiple of 8, of the run of ASCII without NUL bytes at `index`.
size_t AsciiRun(std::string_view text, size_t index) {
  constexpr uint64_t kHighBits = 0x8080808080808080ULL;
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  size_t end = index;
  for (uint64_t word = 0; end + sizeof word <= text.size(); end += sizeof word) {
    std::memcpy(&word, text.data() + end, sizeof word);
    // A byte below 0x80 borrows from its high bit exactly when it is 0.
    if (((word | (word - kOnes)) & kHighBits) != 0) break;
  }
  return end - index;
}

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsLetterOrDigit(char c) {
  const char lower = LowerAscii(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string SanitizeUtf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (const size_t run = AsciiRun(text, i); run > 0) {
      clean += text.substr(i, run);
      i += run;
      continue;
    }
    const size_t length = SequenceLength(text, i);
    if (length == 0) {
      clean += kReplacement;
      ++i;
      continue;
    }
    if (text[i] != '\0') clean += text.substr(i, length);
    i += length;
  }
  return clean;
}

bool IsCleanUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (const size_t run = AsciiRun(text, i); run > 0) {
      i += run;
      continue;
    }
    const size_t length = SequenceLength(text, i);
    if (length == 0 || text[i] == '\0') return false;
    i += length;
  }
  return true;
}

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerAscii(c);
  return lower;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool next_is_word = i + 1 < text.size() && IsLetterOrDigit(text[i + 1]);
    const bool suffix = (c == '+' || c == '#') && !word.empty();
    const bool inner_dot = c == '.' && !word.empty() && next_is_word;
    if (IsLetterOrDigit(c) || suffix || inner_dot) {
      word += LowerAscii(c);
    } else {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace dynajob
