#include "csv_record.h"

#include <algorithm>
#include <utility>

#include "row_reader.h"

namespace dynajob {

void CsvSplitter::Begin() {
  place_ = Place::kFieldStart;
  escaped_ = false;
  field_.clear();
  fields_.clear();
}

void CsvSplitter::EndField() {
  fields_.push_back(std::exchange(field_, {}));
  place_ = Place::kFieldStart;
}

CsvSplitter::State CsvSplitter::Character(char c) {
  if (escaped_) {
    escaped_ = false;
    field_ += c;
    return State::kMore;
  }
  if (dialect_.backslash && c == '\\') {
    escaped_ = true;
    if (place_ == Place::kFieldStart) place_ = Place::kPlain;
    return State::kMore;
  }
  if (place_ == Place::kQuoted) {
    if (c == dialect_.quote)
      place_ = Place::kAfterQuote;
    else
      field_ += c;
    return State::kMore;
  }
  if (c == dialect_.line_end) {
    // "\r\n"
    if (place_ != Place::kAfterQuote && field_.ends_with('\r')) field_.pop_back();
    EndField();
    return State::kRecord;
  }
  if (c == dialect_.delimiter) {
    EndField();
    return State::kMore;
  }
  if (place_ == Place::kAfterQuote) {
    if (c == dialect_.quote && !dialect_.backslash) {
      field_ += c;
      place_ = Place::kQuoted;
      return State::kMore;
    }
    return c == '\r' || c == ' ' ? State::kMore : State::kBrokenQuote;
  }
  if (place_ == Place::kFieldStart && dialect_.quote != '\0' && c == dialect_.quote) {
    place_ = Place::kQuoted;
    return State::kMore;
  }
  place_ = Place::kPlain;
  field_ += c;
  return State::kMore;
}

CsvSplitter::State CsvSplitter::Feed(std::string_view text, size_t& used) {
  used = 0;
  while (used < text.size()) {
    // Most characters are the inside of a field.
    size_t end = used;
    if (place_ == Place::kQuoted || place_ == Place::kPlain) {
      const char stop = place_ == Place::kQuoted ? dialect_.quote : dialect_.delimiter;
      const char line_end = place_ == Place::kQuoted ? stop : dialect_.line_end;
      while (end < text.size() && !escaped_ && text[end] != stop && text[end] != line_end &&
             text[end] != '\\')
        ++end;
      field_ += text.substr(used, end - used);
      used = end;
      if (used == text.size()) break;
    }
    const State state = Character(text[used++]);
    if (state != State::kMore) return state;
  }
  return State::kMore;
}

CsvSplitter::State CsvSplitter::Finish() {
  if (place_ == Place::kQuoted) return State::kBrokenQuote;
  if (field_.ends_with('\r')) field_.pop_back();
  EndField();
  return State::kRecord;
}

// The record is bad: only its first line is given up, the rest is read again.
Result<CsvRecordReader::Outcome> CsvRecordReader::GiveUpLine(Outcome outcome) {
  const size_t line_end = raw_.find(dialect_.line_end);
  if (line_end == std::string::npos) {
    raw_.resize(std::min(raw_.size(), kKeptOfLongRow));
    DYNAJOB_RETURN_IF_ERROR(TakeRestOfLine());
    return outcome;
  }
  source_.PutBack(std::string_view(raw_).substr(line_end + 1));
  raw_.resize(std::min(line_end, kKeptOfLongRow));
  next_line_ = line_ + 1;
  return outcome;
}

// Into raw_, as much as is kept of a row.
Status CsvRecordReader::TakeRestOfLine() {
  for (bool more = true; more;) {
    const std::string_view text = source_.available();
    const size_t line_end = text.find(dialect_.line_end);
    const size_t size = std::min(line_end, text.size());
    raw_ += text.substr(0, std::min(size, kKeptOfLongRow - std::min(raw_.size(), kKeptOfLongRow)));
    if (line_end != std::string_view::npos) {
      source_.Take(line_end + 1);
      ++next_line_;
      break;
    }
    source_.Take(size);
    DYNAJOB_ASSIGN_OR_RETURN(more, source_.Fill());
  }
  return Status::Ok();
}

Result<CsvRecordReader::Outcome> CsvRecordReader::Next(std::vector<std::string>& fields) {
  raw_.clear();
  splitter_.Begin();
  line_ = next_line_;
  CsvSplitter::State state = CsvSplitter::State::kMore;
  while (state == CsvSplitter::State::kMore) {
    if (source_.available().empty()) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, source_.Fill());
      if (!more) break;
    }
    const std::string_view text = source_.available();
    size_t used = 0;
    state = splitter_.Feed(text, used);
    raw_ += text.substr(0, used);
    next_line_ += static_cast<uint64_t>(std::count(
        text.begin(), text.begin() + static_cast<std::ptrdiff_t>(used), dialect_.line_end));
    source_.Take(used);
    if (raw_.size() > max_bytes_) return GiveUpLine(Outcome::kTooLong);
  }
  if (state == CsvSplitter::State::kMore) {
    if (!source_.corruption().empty()) {
      if (std::exchange(cut_reported_, true)) return Outcome::kEnd;
      return Outcome::kCut;
    }
    if (raw_.empty()) return Outcome::kEnd;
    state = splitter_.Finish();
  }
  if (state == CsvSplitter::State::kBrokenQuote) return GiveUpLine(Outcome::kBrokenQuote);
  while (!raw_.empty() && (raw_.back() == '\n' || raw_.back() == '\r')) raw_.pop_back();
  if (raw_.empty()) return Outcome::kBlank;
  fields = std::move(splitter_.fields());
  return Outcome::kRecord;
}

}  // namespace dynajob
