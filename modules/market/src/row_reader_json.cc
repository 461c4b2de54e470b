#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "json_ld.h"
#include "line_reader.h"
#include "row_reader.h"

namespace dynajob {
namespace {

// What readers of JSON share: one text is a row, or several when it is JSON-LD.
class JsonRows : public RowReader {
 public:
  JsonRows(const NameSet& wanted, size_t max_row_bytes)
      : max_row_bytes_(max_row_bytes), parser_(wanted) {}

  uint64_t line() const override { return line_; }
  std::string_view raw() const override { return raw_; }
  const Rejection& rejection() const override { return rejection_; }

 protected:
  // The rows of a JSON-LD text that come after its first one.
  bool TakePending(Row& row) {
    if (pending_.empty()) return false;
    row = std::move(pending_.back());
    pending_.pop_back();
    return true;
  }
  Outcome Reject(Rejection rejection) {
    rejection_ = std::move(rejection);
    return Outcome::kRejected;
  }
  Outcome RejectLong() {
    return Reject({"line too long", fmt::format("the limit is {} bytes", max_row_bytes_)});
  }
  // Of raw_.
  Outcome ParseRaw(Row& row) {
    auto rejection = parser_.Parse(raw_, row);
    if (rejection) return Reject(*std::move(rejection));
    if (!parser_.is_linked_data()) return Outcome::kRow;
    rejection = AppendJobPostings(raw_, pending_);
    if (rejection) return Reject(*std::move(rejection));
    if (pending_.empty()) return Reject({"no JobPosting", "JSON-LD of another type"});
    std::reverse(pending_.begin(), pending_.end());
    TakePending(row);
    return Outcome::kRow;
  }

  const size_t max_row_bytes_;
  uint64_t line_ = 0;
  std::string raw_;
  Rejection rejection_;
  std::vector<Row> pending_;  // last first

 private:
  RowParser parser_;
};

class JsonLinesReader final : public JsonRows {
 public:
  JsonLinesReader(ByteSource& source, const NameSet& wanted, size_t max_row_bytes)
      : JsonRows(wanted, max_row_bytes), lines_(source, max_row_bytes) {}

  Result<Outcome> Next(Row& row) override {
    if (TakePending(row)) return Outcome::kRow;
    DYNAJOB_ASSIGN_OR_RETURN(const LineReader::Outcome outcome, lines_.Next(raw_));
    line_ = lines_.line_number();
    switch (outcome) {
      case LineReader::Outcome::kEnd:
        return Outcome::kEnd;
      case LineReader::Outcome::kCut:
        return Outcome::kCut;
      case LineReader::Outcome::kTooLong:
        return RejectLong();
      case LineReader::Outcome::kLine:
        break;
    }
    const std::string_view content = Trim(raw_);
    if (content.empty()) return Outcome::kBlank;
    if (content.size() < raw_.size()) raw_ = std::string(content);
    return ParseRaw(row);
  }

 private:
  LineReader lines_;
};

// Cuts a stream of JSON into values by brackets and quotes alone; the parser judges each.
class JsonReader final : public JsonRows {
 public:
  JsonReader(ByteSource& source, const NameSet& wanted, size_t max_row_bytes)
      : JsonRows(wanted, max_row_bytes), source_(source) {}

  Result<Outcome> Next(Row& row) override {
    if (TakePending(row)) return Outcome::kRow;
    raw_.clear();
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, SkipToValue());
    line_ = next_line_;
    if (!more) return End();
    DYNAJOB_ASSIGN_OR_RETURN(const bool whole, ReadValue());
    if (too_long_) return RejectLong();
    if (!whole && !source_.corruption().empty()) return End();
    if (!whole && bracketed_)
      return Reject({"broken JSON", "the file ends within the value that begins in this line"});
    return ParseRaw(row);
  }

 private:
  Outcome End() {
    const bool cut = !source_.corruption().empty() && !std::exchange(cut_reported_, true);
    return cut ? Outcome::kCut : Outcome::kEnd;
  }

  // To the first character of the next value, over white space and what separates the elements of
  // the outermost list; false at the end.
  Result<bool> SkipToValue() {
    for (;;) {
      const std::string_view text = source_.available();
      size_t i = 0;
      for (; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++next_line_;
        const bool list_opens = c == '[' && !in_list_;
        if (list_opens) in_list_ = true;
        if (c == ']') in_list_ = false;
        const bool skipped =
            list_opens || c == ']' || c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!skipped) break;
      }
      source_.Take(i);
      if (i < text.size()) return true;
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, source_.Fill());
      if (!more) return false;
    }
  }

  // The value at the start of what is available, into raw_; false when the text ends within it.
  Result<bool> ReadValue() {
    depth_ = 0;
    in_string_ = escaped_ = too_long_ = false;
    bracketed_ = source_.available()[0] == '{' || source_.available()[0] == '[';
    for (;;) {
      const std::string_view text = source_.available();
      size_t i = 0;
      bool done = false;
      while (i < text.size() && !done) done = Advance(text, i);
      Keep(text.substr(0, i));
      source_.Take(i);
      if (done) return true;
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, source_.Fill());
      if (!more) return false;
    }
  }

  // One character further; true at the end of the value.
  bool Advance(std::string_view text, size_t& i) {
    const char c = text[i];
    if (!bracketed_ && !in_string_ && (c == ',' || c == ']' || c == '\n')) return true;
    ++i;
    if (c == '\n') ++next_line_;
    if (in_string_) {
      if (!std::exchange(escaped_, false)) {
        if (c == '\\') escaped_ = true;
        if (c == '"') in_string_ = false;
      }
      return false;
    }
    if (c == '"') in_string_ = true;
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') --depth_;
    return bracketed_ && depth_ == 0;
  }

  void Keep(std::string_view part) {
    if (too_long_) return;
    too_long_ = raw_.size() + part.size() > max_row_bytes_;
    raw_ += part.substr(0, too_long_ ? kKeptOfLongRow : part.size());
    if (too_long_ && raw_.size() > kKeptOfLongRow) raw_.resize(kKeptOfLongRow);
  }

  ByteSource& source_;
  uint64_t next_line_ = 1;
  bool in_list_ = false;
  bool cut_reported_ = false;
  // Of the value that is being read.
  size_t depth_ = 0;
  bool bracketed_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool too_long_ = false;
};

