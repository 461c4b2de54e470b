#!/usr/bin/env python3
"""A scripted server of OpenAI's chat completions API, for tests only.

It checks requests as OpenAI does (an error is OpenAI's error object), answers as a user whose
responses are a pure function of the request, and fails as its script says. Standard library only.

    openai_server.py [--port N] [--script FILE] [--watch-stdin] [--tls CERT KEY]

prints one line, "listening on PORT", and serves on 127.0.0.1 until SIGTERM (with --watch-stdin also
until its standard input closes, so that it does not outlive a test that was killed).

    POST /v1/chat/completions
    GET  /v1/models
    POST /control/script     replaces the script (JSON, see Script) and forgets what was recorded
    GET  /control/report     what was received, answered and cut off
    GET  /control/requests   every request with its body and what became of it
"""

import argparse
import asyncio
import hashlib
import json
import math
import re
import signal
import ssl
import sys
import time

KNOWN_PARAMETERS = {
    "model", "messages", "temperature", "top_p", "seed", "max_tokens", "max_completion_tokens", "n",
    "stream", "response_format", "logprobs", "top_logprobs", "logit_bias", "stop", "user",
    "presence_penalty", "frequency_penalty", "store", "metadata",
}
ROLES = {"system", "developer", "user", "assistant"}
SCHEMA_NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
PIECES = re.compile(r"\w+|\W+")
REASONS = {200: "OK", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
           409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable"}
HUGE = 200 * 1000 * 1000
CHUNK = 64 * 1024


class Script:
    """What the server does. Every member may be left out of the JSON.

    latency       seconds that an answer takes, in one of the places
    places        answers in the making at once; further requests queue
    model         the only model there is; null: any, echoed
    fingerprint   system_fingerprint of answers; null: not reported
    api_key       the bearer token that is asked for; null: none
    usage         whether answers report usage; usd_per_token adds its "cost"
    capabilities  json_schema, llama_schema, json_object, logprobs, logit_bias:
                  true | false (400, as OpenAI for what a model does not support) |
                  "ignored" (accepted without effect); max_top_logprobs: 20
    responses     the closed set that the user answers from in free text
    rules         [{"contains": text, "response": word}]: the first that fits decides
    faults        [{"kind": …}]: see FAULTS. The first that applies to a request is played:
                  "times": at most so often (default: always), "skip": not for the first so many,
                  "match": only where the body contains this text, "per_body": times and skip are
                  counted for each distinct body
    """

    def __init__(self, settings):
        settings = dict(settings)
        self.latency = settings.pop("latency", 0)
        self.places = settings.pop("places", 1024)
        self.model = settings.pop("model", None)
        self.fingerprint = settings.pop("fingerprint", "fp_scripted")
        self.api_key = settings.pop("api_key", None)
        self.usage = settings.pop("usage", True)
        self.usd_per_token = settings.pop("usd_per_token", None)
        self.capabilities = {"json_schema": True, "llama_schema": True, "json_object": True,
                             "logprobs": True, "logit_bias": True, "max_top_logprobs": 20}
        for name, value in settings.pop("capabilities", {}).items():
            if name not in self.capabilities:
                raise ValueError(f"unknown capability {name!r}")
            self.capabilities[name] = value
        self.responses = settings.pop("responses", ["IGNORE", "CLICK", "SAVE", "APPLY"])
        self.rules = settings.pop("rules", [])
        self.faults = settings.pop("faults", [])
        for fault in self.faults:
            if fault.get("kind") not in FAULTS:
                raise ValueError(f"unknown fault {fault.get('kind')!r}")
        if settings:
            raise ValueError(f"unknown script members {sorted(settings)}")

    def offers(self, capability):
        return self.capabilities[capability] is True


class ApiError(Exception):
    def __init__(self, status, message, kind="invalid_request_error", param=None, code=None):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


# --- requests, checked as OpenAI does ---------------------------------------------------------


def require(condition, message, param=None, code=None):
    if not condition:
        raise ApiError(400, message, param=param, code=code)


def check_number(request, name, low, high):
    value = request.get(name)
    if value is None:
        return
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    require(is_number, f"Invalid type for '{name}': expected a number.", name, "invalid_type")
    require(low <= value <= high,
            f"Invalid '{name}': expected a value from {low} to {high}, but got {value} instead.",
            name, "out_of_range")


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


def check_request(script, headers, body):
    if script.api_key is not None:
        given = headers.get("authorization", "")
        if given != f"Bearer {script.api_key}":
            raise ApiError(401, "Incorrect API key provided: " + given.removeprefix("Bearer ") + ".",
                           code="invalid_api_key")
    try:
        request = json.loads(body)
    except ValueError:
        raise ApiError(400, "We could not parse the JSON body of your request.") from None
    require(isinstance(request, dict), "We could not parse the JSON body of your request.")
    for name in request:
        require(name in KNOWN_PARAMETERS, f"Unrecognized request argument supplied: {name}")
    require(isinstance(request.get("model"), str), "you must provide a model parameter")
    if script.model is not None and request["model"] != script.model:
        raise ApiError(404, f"The model '{request['model']}' does not exist or you do not have "
                       "access to it.", code="model_not_found")
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


# --- the user: a pure function of the request --------------------------------------------------


def fraction(*keys):
    """Uniform in [0, 1), from the keys alone."""
    digest = hashlib.sha256("\x00".join(str(key) for key in keys).encode()).digest()
    return int.from_bytes(digest[:7], "big") / float(1 << 56)


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


# --- faults --------------------------------------------------------------------------------


async def fault_status(server, out, fault, request):
    """status, message, headers: an error answer."""
    status = fault["status"]
    message = fault.get("message", f"scripted {status}")
    body = {"error": {"message": message, "type": fault.get("type", "server_error"), "param": None,
                      "code": fault.get("code")}}
    await out.send(status, fault.get("raw", json.dumps(body)).encode(), fault.get("headers", {}))


async def fault_loading(server, out, fault, request):
    """503 as llama.cpp's server while the model is loading."""
    body = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
    await out.send(503, json.dumps(body).encode())


async def fault_malformed(server, out, fault, request):
    """200 with JSON that does not end, in an answer that does."""
    whole = json.dumps(completion(server.script, request)).encode()
    await out.send(200, whole[:len(whole) // 2])


async def fault_raw(server, out, fault, request):
    """200 with the bytes of `body`."""
    await out.send(200, fault["body"].encode("utf-8", "surrogateescape"))


async def fault_cut(server, out, fault, request):
    """The connection closes in the middle of the body."""
    whole = json.dumps(completion(server.script, request)).encode()
    await out.raw(out.head(200, len(whole)) + whole[:len(whole) // 2])
    out.close()


async def fault_close(server, out, fault, request):
    """The connection closes without an answer."""
    out.close()


async def fault_hang(server, out, fault, request):
    """No byte of an answer, until the client goes."""
    await out.client_gone()


async def fault_hang_body(server, out, fault, request):
    """Half an answer, then nothing, until the client goes."""
    whole = json.dumps(completion(server.script, request)).encode()
    await out.raw(out.head(200, len(whole)) + whole[:len(whole) // 2])
    await out.client_gone()


async def fault_trickle(server, out, fault, request):
    """A byte of the body every `seconds`, for ever as far as the client is concerned."""
    await out.raw(out.head(200, 1 << 20))
    while True:
        await out.raw(b" ")
        await asyncio.sleep(fault.get("seconds", 0.05))


async def fault_text(server, out, fault, request):
    """An answer with the text of `text`, whatever the response format."""
    await out.send_json(200, completion(server.script, request, override=fault["text"]))


async def fault_empty_choices(server, out, fault, request):
    answer = completion(server.script, request)
    answer["choices"] = []
    await out.send_json(200, answer)


async def fault_null_content(server, out, fault, request):
    answer = completion(server.script, request)
    answer["choices"][0]["message"]["content"] = None
    await out.send_json(200, answer)


async def fault_refusal(server, out, fault, request):
    answer = completion(server.script, request)
    answer["choices"][0]["message"].update(
        content=None, refusal=fault.get("text", "I'm sorry, I cannot assist with that request."))
    await out.send_json(200, answer)


async def fault_content_type(server, out, fault, request):
    """200 with a page, as a captive portal or a wrong address gives."""
    await out.send(200, b"<html><body>It works!</body></html>",
                   {"Content-Type": fault.get("type", "text/html")})


async def fault_huge(server, out, fault, request):
    """An answer of 200 MB; with `chunked` its length is not told before."""
    chunked = fault.get("chunked", False)
    await out.raw(out.head(200, None if chunked else HUGE))
    piece = b" " * CHUNK
    for _ in range(HUGE // CHUNK):
        await out.raw(b"%x\r\n%s\r\n" % (CHUNK, piece) if chunked else piece)
    await out.raw(b"0\r\n\r\n" if chunked else b" " * (HUGE % CHUNK))


async def fault_header_flood(server, out, fault, request):
    """Headers without end."""
    await out.raw(b"HTTP/1.1 200 OK\r\n")
    for i in range(HUGE // CHUNK):
        await out.raw(b"X-%d: %s\r\n" % (i, b"y" * 8000))


async def fault_redirect(server, out, fault, request):
    await out.send(307, b"{}", {"Location": fault["location"]})


async def fault_garbage(server, out, fault, request):
    """Bytes that are not HTTP."""
    await out.raw(b"\x16\x03\x01 certainly not HTTP\r\n\r\n")
    out.close()


FAULTS = {name.removeprefix("fault_"): function for name, function in list(globals().items())
          if name.startswith("fault_")}


# --- HTTP ------------------------------------------------------------------------------------


class Output:
    """The answers of one connection."""

    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.status = None
        self.closed = False

    def head(self, status, length, headers=()):
        self.status = status
        lines = {"Content-Type": "application/json", **dict(headers)}
        if length is None:
            lines["Transfer-Encoding"] = "chunked"
        else:
            lines["Content-Length"] = str(length)
        text = f"HTTP/1.1 {status} {REASONS.get(status, 'Scripted')}\r\n"
        text += "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return (text + "\r\n").encode("latin-1")

    async def raw(self, data):
        # A client that is gone has got no answer, although the kernel would still take it.
        if self.writer.is_closing() or self.reader.at_eof():
            raise ConnectionResetError
        self.writer.write(data)
        self.server.bytes_sent += len(data)
        await self.writer.drain()

    async def send(self, status, body, headers=()):
        await self.raw(self.head(status, len(body), headers) + body)

    async def send_json(self, status, answer):
        await self.send(status, json.dumps(answer).encode())

    async def client_gone(self):
        while await self.reader.read(4096):
            pass
        raise ConnectionResetError

    def close(self):
        self.closed = True
        self.writer.close()


async def read_request(reader):
    """(method, path, headers, body), or None at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, separator, value = line.partition(":")
        if separator:
            headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return method, path, headers, body


class Server:
    def __init__(self, script):
        self.start(script)

    def start(self, script):
        self.script = script
        self.places = asyncio.Semaphore(script.places)
        self.records = []
        self.fault_counts = {}  # (index of the fault, body or "") -> requests seen
        self.prepared = {}      # authorization and body -> (request, status, answer)
        self.bytes_sent = 0
        self.connections = 0
        self.in_flight = 0
        self.most_in_flight = 0

    def pick_fault(self, body):
        if not self.script.faults:
            return None
        text = body.decode("utf-8", "replace")
        for i, fault in enumerate(self.script.faults):
            if fault.get("match", "") not in text:
                continue
            key = (i, text if fault.get("per_body") else "")
            seen = self.fault_counts.get(key, 0)
            self.fault_counts[key] = seen + 1
            skip, times = fault.get("skip", 0), fault.get("times", math.inf)
            if skip <= seen < skip + times:
                return fault
        return None

    def prepare(self, headers, body):
        """(request, status, bytes of the answer); answers are kept for requests that come again."""
        key = (headers.get("authorization"), body)
        if key not in self.prepared:
            try:
                request = check_request(self.script, headers, body)
                answer = (request, 200, json.dumps(completion(self.script, request)).encode())
            except ApiError as error:
                answer = (None, error.status, json.dumps(error.body).encode())
            self.prepared[key] = answer
        return self.prepared[key]

    async def chat(self, out, headers, body):
        record = {"body": body, "status": None, "fault": None, "completed": False}
        self.records.append(record)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            fault = self.pick_fault(body)
            request, status, answer = self.prepare(headers, body)
            out.status = None
            if status == 200 and fault is None:
                async with self.places:
                    await asyncio.sleep(self.script.latency)
            if status == 200 and fault is not None:
                record["fault"] = fault["kind"]
                await FAULTS[fault["kind"]](self, out, fault, request)
            else:
                await out.send(status, answer)
            record["completed"] = out.status is not None and not out.closed
        finally:
            self.in_flight -= 1
            record["status"] = out.status

    def report(self):
        per_body, statuses = {}, {}
        for record in self.records:
            entry = per_body.setdefault(hashlib.sha256(record["body"]).hexdigest(),
                                        {"received": 0, "answered": 0})
            entry["received"] += 1
            if record["completed"]:
                statuses[str(record["status"])] = statuses.get(str(record["status"]), 0) + 1
                entry["answered"] += record["status"] == 200
        completed = sum(record["completed"] for record in self.records)
        return {
            "received": len(self.records),
            "completed": completed,                       # a whole answer was sent
            "cut": len(self.records) - completed,         # none, or part of one (or not yet)
            "statuses": statuses,                         # of completed answers
            "answered": statuses.get("200", 0),
            "distinct_bodies": len(per_body),
            "most_answered_of_one_body": max((e["answered"] for e in per_body.values()), default=0),
            "per_body": per_body,
            "bytes_sent": self.bytes_sent,
            "connections": self.connections,
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
        }

    def requests(self):
        listed = []
        for record in self.records:
            try:
                body = json.loads(record["body"])
            except ValueError:
                body = record["body"].decode("utf-8", "replace")
            listed.append({**record, "body": body})
        return listed

    async def control(self, out, method, path, body):
        if (method, path) == ("POST", "/control/script"):
            try:
                self.start(Script(json.loads(body)))
            except ValueError as error:
                raise ApiError(400, str(error)) from None
            await out.send_json(200, {})
        elif (method, path) == ("GET", "/control/report"):
            await out.send_json(200, self.report())
        elif (method, path) == ("GET", "/control/requests"):
            await out.send_json(200, self.requests())
        else:
            raise ApiError(404, f"Invalid URL ({method} {path})")

    async def route(self, out, method, path, headers, body):
        if path == "/v1/chat/completions":
            if method != "POST":
                raise ApiError(405, f"Not allowed to {method} on {path}.")
            await self.chat(out, headers, body)
        elif (method, path) == ("GET", "/v1/models"):
            await out.send_json(200, {"object": "list", "data": [
                {"id": self.script.model or "scripted", "object": "model", "created": 0,
                 "owned_by": "tests"}]})
        else:
            await self.control(out, method, path, body)

    async def serve(self, reader, writer):
        self.connections += 1
        out = Output(self, reader, writer)
        try:
            while not out.closed:
                message = await read_request(reader)
                if message is None:
                    break
                try:
                    await self.route(out, *message)
                except ApiError as error:
                    await out.send_json(error.status, error.body)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the server is stopping
        finally:
            writer.close()


async def stdin_closed():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--script", help="JSON file")
    parser.add_argument("--watch-stdin", action="store_true")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    arguments = parser.parse_args()
    settings = {}
    if arguments.script:
        with open(arguments.script, encoding="utf-8") as file:
            settings = json.load(file)
    context = None
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
    server = Server(Script(settings))
    listener = await asyncio.start_server(server.serve, "127.0.0.1", arguments.port, ssl=context,
                                          limit=1 << 20, backlog=1024)
    print(f"listening on {listener.sockets[0].getsockname()[1]}", flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    waits = [asyncio.create_task(stop.wait())]
    if arguments.watch_stdin:
        waits.append(asyncio.create_task(stdin_closed()))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)


if __name__ == "__main__":
    asyncio.run(main())
