// Encodings of text files other than UTF-8.
#ifndef DYNAJOB_MARKET_SRC_TEXT_ENCODING_H_
#define DYNAJOB_MARKET_SRC_TEXT_ENCODING_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "byte_source.h"

namespace dynajob {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The code points of the Windows-1252 bytes 0x80 to 0x9F; 0 where it has no character.
uint16_t Windows1252CodePoint(unsigned char byte);

void AppendUtf8(std::string& out, uint32_t code_point);

// By the byte order mark that `text` starts with; UTF-8 when there is none.
TextEncoding EncodingOfMark(std::string_view text);

// Appends `raw` in UTF-8; what is no character becomes U+FFFD. Returns how many bytes were used:
// all but those of an unfinished character at the end.
size_t AppendAsUtf8(std::string_view raw, TextEncoding encoding, std::string& out);

// Whether `sample`, whose last character may be cut, is valid UTF-8.
bool IsUtf8Sample(std::string_view sample);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_TEXT_ENCODING_H_
