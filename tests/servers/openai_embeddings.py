"""Embeddings of the scripted server: vectors are a pure function of the text's words, so that texts that
share words are near."""

import base64
import functools
import hashlib
import re
import struct

from openai_api import check_number, check_request, require

KNOWN_PARAMETERS = {"model", "input", "encoding_format", "dimensions", "user"}
WORDS = re.compile(r"\w+|[^\w\s]+")


def check_embeddings(script, headers, body):
    request = check_request(script, headers, body, KNOWN_PARAMETERS)
    offers = script.embeddings
    texts = request.get("input")
    if isinstance(texts, str):
        texts = request["input"] = [texts]
    require(isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts),
            "'$.input' is invalid.", "input")
    require(all(texts), "input cannot be an empty string.", "input")
    require(len(texts) <= offers["max_texts"],
            f"batch size {len(texts)} > maximum allowed batch size {offers['max_texts']}", "input")
    longest = max(len(text.encode()) for text in texts)
    require(longest <= offers["max_bytes"],
            f"This model's maximum context length is {offers['max_bytes']} tokens, however you "
            f"requested {longest} tokens. Please reduce your prompt.", "input")
    encoding = request.get("encoding_format", "float")
    require(encoding in ("float", "base64"), f"Invalid value: '{encoding}'.", "encoding_format")
    require(encoding == "float" or offers["base64"], "encoding_format base64 is not supported.",
            "encoding_format")
    require("dimensions" not in request or offers["dimensions"],
            "This model does not support specifying dimensions.", "dimensions")
    check_number(request, "dimensions", 1, offers["dimension"])
    return request


@functools.lru_cache(maxsize=100_000)
def word_vector(word, dimension):
    digest = hashlib.shake_256(word.encode()).digest(2 * dimension)
    return [value / 32768 for value in struct.unpack(f"<{dimension}h", digest)]


def vector(text, dimension):
    """Of any norm, as those of some models are."""
    words = WORDS.findall(text.lower()) or [text]
    values = [sum(column) for column in zip(*(word_vector(word, dimension) for word in words))]
    return list(struct.unpack(f"<{dimension}f", struct.pack(f"<{dimension}f", *values)))


def encode(values):
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()


def embeddings(script, request):
    offers = script.embeddings
    dimension = offers["dimension"]
    wanted = request.get("dimensions", dimension) if offers["dimensions"] is True else dimension
    as_base64 = request.get("encoding_format") == "base64" and offers["base64"] is True
    data = []
    for i, text in enumerate(request["input"]):
        values = vector(text, dimension)[:wanted]
        data.append({"object": "embedding", "index": i,
                     "embedding": encode(values) if as_base64 else values})
    if offers["reverse"]:
        data.reverse()
    answer = {"object": "list", "data": data, "model": script.model or request["model"]}
    if script.usage:
        tokens = sum(2 + len(WORDS.findall(text)) for text in request["input"])
        answer["usage"] = {"prompt_tokens": tokens, "total_tokens": tokens}
        if script.usd_per_token is not None:
            answer["usage"]["cost"] = tokens * script.usd_per_token
    return answer
