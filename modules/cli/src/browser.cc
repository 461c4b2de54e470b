#include "browser.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dynajob/core/file.h"

extern char** environ;

namespace dynajob {
namespace {

namespace fs = std::filesystem;

constexpr auto kPoll = std::chrono::milliseconds(20);
constexpr const char* kBrowsers[] = {"chromium", "chromium-browser", "google-chrome",
                                     "google-chrome-stable"};

bool IsExecutable(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

fs::path OnPath(std::string_view name) {
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable == nullptr ? "" : variable;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    const fs::path path = fs::path(rest.substr(0, colon)) / name;
    if (IsExecutable(path)) return path;
    rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
  }
  return {};
}

class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> Make() {
    std::error_code error;
    const fs::path base = fs::temp_directory_path(error);
    std::string pattern = ((error ? fs::path("/tmp") : base) / "dynajob-browser-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      return IoError(fmt::format("cannot make {}: {}", pattern, std::strerror(errno)));
    return TemporaryDirectory(pattern);
  }
  TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory() {
    // The browser's helpers may still be writing their last; what stays is in the system's folder
    // for it.
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// Starts `arguments` as a process group of its own with its output in files.
Result<pid_t> Start(const std::vector<std::string>& arguments, const fs::path& out,
                    const fs::path& err) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kFlags, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), kFlags, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t process = 0;
  const int failed = posix_spawn(&process, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0)
    return IoError(fmt::format("cannot start {}: {}", arguments[0], std::strerror(failed)));
  return process;
}

// The exit status; kIo after `timeout`, when the process and its children are ended.
Result<int> Wait(pid_t process, std::chrono::seconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(process, &status, WNOHANG);
    if (ended == process) return status;
    if (ended < 0 && errno != EINTR)
      return IoError(fmt::format("cannot wait for the browser: {}", std::strerror(errno)));
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(kPoll);
  }
  kill(-process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return IoError(fmt::format("the browser did not finish within {} s", timeout.count()));
}

std::string LastLine(const std::string& text) {
  const size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "it said nothing";
  const size_t begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

}  // namespace

Result<fs::path> FindBrowser() {
  if (const char* named = std::getenv("DYNAJOB_BROWSER"); named != nullptr && *named != '\0') {
    const fs::path path = std::strchr(named, '/') == nullptr ? OnPath(named) : fs::path(named);
    if (IsExecutable(path)) return path;
    return NotFound(fmt::format("DYNAJOB_BROWSER is '{}': there is no such program", named));
  }
  for (const char* name : kBrowsers)
    if (fs::path path = OnPath(name); !path.empty()) return path;
  return NotFound(
      "no browser was found to draw the figures: install chromium (Debian: apt-get install "
      "chromium) or "
      "name a browser of its family in DYNAJOB_BROWSER");
}

std::string FileUrl(const fs::path& path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string url = "file://";
  for (const char c : fs::absolute(path).string()) {
    if (kPlain.find(c) == std::string_view::npos) {
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      url += c;
    }
  }
  return url;
}

Result<std::string> DumpDocument(const fs::path& browser, const std::string& url,
                                 std::chrono::seconds timeout) {
  DYNAJOB_ASSIGN_OR_RETURN(const TemporaryDirectory directory, TemporaryDirectory::Make());
  std::vector<std::string> arguments = {
      browser.string(),
      "--headless",
      "--disable-gpu",
      "--disable-extensions",
      "--disable-background-networking",
      "--no-first-run",
      "--hide-scrollbars",
      "--window-size=1000,1400",
      // The page's own clock: it ends when the page has nothing left to do.
      "--virtual-time-budget=60000",
      fmt::format("--user-data-dir={}", (directory.path() / "profile").string()),
      "--dump-dom",
  };
  // Chromium refuses to run as root with its sandbox; the page is ours and fetches nothing.
  if (geteuid() == 0) arguments.push_back("--no-sandbox");
  arguments.push_back(url);
  const fs::path out = directory.path() / "document", err = directory.path() / "messages";
  DYNAJOB_ASSIGN_OR_RETURN(const pid_t process, Start(arguments, out, err));
  DYNAJOB_ASSIGN_OR_RETURN(const int status, Wait(process, timeout));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::string messages, ReadFile(err));
    return IoError(fmt::format("{} failed: {}", browser.string(), LastLine(messages)));
  }
  return ReadFile(out);
}

Result<std::string> DecodeBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t end = std::min(text.find('='), text.size());
  if (text.size() % 4 != 0 || text.size() - end > 2)
    return CorruptData("base64: its length or padding is wrong");
  std::string bytes;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text.substr(0, end)) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos)
      return CorruptData(fmt::format("base64: byte {} is no digit", static_cast<int>(c)));
    buffer = buffer << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(buffer >> bits & 0xff);
    }
  }
  if (text.substr(end).find_first_not_of('=') != std::string_view::npos)
    return CorruptData("base64: a digit after the padding");
  return bytes;
}

}  // namespace dynajob
