"""Chat completions of the scripted server: requests are checked as OpenAI does, and the user's answers
are a pure function of the request."""

import hashlib
import json
import math
import re
import time

from openai_api import ApiError, check_number, check_request, fraction, require

KNOWN_PARAMETERS = {
    "model", "messages", "temperature", "top_p", "seed", "max_tokens", "max_completion_tokens", "n",
    "stream", "response_format", "logprobs", "top_logprobs", "logit_bias", "stop", "user",
    "presence_penalty", "frequency_penalty", "store", "metadata",
}
ROLES = {"system", "developer", "user", "assistant"}
SCHEMA_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
PIECES = re.compile(r"\w+|\W+")


def check_messages(messages):
    require(isinstance(messages, list), "Missing required parameter: 'messages'.", "messages",
            "missing_required_parameter")
    require(messages, "Invalid 'messages': empty array.", "messages", "empty_array")
    for i, message in enumerate(messages):
        require(isinstance(message, dict), f"Invalid type for 'messages[{i}]'.", f"messages[{i}]")
        require(message.get("role") in ROLES, f"Invalid value: '{message.get('role')}'.",
                f"messages[{i}].role", "invalid_value")
        require(isinstance(message.get("content"), str),
                f"Invalid value for 'content': expected a string, got {type(message.get('content'))}.",
                f"messages[{i}].content")


def check_strict(schema, where):
    """The subset that strict structured outputs take."""
    if not isinstance(schema, dict):
        raise ApiError(400, f"Invalid schema for response_format: {where} is not an object.",
                       param="response_format")
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        require(schema.get("additionalProperties") is False,
                f"Invalid schema for response_format: {where}: 'additionalProperties' is required "
                "to be supplied and to be false.", "response_format")
        require(sorted(schema.get("required", [])) == sorted(properties),
                f"Invalid schema for response_format: {where}: 'required' is required to be "
                "supplied and to be an array including every key in properties.", "response_format")
        for name, child in properties.items():
            check_strict(child, f"{where}.{name}")
    if schema.get("type") == "array":
        check_strict(schema.get("items", {}), f"{where}[]")


def check_supported(script, capability, message, param):
    require(script.capabilities[capability] is not False, message, param, "unsupported_parameter")


def check_response_format(script, request):
    chosen = request.get("response_format")
    if chosen is None:
        return
    require(isinstance(chosen, dict), "Invalid type for 'response_format'.", "response_format")
    kind = chosen.get("type")
    require(kind in ("text", "json_object", "json_schema"), f"Invalid value: '{kind}'.",
            "response_format.type", "invalid_value")
    if kind == "json_schema":
        check_supported(script, "json_schema",
                        "Invalid parameter: 'response_format' of type 'json_schema' is not "
                        "supported with this model.", "response_format")
        inner = chosen.get("json_schema")
        require(isinstance(inner, dict), "Missing required parameter: 'response_format.json_schema'.",
                "response_format.json_schema", "missing_required_parameter")
        require(SCHEMA_NAME.match(str(inner.get("name", ""))),
                "Invalid 'response_format.json_schema.name'.", "response_format.json_schema.name")
        require(isinstance(inner.get("schema"), dict),
                "Missing required parameter: 'response_format.json_schema.schema'.",
                "response_format.json_schema.schema", "missing_required_parameter")
        if inner.get("strict"):
            check_strict(inner["schema"], "schema")
    if kind == "json_object" and "schema" in chosen:
        check_supported(script, "llama_schema", "Unknown parameter: 'response_format.schema'.",
                        "response_format.schema")
    elif kind == "json_object":
        check_supported(script, "json_object",
                        "Invalid parameter: 'response_format' of type 'json_object' is not "
                        "supported with this model.", "response_format")
        require(any("json" in message["content"].lower() for message in request["messages"]),
                "'messages' must contain the word 'json' in some form, to use 'response_format' of "
                "type 'json_object'.", "messages")


def check_logprobs(script, request):
    wanted = request.get("top_logprobs")
    if request.get("logprobs"):
        check_supported(script, "logprobs", "This model does not support 'logprobs'.", "logprobs")
    if wanted is None:
        return
    require(request.get("logprobs") is True,
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            "top_logprobs")
    most = script.capabilities["max_top_logprobs"]
    require(isinstance(wanted, int) and 0 <= wanted <= most,
            f"Invalid value for 'top_logprobs': must be less than or equal to {most}.",
            "top_logprobs")


def check_logit_bias(script, request):
    bias = request.get("logit_bias")
    if bias is None:
        return
    check_supported(script, "logit_bias", "Unsupported parameter: 'logit_bias' is not supported "
                    "with this model.", "logit_bias")
    require(isinstance(bias, dict), "Invalid type for 'logit_bias'.", "logit_bias")
    for token, value in bias.items():
        require(token.isdigit() and isinstance(value, (int, float)) and -100 <= value <= 100,
                "Invalid 'logit_bias': values must be from -100 to 100.", "logit_bias")


def check_chat(script, headers, body):
    request = check_request(script, headers, body, KNOWN_PARAMETERS)
    check_messages(request.get("messages"))
    check_number(request, "temperature", 0, 2)
    check_number(request, "top_p", 0, 1)
    check_number(request, "seed", -2**63, 2**63 - 1)
    check_number(request, "max_tokens", 1, 1 << 20)
    check_number(request, "max_completion_tokens", 1, 1 << 20)
    check_number(request, "n", 1, 1)
    require(not request.get("stream"), "This server does not stream.", "stream")
    check_response_format(script, request)
    check_logprobs(script, request)
    check_logit_bias(script, request)
    return request


