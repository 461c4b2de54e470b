// Jobs and candidates as JSON.
#ifndef DYNAJOB_SERVE_SRC_RECORD_JSON_H_
#define DYNAJOB_SERVE_SRC_RECORD_JSON_H_

#include <optional>
#include <string_view>

#include "dynajob/core/types.h"

#include "schema.h"

namespace dynajob {

// With an id, which is required unless `id_optional`.
Schema JobSchema();
Schema CandidateSchema(bool id_optional = false);
// A JSON Merge Patch (RFC 7396): no id, and null removes a field.
Schema JobPatchSchema();
Schema CandidatePatchSchema();

// Checks against the schema and reads. The problem's pointer starts with `pointer`.
std::optional<Problem> ReadRecord(const Json& json, std::string_view pointer, Job& job);
std::optional<Problem> ReadRecord(const Json& json, std::string_view pointer, Candidate& candidate);

// What is known; reading it again gives an equal record.
Json ToJson(const Job& job);
Json ToJson(const Candidate& candidate);

// RFC 7396, for objects whose members are not merged deeper: a position or a salary is replaced.
Json MergePatch(Json target, const Json& patch);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_RECORD_JSON_H_
