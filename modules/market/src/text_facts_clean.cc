// Repair of text that came through bad converters: double encoding, HTML remains, bullets.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

#include "text_encoding.h"
#include "text_facts_tokens.h"

namespace dynajob {
namespace {

struct Decoded {
  uint32_t code_point = 0;
  size_t length = 0;  // bytes
};

// Of valid UTF-8; a stray byte is taken as itself.
Decoded DecodeAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  size_t length = 1;
  if (lead >= 0xF0) {
    length = 4;
  } else if (lead >= 0xE0) {
    length = 3;
  } else if (lead >= 0xC0) {
    length = 2;
  }
  if (length == 1 || at + length > text.size()) return {lead, 1};
  uint32_t code_point = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) code_point = code_point << 6 | (byte(i) & 0x3F);
  return {code_point, length};
}

// The byte that Latin-1 or Windows-1252 reads as this character.
std::optional<unsigned char> ByteReadAs(uint32_t code_point) {
  if (code_point <= 0xFF) return static_cast<unsigned char>(code_point);
  for (unsigned char byte = 0x80; byte < 0xA0; ++byte)
    if (Windows1252CodePoint(byte) == code_point) return byte;
  return std::nullopt;
}

// Bytes of the UTF-8 sequence that this character would start if it were a misread lead byte, or 0.
// Only the lead bytes of punctuation, bullets, Latin letters and emoji: text that is correct rarely
// has "â", "Â", "Ã", "ï" or "ð" before two characters of the ranges that follow them.
size_t MisreadLength(uint32_t code_point) {
  switch (code_point) {
    case 0xC2:
    case 0xC3:
      return 2;
    case 0xE2:
    case 0xEF:
      return 3;
    case 0xF0:
      return 4;
    default:
      return 0;
  }
}

// The character whose bytes were misread at `at`, and how much of the text that takes.
std::optional<Decoded> DecodeMisread(std::string_view text, size_t at) {
  const Decoded lead = DecodeAt(text, at);
  const size_t length = MisreadLength(lead.code_point);
  if (length == 0) return std::nullopt;
  std::string bytes(1, static_cast<char>(lead.code_point));
  size_t next = at + lead.length;
  while (bytes.size() < length) {
    if (next >= text.size()) return std::nullopt;
    const Decoded character = DecodeAt(text, next);
    const auto byte = ByteReadAs(character.code_point);
    if (!byte || *byte < 0x80 || *byte > 0xBF) return std::nullopt;
    bytes += static_cast<char>(*byte);
    next += character.length;
  }
  if (SanitizeUtf8(bytes) != bytes) return std::nullopt;  // an overlong form or a surrogate
  return Decoded{DecodeAt(bytes, 0).code_point, next - at};
}

struct Named {
  std::string_view name;
  uint32_t code_point;
};

// The character of "&amp;", "&#8217;", "&#x2022;" at `at`; nullopt when there is none.
std::optional<Decoded> DecodeReference(std::string_view text, size_t at) {
  constexpr size_t kMaxLength = 12;
  const size_t end = text.substr(at, kMaxLength).find(';');
  if (end == std::string_view::npos || end < 3) return std::nullopt;
  std::string_view name = text.substr(at + 1, end - 1);
  static constexpr auto kNamed = std::to_array<Named>(
      {{"amp", '&'},    {"lt", '<'},       {"gt", '>'},      {"quot", '"'},     {"apos", '\''},
       {"nbsp", ' '},   {"bull", 0x2022},  {"middot", 0xB7}, {"ndash", 0x2013}, {"mdash", 0x2014},
       {"rsquo", '\''}, {"lsquo", '\''},   {"rdquo", '"'},   {"ldquo", '"'},    {"hellip", 0x2026},
       {"reg", 0xAE},   {"trade", 0x2122}, {"copy", 0xA9},   {"eacute", 0xE9},  {"deg", 0xB0}});
  for (const Named& named : kNamed)
    if (named.name == name) return Decoded{named.code_point, end + 1};
  if (name[0] != '#') return std::nullopt;
  name.remove_prefix(1);
  const bool hex = !name.empty() && (name[0] == 'x' || name[0] == 'X');
  if (hex) name.remove_prefix(1);
  uint32_t value = 0;
  for (char c : name) {
    uint32_t digit = 16;
    if (text_facts::IsDigit(c)) digit = static_cast<uint32_t>(c - '0');
    if (hex && c >= 'a' && c <= 'f') digit = static_cast<uint32_t>(c - 'a' + 10);
    if (hex && c >= 'A' && c <= 'F') digit = static_cast<uint32_t>(c - 'A' + 10);
    if (digit >= (hex ? 16u : 10u)) return std::nullopt;
    value = value * (hex ? 16 : 10) + digit;
    if (value > 0x10FFFF) return std::nullopt;
  }
  if (name.empty() || value < 0x20 || (value >= 0xD800 && value <= 0xDFFF)) return std::nullopt;
  return Decoded{value, end + 1};
}