class User:
    """Chooses among options by the text of the messages; samples when the temperature is not 0."""

    def __init__(self, script, request):
        self.rules = script.rules
        self.responses = script.responses
        self.text = "\x01".join(message["content"] for message in request["messages"])
        self.greedy = request.get("temperature", 1) == 0
        self.seed = request.get("seed", 0)
        self.distributions = {}  # position of the piece in the answer -> [(option, probability)]

    def distribution(self, options, where):
        for rule in self.rules:
            if rule["contains"] in self.text and rule["response"] in options:
                rest = 0.04 / max(1, len(options) - 1)
                return [(o, 0.96 if o == rule["response"] else rest) for o in options]
        weights = [0.02 + fraction(self.text, where, option) ** 3 for option in options]
        total = sum(weights)
        return [(option, weight / total) for option, weight in zip(options, weights)]

    def choose(self, options, where):
        distribution = self.distribution(options, where)
        if self.greedy:
            chosen = max(distribution, key=lambda pair: pair[1])[0]
        else:
            left = fraction(self.text, where, self.seed, "sample")
            chosen = distribution[-1][0]
            for option, probability in distribution:
                left -= probability
                if left < 0:
                    chosen = option
                    break
        self.distributions.setdefault(chosen, []).append(distribution)
        return chosen

    def instance(self, schema, where="$"):
        """An instance of a JSON schema."""
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.choose(schema["enum"], where)
        kind = schema.get("type", "string")
        if kind == "object":
            return {name: self.instance(child, f"{where}.{name}")
                    for name, child in schema.get("properties", {}).items()}
        if kind == "array":
            count = schema.get("minItems", schema.get("maxItems", 1))
            return [self.instance(schema.get("items", {}), f"{where}[{i}]") for i in range(count)]
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 100)
            value = low + (high - low) * fraction(self.text, where)
            return round(value) if kind == "integer" else round(value, 6)
        if kind == "boolean":
            return fraction(self.text, where) < 0.5
        return "because of " + hashlib.sha256(self.text.encode()).hexdigest()[:6]


def effective_format(script, request):
    chosen = request.get("response_format") or {"type": "text"}
    kind = chosen["type"]
    if kind == "json_schema" and script.offers("json_schema"):
        return "schema", chosen["json_schema"]["schema"]
    if kind == "json_object" and "schema" in chosen and script.offers("llama_schema"):
        return "schema", chosen["schema"]
    if kind == "json_object" and "schema" not in chosen and script.offers("json_object"):
        return "object", None
    return "text", None


def answer_text(script, request, user):
    bias = request.get("logit_bias") or {}
    if script.offers("logit_bias"):
        for token, value in sorted(bias.items()):
            if value == 100:  # exclusive selection
                return f"token{token}"
    kind, schema = effective_format(script, request)
    if kind == "schema":
        return json.dumps(user.instance(schema), separators=(",", ":"))
    word = user.choose(script.responses, "text")
    return json.dumps({"response": word}, separators=(",", ":")) if kind == "object" else word


def token_entry(token, distribution, wanted):
    others = distribution or [(token, 1.0)]
    ordered = sorted(others, key=lambda pair: -pair[1])[:wanted]

    def entry(text, probability):
        return {"token": text, "logprob": math.log(probability), "bytes": list(text.encode())}

    probability = dict(others).get(token, 1.0)
    return {**entry(token, probability), "top_logprobs": [entry(*pair) for pair in ordered]}


def logprobs_of(tokens, user, wanted):
    pending = {str(option): list(each) for option, each in user.distributions.items()}
    content = []
    for token in tokens:
        each = pending.get(token)
        distribution = [(str(o), p) for o, p in each.pop(0)] if each else None
        content.append(token_entry(token, distribution, wanted))
    return {"content": content, "refusal": None}


def completion(script, request, override=None):
    """The answer; `override` replaces its text."""
    user = User(script, request)
    text = answer_text(script, request, user)
    if override is not None:
        text = override
    tokens = PIECES.findall(text)
    limit = request.get("max_completion_tokens") or request.get("max_tokens") or len(tokens)
    finish = "stop" if len(tokens) <= limit else "length"
    tokens = tokens[:limit]
    logprobs = None
    if request.get("logprobs") and script.offers("logprobs"):
        logprobs = logprobs_of(tokens, user, request.get("top_logprobs") or 0)
    prompt_tokens = sum(3 + len(PIECES.findall(m["content"])) for m in request["messages"])
    answer = {
        "id": "chatcmpl-" + hashlib.sha256(user.text.encode()).hexdigest()[:24],
        "object": "chat.completion",
        "created": int(time.time()),
        "model": script.model or request["model"],
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": "".join(tokens), "refusal": None},
            "logprobs": logprobs,
            "finish_reason": finish,
        }],
    }
    if script.usage:
        total = prompt_tokens + len(tokens)
        answer["usage"] = {"prompt_tokens": prompt_tokens, "completion_tokens": len(tokens),
                           "total_tokens": total}
        if script.usd_per_token is not None:
            answer["usage"]["cost"] = total * script.usd_per_token
    if script.fingerprint is not None:
        answer["system_fingerprint"] = script.fingerprint
    return answer
