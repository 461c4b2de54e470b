#include "job_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServedJobPtr Served(Job job) {
  return std::make_shared<const ServedJob>(std::move(job), std::vector<float>{});
}

Job Named(const std::string& id, const std::string& title) {
  Job job;
  job.id = id;
  job.title = title;
  return job;
}

class JobSearchTest : public ::testing::Test {
 protected:
  std::vector<std::string> Find(std::string_view query, size_t offset = 0, size_t count = 10) {
    const auto set = std::make_shared<const JobSet>(jobs_);
    const JobMatches matches = search_.Find(set, query, offset, count);
    total_ = matches.total;
    std::vector<std::string> ids;
    for (const ServedJobPtr& job : matches.jobs) ids.push_back(job->record().id);
    return ids;
  }
  void Put(Job job) { jobs_.push_back(Served(std::move(job))); }

  JobSet jobs_;
  JobSearch search_;
  size_t total_ = 0;
};

TEST_F(JobSearchTest, FindsWhateverTheCaseAndTheAccents) {
  Put(Named("a", "Éditeur de résumés"));
  Put(Named("b", "STRASSENBAU"));
  Put(Named("c", "Nurse"));
  for (const char* query : {"editeur", "ÉDITEUR",
                            "E\xCC\x81"
                            "diteur",
                            "resumes", "RÉSUMÉS"})
    EXPECT_THAT(Find(query), ElementsAre("a")) << query;
  EXPECT_THAT(Find("straßenbau"), ElementsAre("b"));
  EXPECT_THAT(SearchWords("C++, Node.js & Ñandú"), ElementsAre("c++", "node.js", "nandu"));
}

TEST_F(JobSearchTest, EveryWordMustBeThere) {
  Put(Named("a", "Data engineer"));
  Put(Named("b", "Data analyst"));
  EXPECT_THAT(Find("data engineer"), ElementsAre("a"));
  EXPECT_THAT(Find("data"), ElementsAre("a", "b"));
  EXPECT_THAT(Find("data plumber"), IsEmpty());
  EXPECT_EQ(total_, 0u);
}

TEST_F(JobSearchTest, TitlesCountMoreThanSkillsAndWholeWordsMoreThanBeginnings) {
  Job skill = Named("a-skill", "Engineer");
  skill.technical_skills = {"Java"};
  Job place = Named("b-place", "Cook");
  place.location = "Java, Indonesia";
  Job beginning = Named("c-beginning", "JavaScript developer");
  Put(place);
  Put(skill);
  Put(beginning);
  Put(Named("d-title", "Java developer"));
  Job company = Named("e-company", "Clerk");
  company.company = "Java Ltd";
  Put(company);
  // 8, then 4 (skill, beginning of a title, company) by id, then 2.
  EXPECT_THAT(Find("java"),
              ElementsAre("d-title", "a-skill", "c-beginning", "e-company", "b-place"));
  EXPECT_THAT(Find("java developer"), ElementsAre("d-title", "c-beginning"));
}

TEST_F(JobSearchTest, AJobWithThisIdComesFirst) {
  Put(Named("job-7", "Nurse"));
  Put(Named("a", "job-7 replacement"));
  EXPECT_THAT(Find(" job-7 "), ElementsAre("job-7", "a"));
}

TEST_F(JobSearchTest, PagesAreOfOneOrderAndCountAll) {
  for (int i = 0; i < 30; ++i) Put(Named("j" + std::to_string(100 + i), "Welder"));
  EXPECT_EQ(Find("welder", 0, 2), (std::vector<std::string>{"j100", "j101"}));
  EXPECT_EQ(total_, 30u);
  EXPECT_EQ(Find("welder", 28, 10), (std::vector<std::string>{"j128", "j129"}));
  EXPECT_THAT(Find("welder", 50, 10), IsEmpty());
  EXPECT_EQ(Find("", 1, 2), (std::vector<std::string>{"j101", "j102"}));
  EXPECT_EQ(Find(" ,; ", 0, 1), (std::vector<std::string>{"j100"}));
}

TEST_F(JobSearchTest, FollowsWhatHappensToTheJobs) {
  Put(Named("a", "Nurse"));
  Put(Named("b", "Cook"));
  EXPECT_THAT(Find("nurse"), ElementsAre("a"));
  jobs_[0] = Served(Named("a", "Welder"));  // changed
  EXPECT_THAT(Find("nurse"), IsEmpty());
  EXPECT_THAT(Find("welder"), ElementsAre("a"));
  jobs_.erase(jobs_.begin());  // gone
  EXPECT_THAT(Find("welder"), IsEmpty());
  EXPECT_THAT(Find(""), ElementsAre("b"));
  // Often enough for the index to begin anew.
  for (int i = 0; i < 1100; ++i) {
    jobs_[0] = Served(Named("b", "Cook " + std::to_string(i)));
    ASSERT_THAT(Find("cook"), ElementsAre("b"));
  }
  EXPECT_THAT(Find("1099"), ElementsAre("b"));
  EXPECT_THAT(Find("1098"), IsEmpty());
}

}  // namespace
}  // namespace dynajob