bool EqualIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && ToLowerAscii(text) == lower;
}

size_t FindIgnoringCase(std::string_view text, std::string_view lower) {
  for (size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i + 1))
    if (EqualIgnoringCase(text.substr(i, lower.size()), lower)) return i;
  return std::string_view::npos;
}

// Pages, one after another.
class HtmlReader final : public JsonRows {
 public:
  HtmlReader(ByteSource& source, const NameSet& wanted, size_t max_row_bytes)
      : JsonRows(wanted, max_row_bytes), source_(source) {}

  Result<Outcome> Next(Row& row) override {
    for (;;) {
      if (TakePending(row)) return Outcome::kRow;
      DYNAJOB_ASSIGN_OR_RETURN(const Found found, FindScript());
      if (found == Found::kNone) return End();
      if (found == Found::kTooLong) return RejectLong();
      if (auto rejection = AppendJobPostings(Content(), pending_))
        return Reject(*std::move(rejection));
      std::reverse(pending_.begin(), pending_.end());
    }
  }

 private:
  enum class Found { kScript, kTooLong, kNone };
  static constexpr std::string_view kOpen = "<script";
  static constexpr std::string_view kClose = "</script";

  Outcome End() {
    const bool cut = !source_.corruption().empty() && !std::exchange(cut_reported_, true);
    line_ = next_line_;
    raw_.clear();
    return cut ? Outcome::kCut : Outcome::kEnd;
  }

  // The script without CDATA marks and the comment that some pages hide it in.
  std::string_view Content() const {
    std::string_view content = Trim(raw_);
    for (const std::string_view mark : {"<!--", "//<![CDATA[", "<![CDATA[", "/*<![CDATA[*/"})
      if (content.starts_with(mark)) content.remove_prefix(mark.size());
    for (const std::string_view mark : {"-->", "//]]>", "]]>", "/*]]>*/"})
      if (content.ends_with(mark)) content.remove_suffix(mark.size());
    return Trim(content);
  }

  // Reads up to the next script of JSON-LD and that into raw_.
  Result<Found> FindScript() {
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool opened, PassText(kOpen, nullptr));
      if (!opened) return Found::kNone;
      std::string tag;
      DYNAJOB_ASSIGN_OR_RETURN(const bool closed, PassText(">", &tag));
      if (!closed) return Found::kNone;
      const bool is_json_ld = ToLowerAscii(tag).find("ld+json") != std::string::npos;
      if (!is_json_ld) continue;
      line_ = next_line_;
      raw_.clear();
      too_long_ = false;
      DYNAJOB_ASSIGN_OR_RETURN(const bool ended, PassText(kClose, &raw_));
      if (too_long_) return Found::kTooLong;
      if (ended || source_.corruption().empty()) return Found::kScript;
      return Found::kNone;
    }
  }

  // Takes the text up to and with `mark` and keeps it, without the mark, in `kept`; false when it
  // does not come.
  Result<bool> PassText(std::string_view mark, std::string* kept) {
    for (;;) {
      const std::string_view text = source_.available();
      const size_t at = mark == ">" ? text.find('>') : FindIgnoringCase(text, mark);
      // The end of the text may be the start of a mark.
      const size_t rest = std::min(text.size(), mark.size() - 1);
      const size_t size = at != std::string_view::npos ? at : text.size() - rest;
      Keep(text.substr(0, size), kept);
      source_.Take(size);
      if (at != std::string_view::npos) {
        source_.Take(mark.size());
        return true;
      }
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, source_.Fill());
      if (more) continue;
      Keep(source_.available(), kept);
      source_.Take(source_.available().size());
      return false;
    }
  }

  void Keep(std::string_view part, std::string* kept) {
    next_line_ += static_cast<uint64_t>(std::count(part.begin(), part.end(), '\n'));
    if (kept == nullptr || too_long_) return;
    too_long_ = kept->size() + part.size() > max_row_bytes_;
    *kept += part.substr(0, too_long_ ? kKeptOfLongRow : part.size());
    if (too_long_ && kept->size() > kKeptOfLongRow) kept->resize(kKeptOfLongRow);
  }

  ByteSource& source_;
  uint64_t next_line_ = 1;
  bool too_long_ = false;
  bool cut_reported_ = false;
};

}  // namespace

std::unique_ptr<RowReader> MakeJsonLinesReader(ByteSource& source, const NameSet& wanted,
                                               size_t max_row_bytes) {
  return std::make_unique<JsonLinesReader>(source, wanted, max_row_bytes);
}

std::unique_ptr<RowReader> MakeJsonReader(ByteSource& source, const NameSet& wanted,
                                          size_t max_row_bytes) {
  return std::make_unique<JsonReader>(source, wanted, max_row_bytes);
}

std::unique_ptr<RowReader> MakeHtmlReader(ByteSource& source, const NameSet& wanted,
                                          size_t max_row_bytes) {
  return std::make_unique<HtmlReader>(source, wanted, max_row_bytes);
}

}  // namespace dynajob
