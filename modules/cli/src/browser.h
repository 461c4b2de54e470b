// A browser of the Chromium family, run without a window to draw a page.
#ifndef DYNAJOB_CLI_SRC_BROWSER_H_
#define DYNAJOB_CLI_SRC_BROWSER_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

// $DYNAJOB_BROWSER, else the first of chromium, chromium-browser, google-chrome and
// google-chrome-stable on the path. kNotFound, saying what to install, when there is none.
Result<std::filesystem::path> FindBrowser();

// file:// address of a path, with what is special in addresses escaped.
std::string FileUrl(const std::filesystem::path& path);

// The document of `url` as HTML after its scripts have run. The browser gets a profile of its own,
// which is removed. kIo when it cannot be started, fails, or takes longer than `timeout`.
Result<std::string> DumpDocument(const std::filesystem::path& browser, const std::string& url,
                                 std::chrono::seconds timeout);

// Bytes of standard base64 (RFC 4648) with its padding; kCorruptData when it is not.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_BROWSER_H_
