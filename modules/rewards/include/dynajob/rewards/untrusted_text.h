// Text of strangers on its way into a prompt: job postings and profiles are data, and may try to be
// more.
//
// Three walls, one behind the other:
//   1. PlainText leaves no markup, no invisible characters and no line breaks, and bounds the
//   length.
//   2. AppendJsonString makes it one JSON string that has no structural character of JSON, of chat
//      templates ("<|im_start|>", "[INST]") or of Markdown fences in it, only their \u escapes.
//   3. Enclose puts the JSON between two lines with a number that the text cannot know.
// Pure functions, safe for concurrent use; the same text always gives the same prompt, and so the
// same cache key.
#ifndef DYNAJOB_REWARDS_UNTRUSTED_TEXT_H_
#define DYNAJOB_REWARDS_UNTRUSTED_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace dynajob {

// Valid UTF-8 in Unicode's form NFKC, at most `max_chars` code points, one line, words apart by
// single spaces, without: control, format, private and unassigned characters and all that displays
// as nothing (zero-width, bidirectional, variation selectors, tags), more than three combining
// marks in a row, HTML tags and comments, and runs of Markdown's signs. '<' and '>' that are left
// become '‹' and '›'. What is cut ends in "...". Applying it again changes nothing. Requires
// max_chars >= 8. Takes time in proportion to max_chars however long the text is.
std::string PlainText(std::string_view text, size_t max_chars);

// Appends `text` as a JSON string, quotes included. Beside what JSON requires, the characters
// < > [ ] { } | ` & and all below U+0020 are written as \u escapes: a JSON parser reads exactly
// `text`, and nothing else finds structure. Requires valid UTF-8.
void AppendJsonString(std::string& json, std::string_view text);

// The number that marks where `content` begins and ends: 32 hexadecimal digits of an HMAC-SHA256 of
// it and of `context`, what stands before it in the prompt; never contained in `content`.
//
// The key is a constant of the program and may be known. A text that wants to close its own
// envelope has to contain the HMAC of the whole record that it is a part of: a fixed point of a
// 128-bit hash, which takes some 2^128 trials to find. A posting would have to be one for every
// candidate it is shown to, since the candidate is its context. Should it ever happen, another
// number is taken.
std::string DelimiterFor(std::string_view content, std::string_view context);

// "BEGIN DATA <delimiter>\n<json>\nEND DATA <delimiter>". Requires json without line breaks.
std::string Enclose(std::string_view json, std::string_view context);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_UNTRUSTED_TEXT_H_
