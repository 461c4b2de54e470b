// SHA-256 (FIPS 180-4) and HMAC (FIPS 198-1) in lower-case hexadecimal, 64 characters, by OpenSSL.
// Pure functions, safe for concurrent use. Stored keys depend on them.
#ifndef DYNAJOB_LLM_DIGEST_H_
#define DYNAJOB_LLM_DIGEST_H_

#include <string>
#include <string_view>

namespace dynajob {

std::string Sha256Hex(std::string_view bytes);
std::string HmacSha256Hex(std::string_view key, std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_DIGEST_H_
