// Lines of a plain or gzip file, in constant memory.
#ifndef DYNAJOB_MARKET_SRC_JSONL_IMPORTER_READER_H_
#define DYNAJOB_MARKET_SRC_JSONL_IMPORTER_READER_H_

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// Gzip is recognised by its magic bytes, whatever the file is called; several gzip members in one
// file read as one text. Not safe for concurrent use.
class LineReader {
 public:
  enum class Outcome {
    kLine,     // `line` is a whole line without its "\n"
    kTooLong,  // `line` is the start of a line that was skipped
    kCorrupt,  // gzip cut short or damaged: `line` is what is left of an unfinished line
    kEnd
  };

  static Result<std::unique_ptr<LineReader>> Open(const std::filesystem::path& path,
                                                  size_t max_line_bytes);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // kIo when the file cannot be read any further. After kCorrupt and kEnd only kEnd follows.
  Result<Outcome> Next(std::string& line);

  uint64_t line_number() const { return line_number_; }  // of the last line, from 1
  uint64_t bytes_read() const;                           // of the file, so far taken
  uint64_t file_bytes() const { return file_bytes_; }    // 0 when unknown, such as for a pipe
  const std::string& corruption() const { return corruption_; }  // after kCorrupt

 private:
  struct Inflater;

  LineReader(std::FILE* file, std::string name, uint64_t file_bytes, size_t max_line_bytes);
  Status FillInput();
  // Makes more text available; none is left at the end or after a corruption.
  Status FillText();
  Status InflateMore();
  void Corrupt(const std::string& what);

  std::FILE* file_;
  std::string name_;
  uint64_t file_bytes_;
  size_t max_line_bytes_;
  std::vector<unsigned char> input_;  // bytes of the file: [input_at_, input_end_) not yet used
  size_t input_at_ = 0;
  size_t input_end_ = 0;
  uint64_t file_position_ = 0;  // after input_end_
  std::vector<char> text_;      // [text_at_, text_end_) not yet used
  size_t text_at_ = 0;
  size_t text_end_ = 0;
  std::unique_ptr<Inflater> inflater_;  // null for a plain file
  std::string corruption_;
  bool corruption_reported_ = false;
  bool finished_ = false;
  uint64_t line_number_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_JSONL_IMPORTER_READER_H_
