#include "phrase_scanner.h"

#include <algorithm>
#include <deque>
#include <limits>

#include "dynajob/core/check.h"

namespace dynajob {

PhraseScanner::PhraseScanner(const std::vector<std::string_view>& phrases, bool any_separator) {
  for (const std::string_view phrase : phrases) {
    DYNAJOB_CHECK(!phrase.empty() && phrase.size() <= std::numeric_limits<uint8_t>::max(),
                  "a phrase to scan for has 1 to 255 bytes");
    for (const char c : phrase) {
      uint8_t& byte_class = class_of_[static_cast<unsigned char>(c)];
      if (byte_class == 0) byte_class = static_cast<uint8_t>(class_count_++);
    }
  }
  for (char c = 'a'; c <= 'z'; ++c)
    class_of_[static_cast<unsigned char>(c - 'a' + 'A')] = class_of_[static_cast<unsigned char>(c)];
  if (any_separator)
    for (const char c : {'\t', '\n', '\r', '-'})
      class_of_[static_cast<unsigned char>(c)] = class_of_[static_cast<unsigned char>(' ')];

  for (const std::string_view phrase : phrases) AddStarts(phrase, any_separator);

  // The trie; 0 is the root and, for now, also "no child".
  next_.assign(class_count_, 0);
  length_at_.assign(1, 0);
  for (const std::string_view phrase : phrases) {
    size_t state = 0;
    for (const char c : phrase) {
      const size_t edge = state * class_count_ + class_of_[static_cast<unsigned char>(c)];
      if (next_[edge] == 0) {
        const size_t created = length_at_.size();
        next_.resize(next_.size() + class_count_, 0);
        length_at_.push_back(0);
        next_[edge] = static_cast<uint32_t>(created);
      }
      state = next_[edge];
    }
    length_at_[state] = static_cast<uint8_t>(phrase.size());
  }

  // Breadth first, so that the failure state of a parent is complete before its children are.
  std::vector<size_t> fail(length_at_.size(), 0);
  std::deque<size_t> queue;
  for (size_t c = 0; c < class_count_; ++c)
    if (next_[c] != 0) queue.push_back(next_[c]);
  while (!queue.empty()) {
    const size_t state = queue.front();
    queue.pop_front();
    length_at_[state] = std::max(length_at_[state], length_at_[fail[state]]);
    for (size_t c = 0; c < class_count_; ++c) {
      uint32_t& child = next_[state * class_count_ + c];
      const uint32_t fallback = next_[fail[state] * class_count_ + c];
      if (child == 0) {
        child = fallback;
      } else {
        fail[child] = fallback;
        queue.push_back(child);
      }
    }
  }

  for (uint32_t& next : next_) {
    const bool ends = length_at_[next] > 0;
    next = static_cast<uint32_t>(next * class_count_) | (ends ? kEndsPhrase : 0);
  }
}

void PhraseScanner::AddStarts(std::string_view phrase, bool any_separator) {
  // The low five bits do not tell upper from lower case.
  const auto forms = [&](size_t i) {
    std::vector<char> bytes;
    if (i >= phrase.size()) {
      for (int c = 0; c < 32; ++c) bytes.push_back(static_cast<char>(c));
    } else if (any_separator && phrase[i] == ' ') {
      bytes = {' ', '\t', '\n', '\r', '-'};
    } else {
      bytes = {phrase[i]};
    }
    return bytes;
  };
  for (const char a : forms(0))
    for (const char b : forms(1))
      for (const char c : forms(2)) starts_[StartIndex(a, b, c)] = 1;
}

bool PhraseScanner::FoundIn(std::string_view text) const {
  size_t row = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (row == 0) i = SkipToStart(text, i);
    const size_t next = next_[row + class_of_[static_cast<unsigned char>(text[i])]];
    if ((next & kEndsPhrase) != 0) return true;
    row = next;
  }
  return false;
}

}  // namespace dynajob
