#include "early_refusal.h"

#include <string>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

const std::string kRequest =
    "GET /v1/recommend/c-1?n=3 HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\n\r\n";

// 0 for what is to be parsed.
size_t RefusableLength(const std::string& bytes) {
  const auto request = FindRefusable(bytes);
  return request ? request->length : 0;
}

TEST(EarlyRefusal, IsForWholeRequestsForRecommendations) {
  EXPECT_EQ(RefusableLength(kRequest), kRequest.size());
  EXPECT_EQ(RefusableLength("GET /v1/recommend/c HTTP/1.1\r\n\r\n"), 32u);
  for (size_t length = 0; length < kRequest.size(); ++length)
    EXPECT_EQ(RefusableLength(kRequest.substr(0, length)), 0u) << length;
}

TEST(EarlyRefusal, LeavesTheNextRequestOfTheConnection) {
  EXPECT_EQ(RefusableLength(kRequest + kRequest), kRequest.size());
  EXPECT_EQ(RefusableLength(kRequest + "POST /v1/jobs"), kRequest.size());
}

TEST(EarlyRefusal, IsForNothingElse) {
  for (const char* line :
       {"GET /v1/jobs/a HTTP/1.1", "POST /v1/recommend HTTP/1.1", "POST /v1/recommend/c HTTP/1.1",
        "HEAD /v1/recommend/c HTTP/1.1", "GET /health/ready HTTP/1.1",
        "GET /v1/recommend/c HTTP/1.0", "GET /v1/recommend/c", "", "\r\n"})
    EXPECT_EQ(RefusableLength(std::string(line) + "\r\nHost: x\r\n\r\n"), 0u) << line;
}

TEST(EarlyRefusal, LeavesBodiesAndClosingConnectionsToTheParser) {
  for (const char* header :
       {"Connection: close", "connection: Keep-Alive", "Content-Length: 3", "CONTENT-LENGTH : 3",
        "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c"}) {
    const std::string request =
        "GET /v1/recommend/c HTTP/1.1\r\nHost: x\r\n" + std::string(header) + "\r\n\r\n";
    EXPECT_EQ(RefusableLength(request), 0u) << header;
  }
}

TEST(EarlyRefusal, ReadsTheDeadline) {
  const auto timeout = [](const std::string& headers) {
    const std::string request = "GET /v1/recommend/c HTTP/1.1\r\n" + headers + "\r\n";
    const auto found = FindRefusable(request);
    return found ? std::string(found->timeout) : "not refusable";
  };
  EXPECT_EQ(timeout("Host: x\r\n"), "");
  EXPECT_EQ(timeout("X-Request-Timeout-Ms: 250\r\nHost: x\r\n"), "250");
  EXPECT_EQ(timeout("x-request-timeout-MS:soon\r\n"), "soon");
  EXPECT_EQ(timeout("X-Request-Timeout-Ms: 1\r\nX-Request-Timeout-Ms: 2\r\n"), "not refusable");
  EXPECT_EQ(timeout("no header\r\n"), "not refusable");
}

}  // namespace
}  // namespace dynajob
