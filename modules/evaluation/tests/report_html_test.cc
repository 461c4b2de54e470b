#include "dynajob/evaluation/report_html.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "example_results.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr std::string_view kData = "<script id=\"report-data\" type=\"application/json\">";

// What the page's script reads.
std::string DataOf(const std::string& html) {
  const size_t begin = html.find(kData) + kData.size();
  return html.substr(begin, html.find("</script>", begin) - begin);
}

TEST(ReportHtml, HandsTheFilesOfTheRunToThePage) {
  const std::string results = TwoArms(1, 3);
  const auto html = ReportHtml({.results_json = results,
                                .config_toml = "[compare]\nseeds = 2\n",
                                .timing_json = R"({"workers":2})",
                                .llm_json = R"({"model":"m"})",
                                .label_audit_json = R"({"pairs":40})",
                                .version = "1.2.3"});
  ASSERT_TRUE(html.ok()) << html.error().message;
  const Json data = Json::parse(DataOf(*html));
  EXPECT_EQ(data["schema"], "dynajob.report/1");
  EXPECT_EQ(data["results"], Json::parse(results));
  EXPECT_EQ(data["config"], "[compare]\nseeds = 2\n");
  EXPECT_EQ(data["timing"]["workers"], 2);
  EXPECT_EQ(data["llm"]["model"], "m");
  EXPECT_EQ(data["label_audit"]["pairs"], 40);
  EXPECT_EQ(data["version"], "1.2.3");
  EXPECT_THAT(data["verdicts"][0]["winner"].get<std::string>(),
              HasSubstr("the warm start hybrid beats the cold start"));
  EXPECT_THAT(data["verdicts"][0]["details"].get<std::string>(),
              HasSubstr("hybrid beats baseline"));
  EXPECT_THAT(data["note"].get<std::string>(), HasSubstr("rule-based stand-in"));
}

TEST(ReportHtml, FilesThatAreNotThereAreNull) {
  const std::string results = TwoArms(1, 3);
  const Json data = Json::parse(DataOf(*ReportHtml({.results_json = results})));
  for (const char* part : {"sweep", "timing", "llm", "label_audit"})
    EXPECT_TRUE(data[part].is_null()) << part;
}

TEST(ReportHtml, TakesASweepInPlaceOfResults) {
  const std::string sweep = R"({"schema":"dynajob.sweep/1","llm":{"kind":"surrogate"},"cells":[]})";
  const auto html = ReportHtml({.sweep_json = sweep, .study_toml = "name = 'x'"});
  ASSERT_TRUE(html.ok()) << html.error().message;
  const Json data = Json::parse(DataOf(*html));
  EXPECT_EQ(data["sweep"], Json::parse(sweep));
  EXPECT_TRUE(data["results"].is_null());
  EXPECT_EQ(data["study"], "name = 'x'");
  EXPECT_THAT(data["note"].get<std::string>(), HasSubstr("rule-based stand-in"));
  EXPECT_THAT(ReportHtml({.sweep_json = R"({"schema":"dynajob.sweep/9"})"}).error().message,
              HasSubstr("dynajob.sweep/1"));
}

TEST(ReportHtml, NothingOfTheInputLeavesTheDataElement) {
  const std::string evil = "</script><script>alert(1)</script><!-- & \u2028\u2029";
  std::string results = ResultsWith(ArmJson(evil, "learner", 0.3), "");
  results.replace(results.find("new-user"), 8, "</SCRIPT>");
  const auto html = ReportHtml({.results_json = results, .config_toml = "# " + evil});
  ASSERT_TRUE(html.ok()) << html.error().message;
  const std::string data = DataOf(*html);
  for (const char* raw : {"<", ">", "&", "\u2028", "\u2029"})
    EXPECT_THAT(data, Not(HasSubstr(raw)));
  EXPECT_EQ(Json::parse(data)["results"]["protocols"][0]["arms"][0]["name"], evil);
  EXPECT_EQ(Json::parse(data)["config"], "# " + evil);
  EXPECT_THAT(*html, Not(HasSubstr("alert(1)</script>")));
}

TEST(ReportHtml, BytesThatAreNoTextDoNotSpoilThePage) {
  const std::string results = TwoArms(1, 3);
  const auto html = ReportHtml({.results_json = results, .config_toml = "a\xff\xfe"});
  ASSERT_TRUE(html.ok());
  EXPECT_EQ(Json::parse(DataOf(*html))["config"], "a\ufffd\ufffd");
}

TEST(ReportHtml, NumbersAreThoseOfTheFile) {
  std::string results = TwoArms(1, 3);
  results.replace(results.find("0.71"), 4, "0.1234567890123456");
  const Json data = Json::parse(DataOf(*ReportHtml({.results_json = results})));
  EXPECT_EQ(data["results"]["judge"]["rank_correlation"]["surrogate"].get<double>(),
            0.1234567890123456);
}

TEST(ReportHtml, RefusesWhatIsBrokenByName) {
  const std::string results = TwoArms(1, 3);
  EXPECT_EQ(ReportHtml({.results_json = "{"}).error().code, ErrorCode::kCorruptData);
  EXPECT_EQ(ReportHtml({.results_json = R"({"schema":"x"})"}).error().code,
            ErrorCode::kCorruptData);
  const auto timing = ReportHtml({.results_json = results, .timing_json = "{\"a\":"});
  ASSERT_FALSE(timing.ok());
  EXPECT_EQ(timing.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(timing.error().message, HasSubstr("timing.json"));
  const auto audit = ReportHtml({.results_json = results, .label_audit_json = "no"});
  EXPECT_THAT(audit.error().message, HasSubstr("label_audit.json"));
}

TEST(ReportHtml, ThePageFetchesNothing) {
  const std::string results = TwoArms(1, 3);
  const std::string html = *ReportHtml({.results_json = results});
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* outside : {"src=\"http", "src=\"/", "src=\"./", "href=\"http", "href=\"/",
                              "href=\"./", "@import", "url(http"})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
}

}  // namespace
}  // namespace dynajob
