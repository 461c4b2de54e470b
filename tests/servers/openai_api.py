"""What the scripted server's APIs share: its script, OpenAI's errors, checks of requests."""

import hashlib
import json


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
    embeddings    dimension: 24; base64, dimensions: true | false (400) | "ignored"; reverse: the
                  entries come in reverse order; max_bytes of a text and max_texts of a request:
                  more is 400
    responses     the closed set that the user answers from in free text
    rules         [{"contains": text, "response": word}]: the first that fits decides
    faults        [{"kind": …}]: see openai_faults.py. The first that applies to a request is played:
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
        self.embeddings = {"dimension": 24, "base64": True, "dimensions": True, "reverse": False,
                           "max_bytes": 8192, "max_texts": 2048}
        for name, value in settings.pop("embeddings", {}).items():
            if name not in self.embeddings:
                raise ValueError(f"unknown member {name!r} of embeddings")
            self.embeddings[name] = value
        self.responses = settings.pop("responses", ["IGNORE", "CLICK", "SAVE", "APPLY"])
        self.rules = settings.pop("rules", [])
        self.faults = settings.pop("faults", [])
        if settings:
            raise ValueError(f"unknown script members {sorted(settings)}")

    def offers(self, capability):
        return self.capabilities[capability] is True


class ApiError(Exception):
    def __init__(self, status, message, kind="invalid_request_error", param=None, code=None):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


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


def check_request(script, headers, body, parameters):
    """The request, with what all APIs ask of one; `parameters` are those that there are."""
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
        require(name in parameters, f"Unrecognized request argument supplied: {name}")
    require(isinstance(request.get("model"), str), "you must provide a model parameter")
    if script.model is not None and request["model"] != script.model:
        raise ApiError(404, f"The model '{request['model']}' does not exist or you do not have "
                       "access to it.", code="model_not_found")
    return request


def fraction(*keys):
    """Uniform in [0, 1), from the keys alone."""
    digest = hashlib.sha256("\x00".join(str(key) for key in keys).encode()).digest()
    return int.from_bytes(digest[:7], "big") / float(1 << 56)
