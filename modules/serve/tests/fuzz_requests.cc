// libFuzzer entry over what clients and the spool file send: whatever the bytes are, JSON bodies,
// paths and spooled lines are refused with a reason or give records that write and read back as
// themselves. The ordinary tests call it with mutated input.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "http_message.h"
#include "record_json.h"
#include "spool.h"

namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_requests: %s\n", what);
  std::abort();
}

template <typename Record>
void FuzzRecord(const dynajob::Json& json) {
  Record record;
  if (const auto problem = dynajob::ReadRecord(json, "", record)) {
    Require(!problem->detail.empty() && problem->pointer.has_value(), "a problem without a reason");
    Require(!dynajob::ToResponse(*problem).body.empty(), "a problem that cannot be printed");
    return;
  }
  Record again;
  Require(!dynajob::ReadRecord(dynajob::ToJson(record), "", again), "what was written is refused");
  Require(again == record, "a record changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(data, data + size);
  Require(!dynajob::SplitPath(bytes).empty(), "a path without a segment");
  if (const auto event = dynajob::ParseSpoolLine(bytes)) {
    const auto again = dynajob::ParseSpoolLine(dynajob::SpoolLine(*event));
    Require(again.has_value() && *again == *event, "a spooled event changed");
  }
  const dynajob::ParsedJson parsed = dynajob::ParseJson(bytes, 16);
  if (parsed.problem) {
    Require(!parsed.problem->detail.empty(), "no reason given");
    return 0;
  }
  FuzzRecord<dynajob::Job>(parsed.value);
  FuzzRecord<dynajob::Candidate>(parsed.value);
  return 0;
}
