#include "text_encoding.h"

#include <array>

#include "dynajob/core/text.h"

namespace dynajob {

std::string_view ToString(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kUtf16LittleEndian:
      return "UTF-16LE";
    case TextEncoding::kUtf16BigEndian:
      return "UTF-16BE";
    case TextEncoding::kWindows1252:
      return "Windows-1252";
    case TextEncoding::kUtf8:
      break;
  }
  return "UTF-8";
}

uint16_t Windows1252CodePoint(unsigned char byte) {
  static constexpr auto kHigh = std::to_array<uint16_t>(
      {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
       0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
       0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178});
  return byte >= 0x80 && byte < 0xA0 ? kHigh[byte - 0x80] : byte;
}

void AppendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

TextEncoding EncodingOfMark(std::string_view text) {
  if (text.starts_with("\xFF\xFE")) return TextEncoding::kUtf16LittleEndian;
  if (text.starts_with("\xFE\xFF")) return TextEncoding::kUtf16BigEndian;
  return TextEncoding::kUtf8;
}

namespace {

constexpr uint32_t kReplacement = 0xFFFD;

size_t AppendWindows1252(std::string_view raw, std::string& out) {
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    const uint16_t code_point = Windows1252CodePoint(byte);
    AppendUtf8(out, code_point == 0 && byte != 0 ? kReplacement : code_point);
  }
  return raw.size();
}

size_t AppendUtf16(std::string_view raw, bool little_endian, std::string& out) {
  const auto unit = [&](size_t i) {
    const auto a = static_cast<unsigned char>(raw[i]);
    const auto b = static_cast<unsigned char>(raw[i + 1]);
    return static_cast<uint32_t>(little_endian ? a | b << 8 : a << 8 | b);
  };
  size_t i = 0;
  while (i + 2 <= raw.size()) {
    const uint32_t first = unit(i);
    if (first < 0xD800 || first > 0xDFFF) {
      AppendUtf8(out, first);
      i += 2;
      continue;
    }
    if (first > 0xDBFF) {  // a low surrogate alone
      AppendUtf8(out, kReplacement);
      i += 2;
      continue;
    }
    if (i + 4 > raw.size()) break;
    const uint32_t second = unit(i + 2);
    const bool pair = second >= 0xDC00 && second <= 0xDFFF;
    AppendUtf8(out, pair ? 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00) : kReplacement);
    i += pair ? 4 : 2;
  }
  return i;
}

}  // namespace

size_t AppendAsUtf8(std::string_view raw, TextEncoding encoding, std::string& out) {
  switch (encoding) {
    case TextEncoding::kWindows1252:
      return AppendWindows1252(raw, out);
    case TextEncoding::kUtf16LittleEndian:
    case TextEncoding::kUtf16BigEndian:
      return AppendUtf16(raw, encoding == TextEncoding::kUtf16LittleEndian, out);
    case TextEncoding::kUtf8:
      break;
  }
  out += raw;
  return raw.size();
}

bool IsUtf8Sample(std::string_view sample) {
  // Up to three bytes at the end may be the start of a character.
  for (size_t cut = 0; cut <= 3 && cut <= sample.size(); ++cut) {
    const std::string_view part = sample.substr(0, sample.size() - cut);
    if (IsCleanUtf8(part)) return true;
    const auto last = static_cast<unsigned char>(part.empty() ? 0 : part.back());
    if (last < 0x80) return false;
  }
  return false;
}

}  // namespace dynajob