// Length of the HTML tag or comment at `at`, or 0. `breaks` says whether it ends a line.
size_t TagLength(std::string_view text, size_t at, bool& breaks) {
  constexpr size_t kMaxTag = 2000;
  if (text.substr(at, 4) == "<!--") {
    const size_t end = text.substr(at, kMaxTag).find("-->");
    breaks = false;
    return end == std::string_view::npos ? 0 : end + 3;
  }
  const size_t end = text.substr(at, kMaxTag).find('>');
  if (end == std::string_view::npos) return 0;
  size_t name_begin = at + 1;
  if (text[name_begin] == '/') ++name_begin;
  size_t name_end = name_begin;
  while (name_end < text.size() && text_facts::IsAlnum(text[name_end])) ++name_end;
  const std::string name = ToLowerAscii(text.substr(name_begin, name_end - name_begin));
  static constexpr auto kBlocks = std::to_array<std::string_view>(
      {"p",      "br",     "div",     "li",   "ul",   "ol",    "h1", "h2",
       "h3",     "h4",     "h5",      "h6",   "tr",   "table", "hr", "section",
       "header", "footer", "article", "body", "html", "tbody"});
  static constexpr auto kInline = std::to_array<std::string_view>(
      {"b",   "i",      "u",     "a",    "em",   "strong", "span",   "font",  "td",
       "th",  "small",  "sup",   "sub",  "img",  "s",      "center", "label", "code",
       "pre", "script", "style", "link", "meta", "head",   "title"});
  breaks = std::find(kBlocks.begin(), kBlocks.end(), name) != kBlocks.end();
  if (!breaks && std::find(kInline.begin(), kInline.end(), name) == kInline.end()) return 0;
  return end + 1;
}

bool IsBullet(uint32_t c) {
  static constexpr auto kBullets = std::to_array<uint32_t>(
      {0x2022, 0xB7,   0x25CF, 0x25AA, 0x25A0, 0x25E6, 0x2023, 0x2043, 0x2219, 0x27A2,
       0x27A4, 0x2713, 0x2714, 0x2756, 0x2666, 0x2736, 0x2794, 0x25B6, 0x25BA, 0x2726,
       0x25C6, 0x25CB, 0xF0B7, 0xF0D8, 0xF0A7, 0xF076, 0xF0FC, 0x2705});
  return std::find(kBullets.begin(), kBullets.end(), c) != kBullets.end();
}

// ASCII for typographic characters; nullopt for characters that stay.
std::optional<std::string_view> PlainForm(uint32_t c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
      return "'";
    case 0x201C:
    case 0x201D:
    case 0x201E:
      return "\"";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
      return "-";
    case 0x2026:
      return "...";
    case 0xA0:
    case 0x3000:
      return " ";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    default:
      break;
  }
  if (c >= 0x2000 && c <= 0x200A) return " ";
  if (c == 0x202F || c == 0x205F || c == '\t' || c == 0x85) return " ";
  if (c == 0x2028 || c == 0x2029 || c == '\r' || c == 0x0B || c == 0x0C) return "\n";
  const bool invisible = (c >= 0x200B && c <= 0x200F) || c == 0xFEFF || c == 0xAD ||
                         (c >= 0xFE00 && c <= 0xFE0F) || c < 0x20 || (c >= 0x7F && c < 0xA0) ||
                         (c >= 0xE000 && c <= 0xF8FF);
  if (invisible && c != '\n') return "";
  return std::nullopt;
}

