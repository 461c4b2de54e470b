#include "dynajob/llm/digest.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string Hex(const Digest& digest, size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * size);
  for (size_t i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string Sha256Hex(std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  DYNAJOB_CHECK(
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1,
      "SHA-256 is part of every OpenSSL");
  return Hex(digest, size);
}

std::string HmacSha256Hex(std::string_view key, std::string_view bytes) {
  Digest digest;
  unsigned int size = 0;
  DYNAJOB_CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(bytes),
                     bytes.size(), digest.data(), &size) != nullptr,
                "SHA-256 is part of every OpenSSL");
  return Hex(digest, size);
}

}  // namespace dynajob
