#include "schema.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dynajob {
namespace {

using Type = Schema::Type;

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kObject:
      return "object";
    case Type::kArray:
      return "array";
    case Type::kString:
      return "string";
    case Type::kNumber:
      return "number";
    case Type::kInteger:
      return "integer";
    case Type::kBoolean:
      return "boolean";
    case Type::kAny:
      return "any";
  }
  return "any";
}

bool HasType(const Json& value, Type type) {
  switch (type) {
    case Type::kObject:
      return value.is_object();
    case Type::kArray:
      return value.is_array();
    case Type::kString:
      return value.is_string();
    case Type::kNumber:
      return value.is_number();
    case Type::kInteger:
      // 1.0 is the integer 1 in JSON Schema.
      return value.is_number_integer() ||
             (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
    case Type::kBoolean:
      return value.is_boolean();
    case Type::kAny:
      return true;
  }
  return true;
}

Problem Violation(std::string_view pointer, std::string detail) {
  return {.kind = kInvalid, .detail = std::move(detail), .pointer = std::string(pointer)};
}

std::optional<Problem> CheckText(const std::string& text, const Schema& schema,
                                 std::string_view pointer) {
  if (text.size() < schema.min_length || text.size() > schema.max_length)
    return Violation(pointer, fmt::format("has {} bytes; the limits are {} to {}", text.size(),
                                          schema.min_length, schema.max_length));
  if (text.find('\0') != std::string::npos)
    return Violation(pointer, "has a NUL character, which cannot be stored");
  if (!schema.choices.empty() &&
      std::find(schema.choices.begin(), schema.choices.end(), text) == schema.choices.end())
    return Violation(pointer, fmt::format("'{}' is none of {}", text.substr(0, 100),
                                          fmt::join(schema.choices, ", ")));
  return std::nullopt;
}

std::optional<Problem> CheckNumber(double number, const Schema& schema, std::string_view pointer) {
  if ((!schema.minimum || number >= *schema.minimum) &&
      (!schema.maximum || number <= *schema.maximum))
    return std::nullopt;
  return Violation(
      pointer, fmt::format("is {}; the limits are {} to {}", number,
                           schema.minimum.value_or(-HUGE_VAL), schema.maximum.value_or(HUGE_VAL)));
}

std::optional<Problem> CheckObject(const Json& object, const Schema& schema,
                                   std::string_view pointer) {
  for (const Schema::Property& property : schema.properties) {
    if (property.required && !object.contains(property.name))
      return Violation(Descend(pointer, property.name), "is required and not there");
  }
  for (const auto& [name, value] : object.items()) {
    const auto found = std::find_if(schema.properties.begin(), schema.properties.end(),
                                    [&](const auto& property) { return property.name == name; });
    if (found == schema.properties.end()) {
      std::vector<std::string> known;
      for (const Schema::Property& property : schema.properties) known.push_back(property.name);
      return Violation(Descend(pointer, name),
                       fmt::format("is not a known field; known: {}", fmt::join(known, ", ")));
    }
    if (auto problem = CheckJson(value, found->schema, Descend(pointer, name))) return problem;
  }
  return std::nullopt;
}

// Depth and duplicate keys, which the tree that a parser makes no longer shows.
class StructureCheck {
 public:
  explicit StructureCheck(size_t max_depth) : max_depth_(max_depth) {}
  // False: stop.
  bool Saw(Json::parse_event_t event, const Json& value) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      keys_.emplace_back();
      if (keys_.size() > max_depth_)
        problem_ = fmt::format("is nested deeper than {} levels", max_depth_);
    } else if (event == Event::object_end || event == Event::array_end) {
      if (!keys_.empty()) keys_.pop_back();
    } else if (event == Event::key && !keys_.empty() &&
               !keys_.back().insert(value.get<std::string>()).second) {
      problem_ = fmt::format("has the key '{}' twice", value.get<std::string>().substr(0, 100));
    }
    return problem_.empty();
  }
  const std::string& problem() const { return problem_; }

 private:
  size_t max_depth_;
  std::vector<std::set<std::string>> keys_;
  std::string problem_;
};

// Whether brackets outside of texts are nested deeper than this, before anything recursive runs.
bool DeeperThan(std::string_view text, size_t max_depth) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

Problem NotJson(std::string detail) {
  return {.kind = kMalformed, .detail = std::move(detail), .pointer = ""};
}

}  // namespace

