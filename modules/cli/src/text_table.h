// Aligned columns of plain text.
#ifndef DYNAJOB_CLI_SRC_TEXT_TABLE_H_
#define DYNAJOB_CLI_SRC_TEXT_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

// The width of a terminal that everything printed has to fit.
inline constexpr size_t kTableWidth = 100;

// Number of code points: the columns a text takes, for the scripts that occur here.
size_t DisplayWidth(std::string_view text);
// At most `width` columns; what is cut ends in "...".
std::string Shorten(std::string_view text, size_t width);

class TextTable {
 public:
  // Columns are left-aligned where `header` has a leading '<' (which is not printed), else right.
  explicit TextTable(std::vector<std::string> header);

  void AddRow(std::vector<std::string> cells);  // as many as the header has
  void AddHeading(std::string text);            // a row of its own

  // Lines that end in '\n', each indented by two, columns two apart, no trailing blanks.
  std::string ToString() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    bool heading = false;
  };

  std::vector<bool> left_;
  std::vector<Row> rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_TEXT_TABLE_H_
