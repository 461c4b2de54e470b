#include "embeddings_wire.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "json_reply.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

constexpr uint8_t kNoDigit = 255;

Error NotEmbeddings(std::string_view what) {
  return CorruptData(fmt::format("not a list of embeddings: {}", what));
}

// RFC 4648, section 4.
constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  uint8_t value = 0;
  for (int c = 'A'; c <= 'Z'; ++c) digits[static_cast<size_t>(c)] = value++;
  for (int c = 'a'; c <= 'z'; ++c) digits[static_cast<size_t>(c)] = value++;
  for (int c = '0'; c <= '9'; ++c) digits[static_cast<size_t>(c)] = value++;
  digits['+'] = value++;
  digits['/'] = value;
  return digits;
}

// Little-endian 32-bit floats; false when the text is not base64 of such.
bool DecodeBase64Floats(std::string_view text, std::vector<float>& out) {
  static constexpr std::array<uint8_t, 256> kDigits = MakeDigits();
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() * 3 / 4 % sizeof(float) != 0) return false;
  out.clear();
  uint32_t bits = 0, word = 0;
  int bit_count = 0, byte_count = 0;
  for (const char c : text) {
    const uint8_t digit = kDigits[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return false;
    bits = bits << 6 | digit;
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    word |= (bits >> bit_count & 0xff) << (8 * byte_count);
    if (++byte_count < 4) continue;
    out.push_back(std::bit_cast<float>(word));
    word = 0;
    byte_count = 0;
  }
  return byte_count == 0;
}

// The values of one vector, in either form.
Status ParseVector(const Json& entry, size_t index, std::vector<float>& out) {
  const Json* embedding = JsonMember(entry, "embedding");
  if (embedding == nullptr) return NotEmbeddings(fmt::format("entry {} has no embedding", index));
  if (embedding->is_string()) {
    if (!DecodeBase64Floats(embedding->get_ref<const std::string&>(), out))
      return NotEmbeddings(fmt::format("embedding {} is not base64 of 32-bit floats", index));
  } else if (embedding->is_array()) {
    out.clear();
    for (const Json& value : *embedding) {
      if (!value.is_number())
        return NotEmbeddings(
            fmt::format("value {} of embedding {} is not a number", out.size(), index));
      const double number = value.get<double>();
      // Beyond the range of floats a conversion would be undefined.
      out.push_back(std::abs(number) <= std::numeric_limits<float>::max()
                        ? static_cast<float>(number)
                        : std::numeric_limits<float>::infinity());
    }
  } else {
    return NotEmbeddings(fmt::format("embedding {} is neither a list nor base64", index));
  }
  const auto bad =
      std::find_if(out.begin(), out.end(), [](float value) { return !std::isfinite(value); });
  if (bad != out.end())
    return NotEmbeddings(
        fmt::format("value {} of embedding {} is not finite", bad - out.begin(), index));
  if (out.empty()) return NotEmbeddings(fmt::format("embedding {} is empty", index));
  return Status::Ok();
}

// The place of an entry among `seen`, which it is marked in.
Result<size_t> ParseIndex(const Json& entry, std::vector<bool>& seen) {
  const Json* index = JsonMember(entry, "index");
  if (index == nullptr || !index->is_number_unsigned())
    return NotEmbeddings("an entry has no index");
  const auto value = index->get<uint64_t>();
  if (value >= seen.size())
    return NotEmbeddings(
        fmt::format("there is an index {}, but there were {} texts", value, seen.size()));
  if (seen[value]) return NotEmbeddings(fmt::format("index {} is there twice", value));
  seen[value] = true;
  return static_cast<size_t>(value);
}

Status ParseEntries(const Json& data, Matrix& vectors) {
  std::vector<bool> seen(data.size());
  std::vector<float> values;
  for (const Json& entry : data) {
    DYNAJOB_ASSIGN_OR_RETURN(const size_t index, ParseIndex(entry, seen));
    DYNAJOB_RETURN_IF_ERROR(ParseVector(entry, index, values));
    if (vectors.rows() == 0) vectors = Matrix(data.size(), values.size());
    if (values.size() != vectors.cols())
      return NotEmbeddings(fmt::format("there are embeddings of {} and of {} numbers",
                                       vectors.cols(), values.size()));
    std::copy(values.begin(), values.end(), vectors.Row(index).begin());
  }
  return Status::Ok();
}

}  // namespace

Result<std::string> BuildEmbeddingsRequest(const EmbeddingsRequest& request,
                                           const std::string& model) {
  if (request.texts.empty()) return InvalidArgument("a request for the embeddings of no text");
  Json body;
  body["model"] = model;
  body["input"] = request.texts;
  body["encoding_format"] = request.encoding == VectorEncoding::kBase64 ? "base64" : "float";
  if (request.dimensions > 0) body["dimensions"] = request.dimensions;
  try {
    return body.dump();
  } catch (const Json::type_error&) {  // the one that dump documents
    return InvalidArgument("the request holds text that is not UTF-8");
  }
}

Result<EmbeddingsReply> ParseEmbeddingsReply(std::string_view body, size_t count) {
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) {
    const bool not_a_number = body.find("NaN") != std::string_view::npos ||
                              body.find("Infinity") != std::string_view::npos;
    return NotEmbeddings(not_a_number ? "no valid JSON: there are values that are not finite"
                                      : "no valid JSON");
  }
  if (!answer.is_object()) return NotEmbeddings("no JSON object");
  if (JsonMember(answer, "error") != nullptr) return NotEmbeddings("an error with status 200");
  const Json* data = JsonMember(answer, "data");
  if (data == nullptr || !data->is_array()) return NotEmbeddings("it has no data");
  if (data->size() != count)
    return NotEmbeddings(fmt::format("{} embeddings for {} texts", data->size(), count));
  EmbeddingsReply reply;
  DYNAJOB_RETURN_IF_ERROR(ParseEntries(*data, reply.vectors));
  reply.model = JsonText(answer, "model");
  reply.usage = ParseUsage(answer);
  return reply;
}

}  // namespace dynajob
