// Small text functions shared by importers, embedders and matchers.
#ifndef DYNAJOB_CORE_TEXT_H_
#define DYNAJOB_CORE_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

// Replaces every byte sequence that is not valid UTF-8 (overlong forms and surrogates included)
// with U+FFFD, and removes NUL bytes.
std::string SanitizeUtf8(std::string_view text);

// Whether SanitizeUtf8 would leave the text as it is.
bool IsCleanUtf8(std::string_view text);

// ASCII letters in lower case; all other bytes unchanged.
std::string ToLowerAscii(std::string_view text);

// Without ASCII white space at both ends.
std::string_view Trim(std::string_view text);

// Maximal runs of word bytes in lower case. Word bytes are ASCII letters and digits, bytes of
// multi-byte characters, and '+', '#' and '.' where they belong to a name such as "c++", "c#" or
// "node.js" (a '.' counts only between two word bytes).
std::vector<std::string> Words(std::string_view text);

// Levenshtein distance in bytes (Wagner and Fischer 1974).
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace dynajob

#endif  // DYNAJOB_CORE_TEXT_H_
