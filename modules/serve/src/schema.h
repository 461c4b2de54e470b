// What a JSON value must look like: checked when a request comes, and printed into /openapi.json
// and docs/http_api.md, so that the documentation is what is checked.
#ifndef DYNAJOB_SERVE_SRC_SCHEMA_H_
#define DYNAJOB_SERVE_SRC_SCHEMA_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "problem.h"

namespace dynajob {

using Json = nlohmann::ordered_json;

struct Schema {
  enum class Type { kObject, kArray, kString, kNumber, kInteger, kBoolean, kAny };

  Type type = Type::kAny;
  std::string description;
  std::string name;               // of a schema that is printed once and referred to; may be empty
  std::optional<double> minimum;  // of a number
  std::optional<double> maximum;
  size_t min_length = 0;             // of a text, in bytes
  size_t max_length = 100'000;       // of a text, in bytes
  size_t min_items = 0;              // of a list
  size_t max_items = 1'000;          // of a list
  std::vector<std::string> choices;  // of a text; empty: any
  std::string format;                // of a text: "date-time", …; checked by whoever reads it
  bool nullable = false;
  struct Property;
  std::vector<Property> properties;     // of an object; others are refused
  bool open = false;                    // of an object in an answer: others may come
  std::shared_ptr<const Schema> items;  // of a list
};

struct Schema::Property {
  std::string name;
  Schema schema = {};
  bool required = false;
};

// The first thing that is wrong, with a pointer to it that starts with `pointer`; nullopt when
// nothing is.
std::optional<Problem> CheckJson(const Json& value, const Schema& schema,
                                 std::string_view pointer = "");

// JSON text as a value. kMalformed, saying where, for what is not JSON, is nested deeper than
// `max_depth`, or says the same key twice.
struct ParsedJson {
  Json value;
  std::optional<Problem> problem;
};
ParsedJson ParseJson(std::string_view text, size_t max_depth);

// As JSON Schema (2020-12, which OpenAPI 3.1 uses). Named schemas below the top are references to
// #/components/schemas/NAME.
Json ToJsonSchema(const Schema& schema, bool expand = true);

// Shorthands for tables.
Schema Text(std::string description, size_t max_length);
Schema OneOf(std::string description, std::vector<std::string> choices);
Schema Number(std::string description, double minimum, double maximum);
Schema Integer(std::string description, double minimum, double maximum);
Schema Boolean(std::string description);
Schema ListOf(Schema items, std::string description, size_t max_items);
Schema Object(std::string name, std::string description, std::vector<Schema::Property> properties);
Schema Nullable(Schema schema);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_SCHEMA_H_
