#include "text_table.h"

#include <algorithm>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) != 0x80u; }

}  // namespace

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

std::string Shorten(std::string_view text, size_t width) {
  constexpr std::string_view kCut = "...";
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width <= kCut.size()) return std::string(kCut.substr(0, width));
  size_t characters = 0, bytes = 0;
  for (; bytes < text.size(); ++bytes) {
    if (!StartsCharacter(text[bytes])) continue;
    if (characters == width - kCut.size()) break;
    ++characters;
  }
  return std::string(text.substr(0, bytes)) + std::string(kCut);
}

TextTable::TextTable(std::vector<std::string> header) {
  for (std::string& cell : header) {
    left_.push_back(cell.starts_with('<'));
    if (left_.back()) cell.erase(0, 1);
  }
  rows_.push_back({std::move(header), false});
}

void TextTable::AddRow(std::vector<std::string> cells) {
  DYNAJOB_CHECK(cells.size() == left_.size(), "a table row has another number of cells");
  rows_.push_back({std::move(cells), false});
}

void TextTable::AddHeading(std::string text) { rows_.push_back({{std::move(text)}, true}); }

std::string TextTable::ToString() const {
  std::vector<size_t> widths(left_.size(), 0);
  for (const Row& row : rows_) {
    if (row.heading) continue;
    for (size_t i = 0; i < row.cells.size(); ++i)
      widths[i] = std::max(widths[i], DisplayWidth(row.cells[i]));
  }
  std::string text;
  for (const Row& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const size_t width = row.heading ? 0 : widths[i];
      const size_t own = DisplayWidth(row.cells[i]);
      const std::string blanks(width > own ? width - own : 0, ' ');
      line += "  ";
      line += left_[i] ? row.cells[i] + blanks : blanks + row.cells[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace dynajob