std::optional<Problem> CheckJson(const Json& value, const Schema& schema,
                                 std::string_view pointer) {
  if (value.is_null() && schema.nullable) return std::nullopt;
  if (!HasType(value, schema.type))
    return Violation(pointer, fmt::format("is of type {}; it must be of type {}", value.type_name(),
                                          TypeName(schema.type)));
  switch (schema.type) {
    case Type::kObject:
      return CheckObject(value, schema, pointer);
    case Type::kString:
      return CheckText(value.get_ref<const std::string&>(), schema, pointer);
    case Type::kNumber:
    case Type::kInteger:
      return CheckNumber(value.get<double>(), schema, pointer);
    case Type::kArray:
      if (value.size() < schema.min_items || value.size() > schema.max_items)
        return Violation(pointer, fmt::format("has {} items; the limits are {} to {}", value.size(),
                                              schema.min_items, schema.max_items));
      for (size_t i = 0; i < value.size(); ++i)
        if (auto problem = CheckJson(value[i], *schema.items, Descend(pointer, std::to_string(i))))
          return problem;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

ParsedJson ParseJson(std::string_view text, size_t max_depth) {
  if (DeeperThan(text, max_depth))
    return {{}, NotJson(fmt::format("is nested deeper than {} levels", max_depth))};
  StructureCheck check(max_depth);
  try {
    Json value = Json::parse(text, [&](int, Json::parse_event_t event, Json& parsed) {
      return check.Saw(event, parsed);
    });
    if (!check.problem().empty()) return {{}, NotJson(check.problem())};
    return {std::move(value), std::nullopt};
  } catch (const Json::parse_error& error) {
    return {{}, NotJson(fmt::format("is not JSON: the error is at byte {}", error.byte))};
  } catch (const Json::exception& error) {
    return {{}, NotJson(fmt::format("is not JSON that can be used: {}", error.what()))};
  }
}

Json ToJsonSchema(const Schema& schema, bool expand) {
  if (!expand && !schema.name.empty()) return {{"$ref", "#/components/schemas/" + schema.name}};
  Json json = Json::object();
  if (schema.type != Type::kAny) {
    json["type"] = TypeName(schema.type);
    if (schema.nullable) json["type"] = Json::array({TypeName(schema.type), "null"});
  }
  if (!schema.description.empty()) json["description"] = schema.description;
  if (schema.minimum) json["minimum"] = *schema.minimum;
  if (schema.maximum) json["maximum"] = *schema.maximum;
  if (!schema.choices.empty()) {
    json["enum"] = schema.choices;
    if (schema.nullable) json["enum"].push_back(nullptr);
  }
  if (!schema.format.empty()) json["format"] = schema.format;
  if (schema.type == Type::kString && schema.choices.empty() && schema.format.empty()) {
    if (schema.min_length > 0) json["minLength"] = schema.min_length;
    json["maxLength"] = schema.max_length;
  }
  if (schema.type == Type::kArray) {
    if (schema.min_items > 0) json["minItems"] = schema.min_items;
    json["maxItems"] = schema.max_items;
    json["items"] = ToJsonSchema(*schema.items, false);
  }
  if (schema.type != Type::kObject) return json;
  Json required = Json::array();
  json["properties"] = Json::object();
  for (const Schema::Property& property : schema.properties) {
    json["properties"][property.name] = ToJsonSchema(property.schema, false);
    if (property.required) required.push_back(property.name);
  }
  if (!required.empty()) json["required"] = required;
  if (!schema.open) json["additionalProperties"] = false;
  return json;
}

Schema Text(std::string description, size_t max_length) {
  Schema schema;
  schema.type = Type::kString;
  schema.description = std::move(description);
  schema.max_length = max_length;
  return schema;
}

Schema OneOf(std::string description, std::vector<std::string> choices) {
  Schema schema = Text(std::move(description), 100);
  schema.choices = std::move(choices);
  return schema;
}

Schema Number(std::string description, double minimum, double maximum) {
  Schema schema;
  schema.type = Type::kNumber;
  schema.description = std::move(description);
  schema.minimum = minimum;
  schema.maximum = maximum;
  return schema;
}

Schema Integer(std::string description, double minimum, double maximum) {
  Schema schema = Number(std::move(description), minimum, maximum);
  schema.type = Type::kInteger;
  return schema;
}

Schema Boolean(std::string description) {
  Schema schema;
  schema.type = Type::kBoolean;
  schema.description = std::move(description);
  return schema;
}

Schema ListOf(Schema items, std::string description, size_t max_items) {
  Schema schema;
  schema.type = Type::kArray;
  schema.description = std::move(description);
  schema.max_items = max_items;
  schema.items = std::make_shared<const Schema>(std::move(items));
  return schema;
}

Schema Object(std::string name, std::string description, std::vector<Schema::Property> properties) {
  Schema schema;
  schema.type = Type::kObject;
  schema.name = std::move(name);
  schema.description = std::move(description);
  schema.properties = std::move(properties);
  return schema;
}

Schema Nullable(Schema schema) {
  schema.nullable = true;
  return schema;
}

}  // namespace dynajob
