#!/usr/bin/env python3
"""A scripted server of OpenAI's chat completions and embeddings APIs, for tests only.

It checks requests as OpenAI does (an error is OpenAI's error object), answers as a user whose
responses are a pure function of the request, and fails as its script says. Standard library only.

    openai_server.py [--port N] [--script FILE] [--watch-stdin] [--tls CERT KEY]

prints one line, "listening on PORT", and serves on 127.0.0.1 until SIGTERM (with --watch-stdin also
until its standard input closes, so that it does not outlive a test that was killed).

    POST /v1/chat/completions
    POST /v1/embeddings
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
import signal
import ssl
import sys

from openai_api import ApiError, Script
from openai_chat import check_chat
from openai_embeddings import check_embeddings
from openai_faults import FAULTS, answer_to

CHECKS = {"/v1/chat/completions": check_chat, "/v1/embeddings": check_embeddings}
REASONS = {200: "OK", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
           409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable"}


def read_script(settings):
    script = Script(settings)
    for fault in script.faults:
        if fault.get("kind") not in FAULTS:
            raise ValueError(f"unknown fault {fault.get('kind')!r}")
    return script


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
        self.prepared = {}      # path, authorization and body -> (request, status, answer)
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

    def prepare(self, path, headers, body):
        """(request, status, bytes of the answer); answers are kept for requests that come again."""
        key = (path, headers.get("authorization"), body)
        if key not in self.prepared:
            try:
                request = CHECKS[path](self.script, headers, body)
                answer = (request, 200, json.dumps(answer_to(self.script, request)).encode())
            except ApiError as error:
                answer = (None, error.status, json.dumps(error.body).encode())
            self.prepared[key] = answer
        return self.prepared[key]

    async def model(self, out, path, headers, body):
        record = {"path": path, "body": body, "status": None, "fault": None, "completed": False}
        self.records.append(record)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            fault = self.pick_fault(body)
            request, status, answer = self.prepare(path, headers, body)
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
                self.start(read_script(json.loads(body)))
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
        if path in CHECKS:
            if method != "POST":
                raise ApiError(405, f"Not allowed to {method} on {path}.")
            await self.model(out, path, headers, body)
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
    server = Server(read_script(settings))
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
