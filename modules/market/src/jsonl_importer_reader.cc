#include "jsonl_importer_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <zlib.h>

namespace dynajob {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
// What is kept of a line that is too long: enough for the quarantine.
constexpr size_t kKeptOfLongLine = 8 << 10;
constexpr unsigned char kGzipMagic[2] = {0x1F, 0x8B};

}  // namespace

struct LineReader::Inflater {
  z_stream stream{};
  bool member_open = false;  // between a member's header and its trailer

  Inflater() {
    // 15 bits of window; 16 asks for the gzip format.
    const int status = inflateInit2(&stream, 15 + 16);
    DYNAJOB_CHECK(status == Z_OK, "zlib cannot be initialised");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

LineReader::LineReader(std::FILE* file, std::string name, uint64_t file_bytes,
                       size_t max_line_bytes)
    : file_(file),
      name_(std::move(name)),
      file_bytes_(file_bytes),
      max_line_bytes_(max_line_bytes),
      input_(kBufferBytes),
      text_(kBufferBytes) {}

LineReader::~LineReader() { std::fclose(file_); }

Result<std::unique_ptr<LineReader>> LineReader::Open(const std::filesystem::path& path,
                                                     size_t max_line_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return NotFound(fmt::format("import file '{}' does not exist", path.string()));
  if (std::filesystem::is_directory(status))
    return IoError(fmt::format("import file '{}' is a directory", path.string()));
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr)
    return IoError(
        fmt::format("import file '{}' cannot be opened: {}", path.string(), std::strerror(errno)));
  uint64_t size = 0;
  if (std::filesystem::is_regular_file(status)) size = std::filesystem::file_size(path, error);
  if (error) size = 0;
  std::unique_ptr<LineReader> reader(new LineReader(file, path.string(), size, max_line_bytes));
  DYNAJOB_RETURN_IF_ERROR(reader->FillInput());
  if (reader->input_end_ >= 2 && std::equal(kGzipMagic, kGzipMagic + 2, reader->input_.begin()))
    reader->inflater_ = std::make_unique<Inflater>();
  constexpr unsigned char kByteOrderMark[3] = {0xEF, 0xBB, 0xBF};
  if (reader->input_end_ >= 3 &&
      std::equal(kByteOrderMark, kByteOrderMark + 3, reader->input_.begin()))
    reader->input_at_ = 3;
  return reader;
}

uint64_t LineReader::bytes_read() const { return file_position_ - (input_end_ - input_at_); }

Status LineReader::FillInput() {
  input_at_ = 0;
  input_end_ = std::fread(input_.data(), 1, input_.size(), file_);
  file_position_ += input_end_;
  if (input_end_ == 0 && std::ferror(file_) != 0)
    return IoError(
        fmt::format("import file '{}' cannot be read beyond byte {}", name_, file_position_));
  return Status::Ok();
}

void LineReader::Corrupt(const std::string& what) {
  corruption_ = fmt::format("{} at byte {} of the file", what, bytes_read());
  finished_ = true;
}

Status LineReader::InflateMore() {
  z_stream& stream = inflater_->stream;
  while (text_end_ == 0 && !finished_) {
    if (input_at_ == input_end_) DYNAJOB_RETURN_IF_ERROR(FillInput());
    if (input_at_ == input_end_) {
      if (inflater_->member_open) Corrupt("gzip data end too early,");
      finished_ = true;
      return Status::Ok();
    }
    if (!inflater_->member_open) {
      // After a member come another one, zero padding or the end.
      if (input_[input_at_] == 0) {
        ++input_at_;
        continue;
      }
      inflateReset(&stream);
      inflater_->member_open = true;
    }
    stream.next_in = input_.data() + input_at_;
    stream.avail_in = static_cast<uInt>(input_end_ - input_at_);
    stream.next_out = reinterpret_cast<unsigned char*>(text_.data());
    stream.avail_out = static_cast<uInt>(text_.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    input_at_ = input_end_ - stream.avail_in;
    text_end_ = text_.size() - stream.avail_out;
    if (status == Z_STREAM_END) {
      inflater_->member_open = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      Corrupt(fmt::format("gzip data are damaged ({})",
                          stream.msg != nullptr ? stream.msg : "no gzip member"));
    }
  }
  return Status::Ok();
}

Status LineReader::FillText() {
  text_at_ = 0;
  text_end_ = 0;
  if (finished_) return Status::Ok();
  if (inflater_ != nullptr) return InflateMore();
  if (input_at_ == input_end_) DYNAJOB_RETURN_IF_ERROR(FillInput());
  text_end_ = input_end_ - input_at_;
  std::memcpy(text_.data(), input_.data() + input_at_, text_end_);
  input_at_ = input_end_;
  if (text_end_ == 0) finished_ = true;
  return Status::Ok();
}

Result<LineReader::Outcome> LineReader::Next(std::string& line) {
  line.clear();
  bool any = false;  // of this line was read
  bool too_long = false;
  for (;;) {
    if (text_at_ == text_end_) {
      DYNAJOB_RETURN_IF_ERROR(FillText());
      if (text_at_ == text_end_) break;
    }
    if (!any) ++line_number_;
    any = true;
    const char* begin = text_.data() + text_at_;
    const size_t available = text_end_ - text_at_;
    const void* newline = std::memchr(begin, '\n', available);
    const size_t length = newline == nullptr
                              ? available
                              : static_cast<size_t>(static_cast<const char*>(newline) - begin);
    if (!too_long && line.size() + length > max_line_bytes_) {
      too_long = true;
      line.append(begin, std::min(length, kKeptOfLongLine));
      if (line.size() > kKeptOfLongLine) line.resize(kKeptOfLongLine);
    }
    if (!too_long) line.append(begin, length);
    text_at_ += length + (newline != nullptr ? 1 : 0);
    if (newline != nullptr) return too_long ? Outcome::kTooLong : Outcome::kLine;
  }
  if (!corruption_.empty() && !corruption_reported_) {
    corruption_reported_ = true;
    if (!any) ++line_number_;  // the line that is missing
    return Outcome::kCorrupt;
  }
  if (!any) return Outcome::kEnd;
  return too_long ? Outcome::kTooLong : Outcome::kLine;
}

}  // namespace dynajob
