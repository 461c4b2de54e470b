"""What can go wrong at an endpoint. A fault is `fault_NAME`, "kind" in a script is NAME."""

import asyncio
import json
import math

from openai_chat import completion
from openai_embeddings import embeddings, encode

HUGE = 200 * 1000 * 1000
CHUNK = 64 * 1024


def answer_to(script, request):
    """What a request is answered with when nothing goes wrong."""
    return completion(script, request) if "messages" in request else embeddings(script, request)


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
    whole = json.dumps(answer_to(server.script, request)).encode()
    await out.send(200, whole[:len(whole) // 2])


async def fault_raw(server, out, fault, request):
    """200 with the bytes of `body`."""
    await out.send(200, fault["body"].encode("utf-8", "surrogateescape"))


async def fault_cut(server, out, fault, request):
    """The connection closes in the middle of the body."""
    whole = json.dumps(answer_to(server.script, request)).encode()
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
    whole = json.dumps(answer_to(server.script, request)).encode()
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
    answer = answer_to(server.script, request)
    answer["choices"] = []
    await out.send_json(200, answer)


async def fault_null_content(server, out, fault, request):
    answer = answer_to(server.script, request)
    answer["choices"][0]["message"]["content"] = None
    await out.send_json(200, answer)


async def fault_refusal(server, out, fault, request):
    answer = answer_to(server.script, request)
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


def broken_vector(values, how):
    """`values`, with something in them that no vector has."""
    return {"nan": [math.nan, *values[1:]], "infinite": [math.inf, *values[1:]],
            "beyond_float": [1e300, *values[1:]], "null": [None, *values[1:]],
            "text": ["0.5", *values[1:]], "zero": [0.0] * len(values), "short": values[:-1],
            "empty": []}[how]


async def fault_vectors(server, out, fault, request):
    """An answer whose last embedding is wrong as `how` says; see broken_vector."""
    answer = embeddings(server.script, {**request, "encoding_format": "float"})
    last = max(answer["data"], key=lambda entry: entry["index"])
    last["embedding"] = broken_vector(last["embedding"], fault["how"])
    if fault.get("base64"):
        last["embedding"] = encode(last["embedding"])
    await out.send_json(200, answer)


async def fault_entries(server, out, fault, request):
    """An answer whose list of embeddings is wrong: `how` is missing, extra, twice, beyond, no_index."""
    answer = embeddings(server.script, request)
    data = answer["data"]
    if fault["how"] == "missing":
        data.pop()
    if fault["how"] == "extra":
        data.append({**data[-1], "index": len(data)})
    if fault["how"] == "twice":
        data[-1]["index"] = 0
    if fault["how"] == "beyond":
        data[-1]["index"] = len(data)
    if fault["how"] == "no_index":
        del data[-1]["index"]
    await out.send_json(200, answer)


async def fault_other_model(server, out, fault, request):
    """Another model answers: `model` names it, or `dimension` is the length of its vectors."""
    answer = embeddings(server.script, {**request, "encoding_format": "float"})
    answer["model"] = fault.get("model", answer["model"])
    for entry in answer["data"]:
        entry["embedding"] = entry["embedding"][:fault.get("dimension")]
    await out.send_json(200, answer)


FAULTS = {name.removeprefix("fault_"): function for name, function in list(globals().items())
          if name.startswith("fault_")}
