#include "pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

HttpRequest Get(std::string_view path) {
  HttpRequest request;
  request.method = "GET";
  request.path = SplitPath(path);
  return request;
}

std::string HeaderOf(const HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

TEST(Pages, AreAtTheRootWithTheirFiles) {
  for (const auto& [path, type, words] :
       {std::tuple{"/", "text/html; charset=utf-8", "app.js"},
        {"/app.js", "text/javascript; charset=utf-8", "/v1/recommend"},
        {"/app.css", "text/css; charset=utf-8", "--paper"}}) {
    const auto page = FindPage(Get(path));
    ASSERT_TRUE(page.has_value()) << path;
    EXPECT_EQ(page->status, 200);
    EXPECT_EQ(page->content_type, type);
    EXPECT_THAT(page->body, HasSubstr(words));
  }
}

TEST(Pages, AreThereForHeadAsForGet) {
  HttpRequest head = Get("/");
  head.method = "HEAD";
  const auto page = FindPage(head);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->status, 200);
  EXPECT_EQ(HeaderOf(*page, "ETag"), HeaderOf(*FindPage(Get("/")), "ETag"));
}

TEST(Pages, RunNothingButTheirOwnScripts) {
  const auto page = FindPage(Get("/"));
  const std::string policy = HeaderOf(*page, "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("script-src 'self'"));
  EXPECT_THAT(policy, ::testing::Not(HasSubstr("unsafe")));
  EXPECT_EQ(HeaderOf(*page, "X-Content-Type-Options"), "nosniff");
}

TEST(Pages, AreNotSentAgainToThoseWhoHaveThem) {
  const std::string etag = HeaderOf(*FindPage(Get("/app.js")), "ETag");
  for (const std::string& tags : {etag, "\"other\", W/" + etag, std::string("*")}) {
    HttpRequest request = Get("/app.js");
    request.headers = {{"if-none-match", tags}};
    EXPECT_EQ(FindPage(request)->status, 304) << tags;
    EXPECT_EQ(FindPage(request)->body, "");
  }
  HttpRequest other = Get("/app.js");
  other.headers = {{"If-None-Match", HeaderOf(*FindPage(Get("/app.css")), "ETag")}};
  EXPECT_EQ(FindPage(other)->status, 200);
}

TEST(Pages, LeaveOtherAddressesAndMethodsToTheApi) {
  for (const char* path : {"/v1/jobs", "/index.html", "//", "/app.js/", "/../app.js"})
    EXPECT_FALSE(FindPage(Get(path)).has_value()) << path;
  HttpRequest post = Get("/");
  post.method = "POST";
  EXPECT_FALSE(FindPage(post).has_value());
}

}  // namespace
}  // namespace dynajob
