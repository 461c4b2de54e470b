// The table of routes as OpenAPI 3.1 and as a document for people.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/serve/http_api.h"

#include "api_schemas.h"
#include "routes.h"

namespace dynajob {
namespace {

void CollectNamed(const Schema& schema, std::map<std::string, Schema>& named) {
  if (!schema.name.empty()) named.emplace(schema.name, schema);
  for (const Schema::Property& property : schema.properties) CollectNamed(property.schema, named);
  if (schema.items != nullptr) CollectNamed(*schema.items, named);
}

std::map<std::string, Schema> NamedSchemas() {
  std::map<std::string, Schema> named;
  CollectNamed(ProblemSchema(), named);
  for (const Route& route : Routes()) {
    if (route.body) CollectNamed(route.body->schema, named);
    for (const Answer& answer : route.answers)
      if (answer.schema) CollectNamed(*answer.schema, named);
  }
  return named;
}

std::vector<std::string> PathParameters(const std::string& path) {
  std::vector<std::string> names;
  for (const std::string& segment : SplitPath(path))
    if (segment.starts_with('{')) names.push_back(segment.substr(1, segment.size() - 2));
  return names;
}

// All problems of a route by their status.
std::map<int, std::set<std::string>> ProblemsOf(const Route& route) {
  std::map<int, std::set<std::string>> problems;
  const auto add = [&](const ProblemKind& kind) {
    problems[kind.status].insert(std::string(kind.title));
  };
  for (const ProblemKind& kind : CommonProblems()) add(kind);
  for (const ProblemKind& kind : route.problems) add(kind);
  if (route.body) add(kMediaType);
  if (route.right != Right::kOpen)
    for (const ProblemKind& kind : {kKeyRequired, kForbidden, kRateLimited}) add(kind);
  return problems;
}

Json ParametersOf(const Route& route) {
  Json parameters = Json::array();
  for (const std::string& name : PathParameters(route.path)) {
    Schema id = Text("An id", 200);
    id.min_length = 1;
    parameters.push_back(
        {{"name", name}, {"in", "path"}, {"required", true}, {"schema", ToJsonSchema(id)}});
  }
  for (const QueryParameter& parameter : route.query) {
    Json schema = ToJsonSchema(parameter.schema);
    if (parameter.repeated) schema = {{"type", "array"}, {"items", schema}};
    parameters.push_back({{"name", parameter.name}, {"in", "query"}, {"schema", schema}});
    if (parameter.repeated) parameters.back()["explode"] = true;
  }
  if (route.right != Right::kOpen)
    parameters.push_back(
        {{"name", kTimeoutHeader},
         {"in", "header"},
         {"schema", ToJsonSchema(Integer("How long the client waits", 1, kMaxTimeoutMs))}});
  return parameters;
}

Json BodyOf(const RequestBody& body) {
  Json schema = ToJsonSchema(body.schema, false);
  Json content = Json::object();
  if (body.bulk) {
    Schema list = ListOf(body.schema, "", kMaxBulk);
    list.min_items = 1;
    content["application/json"]["schema"] = {{"oneOf", {schema, ToJsonSchema(list)}}};
    content[body.media_type]["schema"] = {{"type", "string"}, {"description", "One object a line"}};
  } else {
    content["application/json"]["schema"] = schema;
    if (!body.media_type.empty()) content[body.media_type]["schema"] = schema;
  }
  return {{"required", true}, {"content", content}};
}

Json AnswersOf(const Route& route) {
  Json answers = Json::object();
  for (const Answer& answer : route.answers) {
    Json& entry = answers[std::to_string(answer.status)];
    entry["description"] = answer.description;
    if (answer.schema)
      entry["content"][answer.media_type]["schema"] = ToJsonSchema(*answer.schema, false);
  }
  for (const auto& [status, titles] : ProblemsOf(route)) {
    Json& entry = answers[std::to_string(status)];
    const std::string text = fmt::format("{}", fmt::join(titles, "; "));
    entry["description"] = entry.contains("description")
                               ? entry["description"].get<std::string>() + "; " + text
                               : text;
    entry["content"]["application/problem+json"]["schema"] = ToJsonSchema(ProblemSchema(), false);
    if (status == 429 || status == 503)
      entry["headers"]["Retry-After"] = {{"description", "Seconds after which to try again"},
                                         {"schema", {{"type", "integer"}}}};
  }
  return answers;
}

Json OperationOf(const Route& route) {
  Json operation = {{"operationId", route.id}, {"summary", route.summary}};
  if (!route.details.empty()) operation["description"] = route.details;
  if (const Json parameters = ParametersOf(route); !parameters.empty())
    operation["parameters"] = parameters;
  if (route.body) operation["requestBody"] = BodyOf(*route.body);
  operation["responses"] = AnswersOf(route);
  operation["security"] = Json::array();
  if (route.right != Right::kOpen) {
    operation["security"].push_back({{"key", Json::array()}});
    operation["security"].push_back(Json::object());  // no keys are set
  }
  return operation;
}

std::string LimitsOf(const Schema& schema) {
  if (!schema.choices.empty()) return fmt::format("one of {}", fmt::join(schema.choices, ", "));
  if (schema.minimum && schema.maximum && *schema.maximum < 1e12)
    return fmt::format("{} to {}", *schema.minimum, *schema.maximum);
  if (schema.type == Schema::Type::kString && schema.format.empty())
    return fmt::format("{} to {} bytes", schema.min_length, schema.max_length);
  if (schema.type == Schema::Type::kArray) return fmt::format("at most {} items", schema.max_items);
  return {};
}

std::string TypeOf(const Schema& schema) {
  if (schema.type == Schema::Type::kArray) return "list of " + TypeOf(*schema.items);
  if (!schema.name.empty()) return schema.name;
  const Json type = ToJsonSchema(schema).value("type", Json("any"));
  const std::string name = type.is_array() ? type[0].get<std::string>() : type.get<std::string>();
  return schema.nullable ? name + " or null" : name;
}

std::string FieldTable(const Schema& schema) {
  std::string text = "| field | type | |\n|---|---|---|\n";
  for (const Schema::Property& property : schema.properties) {
    std::string notes = property.schema.description;
    if (const std::string limits = LimitsOf(property.schema); !limits.empty())
      notes += (notes.empty() ? "" : "; ") + limits;
    if (property.required && !schema.open) notes += notes.empty() ? "required" : "; **required**";
    text += fmt::format("| `{}` | {} | {} |\n", property.name, TypeOf(property.schema), notes);
  }
  return text;
}

std::string RouteText(const Route& route) {
  std::string text = fmt::format("### {} {}\n\n{}.", route.method, route.path, route.summary);
  if (!route.details.empty()) text += " " + route.details;
  text += route.right == Right::kOpen
              ? " No key is needed.\n"
              : fmt::format(" Needs a key for *{}*.\n", ToString(route.right));
  if (!route.query.empty()) {
    text += "\n| parameter | type | |\n|---|---|---|\n";
    for (const QueryParameter& parameter : route.query)
      text += fmt::format("| `{}` | {}{} | {}; {} |\n", parameter.name, TypeOf(parameter.schema),
                          parameter.repeated ? ", repeatable" : "", parameter.schema.description,
                          LimitsOf(parameter.schema));
  }
  if (route.body)
    text += fmt::format("\nBody: {}{}.\n", TypeOf(route.body->schema),
                        route.body->bulk ? ", one or a list" : "");
  text += "\n| answer | |\n|---|---|\n";
  for (const Answer& answer : route.answers)
    text += fmt::format(
        "| {} | {}{} |\n", answer.status, answer.description,
        answer.schema && !answer.schema->name.empty() ? ": " + answer.schema->name : std::string());
  for (const ProblemKind& kind : route.problems)
    text += fmt::format("| {} | `{}`: {} |\n", kind.status, kind.name, kind.title);
  if (!route.example.empty()) text += fmt::format("\n```sh\n{}\n```\n", route.example);
  return text + "\n";
}

constexpr const char* kIntroduction =
    R"(# HTTP API

<!-- Printed by `dynajob serve --print-http-api`; a test compares. Change modules/serve/src/routes.cc. -->

`dynajob serve` answers JSON over HTTP/1.1. The same as OpenAPI 3.1: `GET /openapi.json`.

**Keys.** Without keys the server listens on loopback addresses only and everybody may do everything.
With keys (`serve.keys_file`, or `DYNAJOB_SERVE_READ_KEY`, `DYNAJOB_SERVE_FEEDBACK_KEY` and
`DYNAJOB_SERVE_ADMIN_KEY`) a request needs one, as `Authorization: Bearer KEY` or `X-Api-Key: KEY`:
*read* may read and ask for recommendations, *feedback* also send feedback, *admin* everything.

**Deadlines.** `X-Request-Timeout-Ms` says how long the client waits, from the first byte of the
request; what cannot be done in time is refused with 503 rather than done in vain. Feedback that the
store did not take in time may be stored all the same: sent again, the same `event_id` counts once.

**Load.** More than the server can do is refused early with 503 and `Retry-After`: bulk work first,
explanations next, recommendations last; health and metrics are always answered. What
`GET /v1/recommend` asks for beyond that is refused before its key and parameters are looked at, and a client that asks again at once waits up to half a second for its answer. Each key has a rate
(`serve.rate`); beyond it 429 and `Retry-After`.

**Page.** `GET /` is the dashboard, with its files `/app.js` and `/app.css`: a client of this API like
any other, which asks for a key where the server has some.

**Errors** are `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, for a field
of the body its JSON `pointer`, for a query parameter or header its name as `parameter`. Unknown
fields and parameters are errors. Any request can meet these:

| status | type | |
|---|---|---|
)";

}  // namespace

std::string OpenApiJson(std::string_view version) {
  Json paths = Json::object();
  for (const Route& route : Routes()) {
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    paths[route.path][method] = OperationOf(route);
  }
  Json schemas = Json::object();
  for (const auto& [name, schema] : NamedSchemas()) schemas[name] = ToJsonSchema(schema);
  const Json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "dynajob"},
        {"version", version},
        {"description", "Job recommendation with warm-started Dyna-Q"}}},
      {"paths", paths},
      {"components",
       {{"schemas", schemas},
        {"securitySchemes", {{"key", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  return document.dump(1) + "\n";
}

std::string HttpApiMarkdown() {
  std::string text = kIntroduction;
  for (const ProblemKind& kind : CommonProblems())
    text += fmt::format("| {} | `{}` | {} |\n", kind.status, kind.name, kind.title);
  for (const ProblemKind& kind : {kKeyRequired, kForbidden, kRateLimited, kMediaType})
    text += fmt::format("| {} | `{}` | {} |\n", kind.status, kind.name, kind.title);
  text += "\n## Requests\n\n";
  for (const Route& route : Routes()) text += RouteText(route);
  text += "## Objects\n\nObjects of answers may get further fields in later versions.\n";
  for (const auto& [name, schema] : NamedSchemas())
    text += fmt::format("\n### {}\n\n{}.\n\n{}", name, schema.description, FieldTable(schema));
  return text;
}

}  // namespace dynajob
