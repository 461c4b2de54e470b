#include "dynajob/market/import_format.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dynajob {
namespace {

std::string SignText(char c) {
  if (c == '\0') return "none";
  return c == '\t' ? "tab" : fmt::format("'{}'", c);
}

Status RequireSign(std::string_view key, const std::string& text, bool none_allowed) {
  const bool is_word = text == "auto" || text == "tab" || (none_allowed && text == "none");
  const bool is_sign = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 &&
                       text[0] != '\n' && text[0] != '\r';
  if (is_word || is_sign) return Status::Ok();
  return InvalidArgument(
      fmt::format("import.csv.{} is '{}'; it must be 'auto', {} or one ASCII "
                  "character",
                  key, text, none_allowed ? "'none'" : "'tab'"));
}

}  // namespace

std::string_view ToString(ImportFormat format) {
  switch (format) {
    case ImportFormat::kJsonl:
      return "jsonl";
    case ImportFormat::kJson:
      return "json";
    case ImportFormat::kHtml:
      return "html";
    case ImportFormat::kCsv:
      return "csv";
    case ImportFormat::kAuto:
      break;
  }
  return "auto";
}

Status CsvOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(RequireSign("delimiter", delimiter, false));
  return RequireSign("quote", quote, true);
}

void CsvOptions::Bind(ConfigRegistry& registry) {
  registry.Add("import.csv.delimiter", &delimiter, "auto, tab or one character");
  registry.Add("import.csv.quote", &quote, "auto, none or one character");
  registry.Add("import.csv.encoding", &encoding,
               "auto: UTF-8 or UTF-16 by its mark, Windows-1252 where the bytes are no UTF-8",
               {"auto", "utf-8", "windows-1252"});
  registry.Add("import.csv.columns", &columns, "names of the columns, instead of the first row's");
  registry.Add("import.csv.header", &header, "the first row holds names of columns, not values");
}

std::string ImportPlan::ToText() const {
  std::string text = fmt::format("{}: {}", file, ToString(format));
  if (compression != "none" && !compression.empty()) text += ", " + compression;
  if (!encoding.empty()) text += ", " + encoding;
  if (format != ImportFormat::kCsv) return text;
  text += fmt::format(", delimiter {}, quote {}{}", SignText(dialect.delimiter),
                      SignText(dialect.quote), dialect.backslash ? " with backslash" : "");
  std::vector<std::string> pairs;
  for (const auto& [column, name] : mapped)
    pairs.push_back(column == name ? name : fmt::format("{} -> {}", column, name));
  text += fmt::format("; columns: {}", fmt::join(pairs, ", "));
  if (!ignored.empty()) text += fmt::format("; not used: {}", fmt::join(ignored, ", "));
  return text;
}

}  // namespace dynajob
