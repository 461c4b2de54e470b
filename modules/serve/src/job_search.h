// Jobs by the words that are in them, for people who look through the catalog.
//
// Every word of the query must be a word of the job or the beginning of one, whatever the case and
// the accents ("Résumé" finds "resume"). A word counts by the weightiest field that has it: title
// 8, company and technical skill 4, sector, place and soft skill 2; half of that where only the
// beginning is the same. Jobs are ordered by the sum over the words, equals by id; a job whose id
// is the query comes first. Descriptions are not searched: most words are in most of them.
//
// An inverted index in memory, brought up to date by the next search after jobs have changed: about
// 8 bytes for each word of each job.
#ifndef DYNAJOB_SERVE_SRC_JOB_SEARCH_H_
#define DYNAJOB_SERVE_SRC_JOB_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "market.h"

namespace dynajob {

// The words of a text as they are compared: without case and accents (Unicode NFKC_Casefold, then
// without combining marks), as dynajob::Words splits them.
std::vector<std::string> SearchWords(std::string_view text);

struct JobMatches {
  std::vector<ServedJobPtr> jobs;  // of the page
  size_t total = 0;                // at any offset
};

// Safe for concurrent use; searches wait for each other.
class JobSearch {
 public:
  // Without a word in `query`: all jobs, by id.
  JobMatches Find(const std::shared_ptr<const JobSet>& jobs, std::string_view query, size_t offset,
                  size_t count);

 private:
  struct Posting {
    uint32_t slot = 0;
    uint8_t weight = 0;
  };

  void Update(const std::shared_ptr<const JobSet>& jobs);
  void Add(const ServedJobPtr& job);
  std::vector<uint32_t> Weigh(const std::vector<std::string>& words) const;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const JobSet> source_;
  std::vector<ServedJobPtr> slots_;  // null: gone
  std::unordered_map<const ServedJob*, uint32_t> slot_of_;
  std::map<std::string, std::vector<Posting>, std::less<>> postings_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_JOB_SEARCH_H_
