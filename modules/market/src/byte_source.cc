#include "byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "dynajob/core/check.h"

#include "text_encoding.h"

namespace dynajob {
namespace {

constexpr size_t kInputBytes = 128 << 10;
constexpr size_t kOutputBytes = 256 << 10;  // decoded at once

bool StartsWith(const std::vector<unsigned char>& bytes, size_t size,
                std::initializer_list<unsigned char> magic) {
  return size >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

}  // namespace

std::string_view ToString(Compression compression) {
  switch (compression) {
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kNone:
      break;
  }
  return "none";
}

struct ByteSource::Decoder {
  z_stream gzip{};
  ZSTD_DStream* zstd = nullptr;
  bool open = false;  // within a gzip member or a zstd frame

  explicit Decoder(Compression compression) {
    if (compression == Compression::kZstd) {
      zstd = ZSTD_createDStream();
      DYNAJOB_CHECK(zstd != nullptr, "zstd cannot be initialised");
      return;
    }
    // 15 bits of window; 16 asks for the gzip format.
    DYNAJOB_CHECK(inflateInit2(&gzip, 15 + 16) == Z_OK, "zlib cannot be initialised");
  }
  ~Decoder() {
    if (zstd != nullptr)
      ZSTD_freeDStream(zstd);
    else
      inflateEnd(&gzip);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

ByteSource::ByteSource(std::FILE* file, std::string name, uint64_t file_bytes)
    : file_(file), name_(std::move(name)), file_bytes_(file_bytes), input_(kInputBytes) {}

ByteSource::~ByteSource() {
  if (file_ != stdin) std::fclose(file_);
}

Result<std::unique_ptr<ByteSource>> ByteSource::Open(const std::filesystem::path& path) {
  std::FILE* file = stdin;
  uint64_t size = 0;
  if (path != "-") {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
      return NotFound(fmt::format("import file '{}' does not exist", path.string()));
    if (std::filesystem::is_directory(status))
      return IoError(fmt::format("import file '{}' is a directory", path.string()));
    file = std::fopen(path.c_str(), "rb");
    if (file == nullptr)
      return IoError(fmt::format("import file '{}' cannot be opened: {}", path.string(),
                                 std::strerror(errno)));
    if (std::filesystem::is_regular_file(status)) size = std::filesystem::file_size(path, error);
    if (error) size = 0;
  }
  std::unique_ptr<ByteSource> source(new ByteSource(file, path.string(), size));
  DYNAJOB_RETURN_IF_ERROR(source->FillInput());
  if (StartsWith(source->input_, source->input_end_, {0x1F, 0x8B}))
    source->compression_ = Compression::kGzip;
  if (StartsWith(source->input_, source->input_end_, {0x28, 0xB5, 0x2F, 0xFD}))
    source->compression_ = Compression::kZstd;
  if (source->compression_ != Compression::kNone)
    source->decoder_ = std::make_unique<Decoder>(source->compression_);
  for (bool more = true; more && source->text_.size() < kSampleBytes;) {
    DYNAJOB_ASSIGN_OR_RETURN(more, source->Fill());
  }
  source->Reinterpret(EncodingOfMark(source->text_));
  if (source->text_.starts_with(kByteOrderMark)) source->at_ = kByteOrderMark.size();
  return source;
}

void ByteSource::Reinterpret(TextEncoding encoding) {
  if (encoding == encoding_) return;
  encoding_ = encoding;
  const std::string raw = std::exchange(text_, {});
  AppendConverted(std::string_view(raw).substr(at_));
  at_ = 0;
}

void ByteSource::AppendConverted(std::string_view raw) {
  unfinished_ += raw;
  const size_t used = AppendAsUtf8(unfinished_, encoding_, text_);
  unfinished_.erase(0, used);
}

Status ByteSource::FillInput() {
  input_at_ = 0;
  input_end_ = std::fread(input_.data(), 1, input_.size(), file_);
  file_position_ += input_end_;
  if (input_end_ == 0 && std::ferror(file_) != 0)
    return IoError(
        fmt::format("import file '{}' cannot be read beyond byte {}", name_, file_position_));
  return Status::Ok();
}

void ByteSource::Corrupt(const std::string& what) {
  corruption_ = fmt::format("{} at byte {} of the file", what, bytes_read());
  finished_ = true;
}

// One step of the decoder.
Status ByteSource::DecodeMore(std::string& out) {
  const size_t before = out.size();
  out.resize(before + kOutputBytes);
  size_t written = 0;
  if (compression_ == Compression::kZstd) {
    ZSTD_inBuffer in{input_.data(), input_end_, input_at_};
    ZSTD_outBuffer to{out.data() + before, kOutputBytes, 0};
    const size_t status = ZSTD_decompressStream(decoder_->zstd, &to, &in);
    input_at_ = in.pos;
    written = to.pos;
    if (ZSTD_isError(status) != 0)
      Corrupt(fmt::format("zstd data are damaged ({})", ZSTD_getErrorName(status)));
    else
      decoder_->open = status != 0;
  } else {
    z_stream& stream = decoder_->gzip;
    stream.next_in = input_.data() + input_at_;
    stream.avail_in = static_cast<uInt>(input_end_ - input_at_);
    stream.next_out = reinterpret_cast<unsigned char*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(kOutputBytes);
    const int status = inflate(&stream, Z_NO_FLUSH);
    input_at_ = input_end_ - stream.avail_in;
    written = kOutputBytes - stream.avail_out;
    if (status == Z_STREAM_END) {
      decoder_->open = false;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      Corrupt(fmt::format("gzip data are damaged ({})",
                          stream.msg != nullptr ? stream.msg : "no gzip member"));
    }
  }
  out.resize(before + written);
  return Status::Ok();
}

Status ByteSource::Decode(std::string& out) {
  const size_t before = out.size();
  while (out.size() == before && !finished_) {
    if (input_at_ == input_end_) DYNAJOB_RETURN_IF_ERROR(FillInput());
    const bool at_end = input_at_ == input_end_;
    if (decoder_ == nullptr) {
      out.append(reinterpret_cast<const char*>(input_.data()) + input_at_, input_end_ - input_at_);
      input_at_ = input_end_;
      finished_ = at_end;
    } else if (at_end) {
      // A zstd decoder may still hold text when all its input is used.
      if (decoder_->open && compression_ == Compression::kZstd)
        DYNAJOB_RETURN_IF_ERROR(DecodeMore(out));
      if (out.size() == before && decoder_->open && corruption_.empty())
        Corrupt(fmt::format("{} data end too early,", ToString(compression_)));
      finished_ = out.size() == before;
    } else if (!decoder_->open && compression_ == Compression::kGzip) {
      // After a member come another one, zero padding or the end.
      if (input_[input_at_] == 0) {
        ++input_at_;
        continue;
      }
      inflateReset(&decoder_->gzip);
      decoder_->open = true;
    } else {
      DYNAJOB_RETURN_IF_ERROR(DecodeMore(out));
    }
  }
  return Status::Ok();
}

void ByteSource::PutBack(std::string_view text) {
  if (text.size() <= at_) {
    at_ -= text.size();
    text.copy(text_.data() + at_, text.size());
    return;
  }
  text_.replace(0, at_, text);
  at_ = 0;
}

Result<bool> ByteSource::Fill() {
  if (at_ > 0) {
    text_.erase(0, at_);
    at_ = 0;
  }
  const size_t before = text_.size();
  while (text_.size() == before) {
    if (finished_ && unfinished_.empty()) return false;
    if (encoding_ == TextEncoding::kUtf8) {
      DYNAJOB_RETURN_IF_ERROR(Decode(text_));
      continue;
    }
    raw_.clear();
    DYNAJOB_RETURN_IF_ERROR(Decode(raw_));
    if (raw_.empty() && !unfinished_.empty()) {
      text_ += "\xEF\xBF\xBD";  // half a character at the end
      unfinished_.clear();
    }
    AppendConverted(raw_);
  }
  return true;
}

}  // namespace dynajob
