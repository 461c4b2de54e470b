// The text of a file or of standard input: decompressed, in UTF-8, in constant memory.
#ifndef DYNAJOB_MARKET_SRC_BYTE_SOURCE_H_
#define DYNAJOB_MARKET_SRC_BYTE_SOURCE_H_

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

enum class Compression { kNone, kGzip, kZstd };
enum class TextEncoding { kUtf8, kUtf16LittleEndian, kUtf16BigEndian, kWindows1252 };
std::string_view ToString(Compression compression);  // "none", "gzip", "zstd"
std::string_view ToString(TextEncoding encoding);    // "UTF-8", "UTF-16LE", …

// Compression is recognised by its magic bytes, whatever the file is called; several gzip members
// or zstd frames in a row read as one text. A byte order mark decides between UTF-8 and UTF-16 and
// is removed; invalid UTF-8 is passed on as it is. Not safe for concurrent use.
class ByteSource {
 public:
  // What is decoded before anything is decided about a file.
  static constexpr size_t kSampleBytes = 64 << 10;

  // "-" is standard input. kNotFound or kIo.
  static Result<std::unique_ptr<ByteSource>> Open(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Text that is decoded and not yet taken. Right after Open: a sample of at least kSampleBytes, or
  // everything.
  std::string_view available() const {
    return std::string_view(text_).substr(at_, text_.size() - at_);
  }
  void Take(size_t bytes) { at_ += bytes; }
  // Puts text that was taken before what is available.
  void PutBack(std::string_view text);
  // Decodes more behind what is available; false at the end or after a corruption. kIo.
  Result<bool> Fill();

  // Reads the text, the sample included, in another encoding. Only before the first Take().
  void Reinterpret(TextEncoding encoding);

  Compression compression() const { return compression_; }
  TextEncoding encoding() const { return encoding_; }
  uint64_t bytes_read() const { return file_position_ - (input_end_ - input_at_); }  // of the file
  uint64_t file_bytes() const { return file_bytes_; }  // 0 when unknown, such as for a pipe
  const std::string& corruption() const { return corruption_; }  // empty: none so far

 private:
  struct Decoder;

  ByteSource(std::FILE* file, std::string name, uint64_t file_bytes);
  Status FillInput();
  Status Decode(std::string& out);  // appends some bytes, none at the end
  Status DecodeMore(std::string& out);
  void Corrupt(const std::string& what);
  void AppendConverted(std::string_view raw);

  std::FILE* file_;
  std::string name_;
  uint64_t file_bytes_;
  Compression compression_ = Compression::kNone;
  TextEncoding encoding_ = TextEncoding::kUtf8;
  std::vector<unsigned char> input_;  // bytes of the file: [input_at_, input_end_) not yet used
  size_t input_at_ = 0;
  size_t input_end_ = 0;
  uint64_t file_position_ = 0;  // after input_end_
  std::string text_;            // from at_ on not yet taken
  size_t at_ = 0;
  std::string raw_;         // decoded bytes of another encoding
  std::string unfinished_;  // bytes of a character that was not complete
  std::unique_ptr<Decoder> decoder_;
  std::string corruption_;
  bool finished_ = false;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_BYTE_SOURCE_H_
