// The pages that were shown, on the local disk, so that feedback after a restart is still joined to
// what it answers.
//
// Two files, the newer one growing: when it is full it takes the place of the older one, so that
// the newest `capacity` pages are always there and at most twice as many. Pages are written without
// a flush: they survive the death of the process, and power loss takes at most the last few
// seconds, which costs those joins and no response. A record that was cut short is the end of its
// file.
#ifndef DYNAJOB_SERVE_SRC_PAGE_LOG_H_
#define DYNAJOB_SERVE_SRC_PAGE_LOG_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

#include "history.h"

namespace dynajob {

// Not safe for concurrent use.
class PageLog {
 public:
  // Hands every page that is there to `visit`, oldest first, and goes on from there.
  static Result<std::unique_ptr<PageLog>> Open(
      const std::filesystem::path& directory, size_t capacity,
      const std::function<void(std::string request_id, ShownPage page)>& visit);
  PageLog(const PageLog&) = delete;
  PageLog& operator=(const PageLog&) = delete;
  ~PageLog();

  Status Append(std::string_view request_id, const ShownPage& page);

 private:
  PageLog(std::filesystem::path directory, size_t capacity)
      : directory_(std::move(directory)), capacity_(capacity) {}
  Status OpenNewer(bool truncate);

  std::filesystem::path directory_;
  size_t capacity_;
  size_t pages_ = 0;  // in the newer file
  int fd_ = -1;
};

// One record, and back from the start of `bytes`, which it is taken off; nullopt for what is not
// whole.
std::string PageRecord(std::string_view request_id, const ShownPage& page);
std::optional<std::pair<std::string, ShownPage>> TakePageRecord(std::string_view& bytes);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_PAGE_LOG_H_
