// Runs tests/servers/openai_server.py on a free port of the loopback interface, for tests.
//
// The server goes away with its owner, and also when the test is killed: it watches its standard
// input. DYNAJOB_OPENAI_SERVER and DYNAJOB_PYTHON name the file and the interpreter.
#ifndef DYNAJOB_LLM_TESTS_SCRIPTED_SERVER_H_
#define DYNAJOB_LLM_TESTS_SCRIPTED_SERVER_H_

#include <array>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dynajob/core/check.h"

namespace dynajob {

class ScriptedServer {
 public:
  explicit ScriptedServer(const nlohmann::json& script = nlohmann::json::object(),
                          std::initializer_list<std::string> extra_arguments = {}) {
    std::vector<std::string> arguments = {DYNAJOB_PYTHON, DYNAJOB_OPENAI_SERVER, "--watch-stdin"};
    arguments.insert(arguments.end(), extra_arguments);
    Spawn(arguments);
    port_ = ReadPort();
    if (!script.empty()) SetScript(script);
  }

  ~ScriptedServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(stdin_);
    close(stdout_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

  // Forgets what was recorded before.
  void SetScript(const nlohmann::json& script) { Control("/control/script", script.dump()); }
  nlohmann::json Report() { return Control("/control/report", ""); }
  nlohmann::json Requests() { return Control("/control/requests", ""); }

 private:
  using Pipe = std::array<int, 2>;

  static Pipe MakePipe() {
    Pipe ends{};
    DYNAJOB_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0, "pipe");
    return ends;
  }

  void Spawn(const std::vector<std::string>& arguments) {
    const Pipe in = MakePipe(), out = MakePipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> copies = arguments;
    std::vector<char*> pointers;
    for (std::string& argument : copies) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const int failure =
        posix_spawnp(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    stdout_ = out[0];
    DYNAJOB_CHECK(failure == 0, "cannot run " + arguments[0]);
  }

  int ReadPort() const {
    std::string line;
    for (char byte = 0; read(stdout_, &byte, 1) == 1 && byte != '\n';) line += byte;
    int port = 0;
    DYNAJOB_CHECK(std::sscanf(line.c_str(), "listening on %d", &port) == 1,
                  "the scripted server said: " + line);
    return port;
  }

  static size_t Append(char* data, size_t size, size_t count, void* text) {
    static_cast<std::string*>(text)->append(data, size * count);
    return size * count;
  }

  // GET without a body, else POST.
  nlohmann::json Control(const std::string& path, const std::string& body) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    const std::string url = "http://127.0.0.1:" + std::to_string(port_) + path;
    std::string answer;
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 60L);
    if (!body.empty()) curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &ScriptedServer::Append);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
    const CURLcode code = curl_easy_perform(curl.get());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    DYNAJOB_CHECK(code == CURLE_OK && status == 200, url + ": " + answer);
    return nlohmann::json::parse(answer);
  }

  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
  int port_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_TESTS_SCRIPTED_SERVER_H_
