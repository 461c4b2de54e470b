#include "scripted_mongodb.h"

#include <array>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynajob {
namespace {

std::string ReadLine(int descriptor) {
  std::string line;
  char next = 0;
  while (read(descriptor, &next, 1) == 1 && next != '\n') line += next;
  return line;
}

}  // namespace

ScriptedMongodb::ScriptedMongodb(const std::string& script) {
  const std::string script_path = directory_.File("script.json");
  std::ofstream(script_path) << script;
  std::array<int, 2> input{};
  std::array<int, 2> output{};
  if (pipe2(input.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  if (pipe2(output.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::array<std::string, 4> arguments = {"python3", DYNAJOB_TEST_SERVERS "/scripted_mongodb.py",
                                          script_path, directory_.File("received.jsonl")};
  std::array<char*, 5> argv{};
  for (size_t i = 0; i < arguments.size(); ++i) argv[i] = arguments[i].data();
  const int failed = posix_spawnp(&process_, "python3", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(input[0]);
  close(output[1]);
  input_ = input[1];
  if (failed == 0) uri_ = ReadLine(output[0]);
  close(output[0]);
  if (failed != 0) throw std::runtime_error("python3 cannot be run");
  if (uri_.empty()) throw std::runtime_error("the scripted server did not start");
}

ScriptedMongodb::~ScriptedMongodb() {
  close(input_);
  if (process_ > 0) waitpid(process_, nullptr, 0);
}

std::vector<nlohmann::json> ScriptedMongodb::Received(std::string_view command) const {
  std::vector<nlohmann::json> requests;
  std::ifstream log(directory_.File("received.jsonl"));
  for (std::string line; std::getline(log, line);) {
    // Member order is lost in parsing; the command is what every line begins with.
    if (line.starts_with("{\"" + std::string(command) + "\":")) {
      requests.push_back(nlohmann::json::parse(line));
    }
  }
  return requests;
}

}  // namespace dynajob
