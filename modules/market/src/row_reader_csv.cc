#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "csv_record.h"
#include "row_reader.h"

namespace dynajob {
namespace {

class CsvReader final : public RowReader {
 public:
  CsvReader(ByteSource& source, const CsvDialect& dialect, std::vector<std::string> columns,
            size_t max_row_bytes)
      : records_(source, dialect, max_row_bytes),
        columns_(std::move(columns)),
        max_row_bytes_(max_row_bytes) {}

  Result<Outcome> Next(Row& row) override {
    DYNAJOB_ASSIGN_OR_RETURN(const CsvRecordReader::Outcome outcome, records_.Next(fields_));
    switch (outcome) {
      case CsvRecordReader::Outcome::kEnd:
        return Outcome::kEnd;
      case CsvRecordReader::Outcome::kCut:
        return Outcome::kCut;
      case CsvRecordReader::Outcome::kBlank:
        return Outcome::kBlank;
      case CsvRecordReader::Outcome::kTooLong:
        return Reject({"line too long", fmt::format("the limit is {} bytes", max_row_bytes_)});
      case CsvRecordReader::Outcome::kBrokenQuote:
        return Reject({"broken quotes", "a quoted field does not end at a delimiter"});
      case CsvRecordReader::Outcome::kRecord:
        break;
    }
    if (fields_.size() != columns_.size())
      return Reject({"wrong number of fields",
                     fmt::format("{} instead of {}", fields_.size(), columns_.size())});
    row.clear();
    for (size_t i = 0; i < fields_.size(); ++i)
      if (!columns_[i].empty()) row[columns_[i]] = ToValue(std::move(fields_[i]));
    return Outcome::kRow;
  }

  uint64_t line() const override { return records_.line(); }
  std::string_view raw() const override { return records_.raw(); }
  const Rejection& rejection() const override { return rejection_; }

 private:
  Outcome Reject(Rejection rejection) {
    rejection_ = std::move(rejection);
    return Outcome::kRejected;
  }

  // A field that is all digits is a number, as it would be in JSON; ids keep their text.
  static FieldValue ToValue(std::string field) {
    FieldValue value{.kind = FieldValue::Kind::kText, .text = std::move(field)};
    const std::string& text = value.text;
    const size_t digits = text.find_first_not_of("+-0123456789.");
    if (text.empty() || text.size() > 32 || digits != std::string::npos) return value;
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    if (*end != '\0' || end == text.c_str()) return value;
    value.kind = FieldValue::Kind::kNumber;
    value.number = number;
    return value;
  }

  CsvRecordReader records_;
  std::vector<std::string> columns_;
  size_t max_row_bytes_;
  std::vector<std::string> fields_;
  Rejection rejection_;
};

}  // namespace

std::unique_ptr<RowReader> MakeCsvReader(ByteSource& source, const CsvDialect& dialect,
                                         std::vector<std::string> columns, size_t max_row_bytes) {
  return std::make_unique<CsvReader>(source, dialect, std::move(columns), max_row_bytes);
}

}  // namespace dynajob
