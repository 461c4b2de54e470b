#include "routes.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"
#include "dynajob/serve/http_api.h"

#include "http_message.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

RouteMatch Find(const std::string& method, const std::string& path) {
  return FindRoute(method, SplitPath(path));
}

TEST(Routes, EveryRouteFindsItselfAndHasAnIdOfItsOwn) {
  std::set<std::string> ids;
  for (const Route& route : Routes()) {
    EXPECT_EQ(Find(route.method, route.path).route, &route) << route.path;
    EXPECT_TRUE(ids.insert(route.id).second) << route.id;
    EXPECT_FALSE(route.answers.empty()) << route.id;
    EXPECT_FALSE(route.example.empty()) << route.id;
  }
}

TEST(Routes, TakesParametersFromThePathAsTheyWereMeant) {
  const RouteMatch match = Find("GET", "/v1/jobs/a%2Fb%20%zz");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.route->operation, Operation::kGetJob);
  EXPECT_THAT(match.parameters, ElementsAre("a/b %zz"));
}

TEST(Routes, SaysWhatIsAllowedWhereAMethodIsNot) {
  EXPECT_EQ(Find("PUT", "/v1/jobs/a").route, nullptr);
  EXPECT_EQ(Find("PUT", "/v1/jobs/a").allowed, "GET, PATCH, DELETE");
  for (const char* path : {"/", "/v1", "/v1/jobs/", "/v1/jobs/a/b", "//v1/jobs", "/v2/jobs"}) {
    EXPECT_EQ(Find("GET", path).route, nullptr) << path;
    EXPECT_EQ(Find("GET", path).allowed, "") << path;
  }
  EXPECT_EQ(Find("PUT", "/v1/jobs").allowed, "POST, GET");
  EXPECT_EQ(Find("HEAD", "/v1/jobs/a").route->operation, Operation::kGetJob);
}

TEST(Routes, TheOpenApiDescriptionRefersToNothingThatIsMissing) {
  const Json document = Json::parse(OpenApiJson("1.2.3"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  const std::string text = document.dump();
  const std::string prefix = "\"#/components/schemas/";
  size_t references = 0;
  for (size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 1)) {
    const size_t begin = at + prefix.size();
    const std::string name = text.substr(begin, text.find('"', begin) - begin);
    EXPECT_TRUE(document["components"]["schemas"].contains(name)) << name;
    ++references;
  }
  EXPECT_GT(references, 50u);
  for (const Route& route : Routes()) EXPECT_TRUE(document["paths"].contains(route.path));
}

// On failure: dynajob serve --print-http-api > docs/http_api.md
TEST(Routes, TheDocumentationIsUpToDate) {
  const auto document = ReadFile(std::string(DYNAJOB_SOURCE_DIR) + "/docs/http_api.md");
  ASSERT_TRUE(document.ok());
  EXPECT_TRUE(*document == HttpApiMarkdown()) << "docs/http_api.md is stale";
}

}  // namespace
}  // namespace dynajob
