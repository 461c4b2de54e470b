#include "dynajob/llm/label_transfer.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/text.h"
#include "dynajob/llm/cached_answer.h"

namespace dynajob {
namespace {

constexpr size_t kBatch = 500;

enum class LineKind { kLine, kTooLong, kEnd };

// As std::getline, but never holds more than the limit.
LineKind ReadLine(std::istream& stream, std::string& line) {
  line.clear();
  bool too_long = false;
  bool any = false;
  for (int c = stream.get(); c != std::istream::traits_type::eof(); c = stream.get()) {
    any = true;
    if (c == '\n') break;
    if (line.size() == kMaxLabelLineBytes) {
      too_long = true;
    } else {
      line += static_cast<char>(c);
    }
  }
  if (!any) return LineKind::kEnd;
  return too_long ? LineKind::kTooLong : LineKind::kLine;
}

Result<LabelRecord> ParseLine(const std::string& line) {
  if (SanitizeUtf8(line) != line) return InvalidArgument("not valid UTF-8");
  const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
  if (json.is_discarded()) return InvalidArgument("not JSON");
  if (!json.is_object() || !json.contains("key") || !json["key"].is_string() ||
      !json.contains("value") || !json["value"].is_object()) {
    return InvalidArgument("not an object with 'key' (text) and 'value' (an object)");
  }
  LabelRecord record{json["key"].get<std::string>(), json["value"].dump()};
  DYNAJOB_RETURN_IF_ERROR(CheckLabel(record.key, record.value));
  return record;
}

class Importer {
 public:
  Importer(Store& store, const std::function<Status(const QuarantinedLabel&)>& quarantine)
      : store_(store), quarantine_(quarantine) {}

  Status Take(uint64_t number, const Result<LabelRecord>& record) {
    ++report_.lines;
    if (!record.ok()) return Quarantine(number, record.error().message);
    std::optional<std::string> known;
    if (const auto found = batch_.find(record->key); found != batch_.end()) {
      known = found->second;
    } else {
      DYNAJOB_ASSIGN_OR_RETURN(known, store_.GetLabel(record->key));
    }
    if (known == record->value) {
      ++report_.known;
      return Status::Ok();
    }
    if (known) return Quarantine(number, "the store has another value under this key");
    batch_.emplace(record->key, record->value);
    return batch_.size() < kBatch ? Status::Ok() : Write();
  }

  Status Write() {
    std::vector<LabelRecord> records;
    for (const auto& [key, value] : batch_) records.push_back({key, value});
    if (!records.empty()) DYNAJOB_RETURN_IF_ERROR(store_.PutLabels(records));
    report_.imported += records.size();
    batch_.clear();
    return Status::Ok();
  }

  const LabelImportReport& report() const { return report_; }

 private:
  Status Quarantine(uint64_t number, const std::string& reason) {
    ++report_.quarantined;
    return quarantine_({number, reason});
  }

  Store& store_;
  const std::function<Status(const QuarantinedLabel&)>& quarantine_;
  std::map<std::string, std::string> batch_;
  LabelImportReport report_;
};

}  // namespace

Result<uint64_t> ExportLabels(Store& store, const std::function<Status(std::string_view)>& write) {
  uint64_t lines = 0;
  DYNAJOB_RETURN_IF_ERROR(store.ForEachLabel([&](const LabelRecord& record) -> Status {
    if (const Status good = CheckLabel(record.key, record.value); !good.ok()) {
      return CorruptData(
          fmt::format("{}: label '{}': {}", store.name(), record.key, good.error().message));
    }
    const nlohmann::ordered_json line = {{"key", record.key},
                                         {"value", nlohmann::ordered_json::parse(record.value)}};
    ++lines;
    return write(line.dump() + "\n");
  }));
  return lines;
}

Result<LabelImportReport> ImportLabels(
    Store& store, std::istream& lines,
    const std::function<Status(const QuarantinedLabel&)>& quarantine) {
  Importer importer(store, quarantine);
  std::string line;
  uint64_t number = 0;
  for (LineKind kind = ReadLine(lines, line); kind != LineKind::kEnd;
       kind = ReadLine(lines, line)) {
    ++number;
    if (kind == LineKind::kLine && Trim(line).empty()) continue;
    DYNAJOB_RETURN_IF_ERROR(importer.Take(
        number, kind == LineKind::kTooLong ? Result<LabelRecord>(InvalidArgument(fmt::format(
                                                 "longer than {} bytes", kMaxLabelLineBytes)))
                                           : ParseLine(line)));
  }
  if (lines.bad()) return IoError(fmt::format("labels cannot be read after line {}", number));
  DYNAJOB_RETURN_IF_ERROR(importer.Write());
  return importer.report();
}

}  // namespace dynajob