// Collects characters into lines without repeated or trailing blanks and empty lines.
class LineWriter {
 public:
  void Append(uint32_t c) {
    if (c == ' ') {
      pending_space_ = !out_.empty() && out_.back() != '\n';
    } else if (c == '\n') {
      NewLine();
    } else {
      Flush();
      AppendUtf8(out_, c);
    }
  }
  // Characters that stay as they are and no blank but single ones between two of them.
  void AppendRun(std::string_view run) {
    Flush();
    out_ += run;
  }
  void Reserve(size_t size) { out_.reserve(size); }
  void Append(std::string_view ascii) {
    for (char c : ascii) Append(static_cast<uint32_t>(static_cast<unsigned char>(c)));
  }
  void Bullet() {
    if (out_.ends_with("\n- ") || out_ == "- ") return;  // one of several in a row
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    out_ += "- ";
    pending_space_ = false;
  }
  std::string Finish() && {
    while (!out_.empty() && (out_.back() == '\n' || out_.back() == ' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  void NewLine() {
    pending_space_ = false;
    while (!out_.empty() && out_.back() == ' ') out_.pop_back();
    if (out_.empty() || out_.ends_with("\n\n")) return;
    out_ += '\n';
  }
  void Flush() {
    if (pending_space_ && out_.back() != ' ') out_ += ' ';
    pending_space_ = false;
  }

  std::string out_;
  bool pending_space_ = false;
};

// ASCII that PlainText keeps as it is, whatever stands before and after it.
constexpr std::array<bool, 256> kKept = [] {
  std::array<bool, 256> kept{};
  for (size_t c = 0x21; c < 0x7F; ++c) kept[c] = c != '<' && c != '&';
  return kept;
}();

constexpr uint64_t EveryByte(uint8_t byte) { return 0x0101010101010101ULL * byte; }

// The top bit of each byte that equals `byte`. Requires all bytes below 0x80.
constexpr uint64_t BytesEqual(uint64_t bytes, uint8_t byte) {
  const uint64_t other = bytes ^ EveryByte(byte);
  return ~(other + EveryByte(0x7F)) & EveryByte(0x80);
}

// Whether eight bytes are kept characters with single blanks between them; the first and the last
// may be blanks.
bool AreKept(uint64_t bytes) {
  constexpr uint64_t kTop = EveryByte(0x80);
  if ((bytes & kTop) != 0 || ((bytes + EveryByte(0x80 - ' ')) & kTop) != kTop) return false;
  const uint64_t blanks = BytesEqual(bytes, ' ');
  return (BytesEqual(bytes, '<') | BytesEqual(bytes, '&') | BytesEqual(bytes, 0x7F) |
          (blanks & blanks << 8)) == 0;
}

// Length of the run at `at` that PlainText keeps as it is: kept characters with single blanks
// between them.
size_t KeptRun(std::string_view text, size_t at) {
  const auto kept = [&](size_t i) {
    return i < text.size() && kKept[static_cast<unsigned char>(text[i])];
  };
  size_t end = at;
  uint64_t bytes = 0;
  for (; end + sizeof bytes <= text.size(); end += sizeof bytes) {
    std::memcpy(&bytes, text.data() + end, sizeof bytes);
    if (!AreKept(bytes) || (text[end] == ' ' && (end == at || text[end - 1] == ' '))) break;
  }
  // Whether a blank belongs to the run depends on what follows it.
  if (end > at && text[end - 1] == ' ') --end;
  while (kept(end) || (end > at && end < text.size() && text[end] == ' ' && kept(end + 1))) ++end;
  return end - at;
}

// The lead bytes that a misreading begins with, U+00C2 to U+00F0, are all encoded as C3 xx.
bool MayBeMisread(std::string_view text) { return text.find('\xC3') != std::string_view::npos; }

}  // namespace

std::string RepairDoubleEncoding(std::string_view text) {
  if (!MayBeMisread(text)) return std::string(text);
  std::string repaired;
  repaired.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (static_cast<unsigned char>(text[i]) >= 0xC2) {
      if (const auto misread = DecodeMisread(text, i)) {
        AppendUtf8(repaired, misread->code_point);
        i += misread->length;
        continue;
      }
    }
    repaired += text[i++];
  }
  return repaired;
}

std::string PlainText(std::string_view text) {
  // Most texts need neither repair, and are not copied for it.
  std::string changed;
  if (!IsCleanUtf8(text)) {
    changed = SanitizeUtf8(text);
    text = changed;
  }
  if (MayBeMisread(text)) {
    changed = RepairDoubleEncoding(text);
    text = changed;
  }
  const std::string_view repaired = text;
  LineWriter writer;
  writer.Reserve(repaired.size());
  for (size_t i = 0; i < repaired.size();) {
    if (const size_t run = KeptRun(repaired, i); run > 0) {
      writer.AppendRun(repaired.substr(i, run));
      i += run;
      continue;
    }
    bool breaks = false;
    if (repaired[i] == '<' && i + 1 < repaired.size()) {
      if (const size_t length = TagLength(repaired, i, breaks); length > 0) {
        writer.Append(static_cast<uint32_t>(breaks ? '\n' : ' '));
        i += length;
        continue;
      }
    }
    if (repaired[i] == '\r' && i + 1 < repaired.size() && repaired[i + 1] == '\n') {
      ++i;
      continue;
    }
    Decoded character = DecodeAt(repaired, i);
    if (character.code_point == '&') character = DecodeReference(repaired, i).value_or(character);
    i += character.length;
    if (IsBullet(character.code_point)) {
      writer.Bullet();
    } else if (const auto plain = PlainForm(character.code_point)) {
      writer.Append(*plain);
    } else {
      writer.Append(character.code_point);
    }
  }
  return std::move(writer).Finish();
}

}  // namespace dynajob
