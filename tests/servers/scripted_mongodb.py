#!/usr/bin/env python3
"""A MongoDB server that plays a script, over the real wire protocol: for faults, and for what the test
server lacks (change streams, $vectorSearch, authentication).

In Python:

    with ScriptedMongodb(replica_set=True) as server:
        server.on("aggregate:job_embeddings", documents([{"_id": ObjectId(), "score": 0.5}]))
        server.on("insert", CLOSE)                       # every insert loses its connection
        server.on("find", [HANG, documents([])])         # the first never answers, the others do
        server.on("count", lambda document: {"ok": 1, "n": len(document["query"])})
        ... server.uri ... server.received("aggregate") ...

A rule is for a command ("find") or for a command on one collection ("find:all_jobs"), which goes first. Its
value is a step, or a list of steps for one call each, of which the last repeats. A step is the reply's
document, CLOSE, HANG, after(seconds, step), or a function from the request's document to a step. hello,
ping, buildInfo and the like are answered by default; anything else without a rule is "no such command". Events of a change stream are as a real server sends them: that of an update has a fullDocument
only when the stream asked for it.

From another language: `scripted_mongodb.py SCRIPT.json [RECEIVED.jsonl]` prints the address and runs until its
standard input ends; every request is appended to RECEIVED.jsonl as it arrives. The script is
{"replica_set": true, "users": {"name": "password"}, "commands": {"find:all_jobs": STEP or [STEP, …]}} with
STEP one of {"reply": {…}}, {"documents": […], "cursor": 7}, {"close": true}, {"hang": true}, each with an
optional "delay" in seconds. Extended JSON there: $oid, $numberLong, $binary {base64, subType}, $date in
milliseconds, $timestamp {t, i}.
"""

import base64
import collections
import datetime
import hashlib
import hmac
import json
import os
import socket
import socketserver
import sys
import threading

import mongodb_wire
from mongodb_wire import Binary, Int64, ObjectId, Timestamp

CLOSE = object()  # the connection is closed without a reply
HANG = object()  # no reply ever comes; the connection stays open
After = collections.namedtuple("After", "seconds step")
SERVER_VERSION = "7.0.0"
WIRE_VERSION = 21
SCRAM_ITERATIONS = 4096
SALT_BYTES = 28  # what MongoDB takes for SHA-256; libmongoc refuses others


def after(seconds, step):
    return After(seconds, step)


def documents(batch, cursor=0):
    """A step for find, aggregate and getMore: one batch; more is to come while `cursor` is not 0."""

    def reply(request):
        command = next(iter(request))
        collection = request["collection"] if command == "getMore" else request[command]
        key = "nextBatch" if command == "getMore" else "firstBatch"
        return {"cursor": {"id": Int64(cursor), "ns": f"{request['$db']}.{collection}", key: batch}, "ok": 1.0}

    return reply


def failure(code, name, message, labels=()):
    reply = {"ok": 0.0, "code": code, "codeName": name, "errmsg": message}
    return {**reply, "errorLabels": list(labels)} if labels else reply


class Scram:
    """The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) for one connection."""

    def __init__(self, users):
        self.users = users
        self.first_bare = self.server_first = self.user = None

    def start(self, request):
        self.first_bare = bytes(request["payload"].data).decode().split(",", 2)[2]
        fields = dict(part.split("=", 1) for part in self.first_bare.split(","))
        self.user = fields["n"]
        salt = base64.b64encode(hashlib.sha256(self.user.encode()).digest()[:SALT_BYTES]).decode()
        nonce = fields["r"] + base64.b64encode(os.urandom(18)).decode()
        self.server_first = f"r={nonce},s={salt},i={SCRAM_ITERATIONS}"
        return self._reply(self.server_first, done=False)

    def proceed(self, request):
        message = bytes(request["payload"].data).decode()
        if not message:
            return self._reply("", done=True)
        without_proof, proof = message.rsplit(",p=", 1)
        signed = f"{self.first_bare},{self.server_first},{without_proof}".encode()
        salt = hashlib.sha256(self.user.encode()).digest()[:SALT_BYTES]
        password = self.users.get(self.user, "\0 no such user").encode()
        salted = hashlib.pbkdf2_hmac("sha256", password, salt, SCRAM_ITERATIONS)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        expected = bytes(a ^ b for a, b in zip(client_key, signature))
        if not hmac.compare_digest(expected, base64.b64decode(proof)):
            return failure(18, "AuthenticationFailed", "Authentication failed.")
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        verifier = base64.b64encode(hmac.digest(server_key, signed, "sha256")).decode()
        return self._reply(f"v={verifier}", done=True)

    @staticmethod
    def _reply(payload, done):
        return {"conversationId": 1, "done": done, "payload": Binary(0, payload.encode()), "ok": 1.0}


class ScriptedMongodb:
    """The server; a context manager. Safe to script while it runs."""

    def __init__(self, replica_set=False, users=None):
        self.replica_set = replica_set
        self.users = users
        self.observe = None  # called with every request's document
        self._lock = threading.Lock()
        self._rules = {}
        self._received = []
        self._looks_up_updates = False  # as the last change stream asked for
        self._stopping = threading.Event()
        owner = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                owner._serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            block_on_close = False
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self):
        return f"mongodb://{self.address}"

    def on(self, rule, steps):
        with self._lock:
            self._rules[rule.lower()] = collections.deque(steps if isinstance(steps, list) else [steps])

    def received(self, command=None):
        """The requests' documents so far, or those of one command."""
        with self._lock:
            return [document for document in self._received
                    if command is None or next(iter(document)).lower() == command.lower()]

    def _serve(self, connection):
        scram = Scram(self.users or {})
        authenticated = not self.users
        try:
            while True:
                message = mongodb_wire.receive(connection)
                command = message.command.lower()
                with self._lock:
                    self._received.append(message.document)
                    if self.observe:
                        self.observe(message.document)
                if command == "saslstart":
                    step = scram.start(message.document)
                elif command == "saslcontinue":
                    step = scram.proceed(message.document)
                    authenticated = step.get("done", False)
                elif authenticated or command in ("hello", "ismaster"):
                    step = self._step(command, message.document)
                else:
                    step = failure(13, "Unauthorized", f"command {message.command} requires authentication")
                if not self._answer(connection, message, step):
                    return
        except (ConnectionError, OSError):
            return

    def _answer(self, connection, message, step):
        """False when the connection is to be closed."""
        while True:
            if isinstance(step, After):
                if self._stopping.wait(step.seconds):
                    return False
                step = step.step
            elif callable(step):
                step = step(message.document)
            else:
                break
        if step is HANG:
            self._stopping.wait()
            return False
        if step is CLOSE:
            return False
        if not message.more_to_come:
            step = self._as_asked_for(message.document, step)
            connection.sendall(mongodb_wire.reply_bytes(message, step))
        return True

    def _as_asked_for(self, request, reply):
        """The reply, in which events of updates have a fullDocument only when the stream asked for a lookup."""
        stages = request.get("pipeline") or [{}]
        if "$changeStream" in stages[0]:
            self._looks_up_updates = stages[0]["$changeStream"].get("fullDocument") == "updateLookup"
        if self._looks_up_updates or "nextBatch" not in reply.get("cursor", {}):
            return reply
        batch = [{key: value for key, value in event.items()
                  if key != "fullDocument" or event.get("operationType") != "update"}
                 for event in reply["cursor"]["nextBatch"]]
        return {**reply, "cursor": {**reply["cursor"], "nextBatch": batch}}

    def _step(self, command, document):
        name = next(iter(document))
        collection = document.get("collection") if command == "getmore" else document[name]
        with self._lock:
            for rule in (f"{command}:{collection}".lower(), command):
                if rule in self._rules:
                    steps = self._rules[rule]
                    return steps.popleft() if len(steps) > 1 else steps[0]
        if command in ("hello", "ismaster"):
            return self._hello(command)
        if command == "buildinfo":
            return {"version": SERVER_VERSION, "versionArray": [7, 0, 0, 0], "ok": 1.0}
        if command in ("ping", "endsessions", "killcursors"):
            return {"ok": 1.0}
        return failure(59, "CommandNotFound", f"no such command: '{name}'")

    def _hello(self, command):
        reply = {"isWritablePrimary" if command == "hello" else "ismaster": True, "helloOk": True,
                 "maxBsonObjectSize": 16 * 1024 * 1024, "maxMessageSizeBytes": 48000000,
                 "maxWriteBatchSize": 100000, "logicalSessionTimeoutMinutes": 30, "minWireVersion": 0,
                 "maxWireVersion": WIRE_VERSION, "readOnly": False,
                 "localTime": datetime.datetime.now(datetime.timezone.utc), "ok": 1.0}
        if self.users:
            reply["saslSupportedMechs"] = ["SCRAM-SHA-256"]
        if self.replica_set:
            reply.update({"setName": "scripted", "setVersion": 1, "secondary": False, "hosts": [self.address],
                          "primary": self.address, "me": self.address, "electionId": ObjectId(b"\0" * 11 + b"\1")})
        return reply


def from_json(value):
    """Extended JSON to the types of mongodb_wire."""
    if isinstance(value, list):
        return [from_json(element) for element in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        key, inner = next(iter(value.items()))
        if key == "$oid":
            return ObjectId(inner)
        if key == "$numberLong":
            return Int64(inner)
        if key == "$binary":
            return Binary(int(inner["subType"], 16), base64.b64decode(inner["base64"]))
        if key == "$date":
            return datetime.datetime.fromtimestamp(inner / 1000, datetime.timezone.utc)
        if key == "$timestamp":
            return Timestamp(inner["t"], inner["i"])
    return {key: from_json(element) for key, element in value.items()}


def to_json(value):
    """What a request holds, readable by another language; the other way round from from_json."""
    if isinstance(value, dict):
        return {key: to_json(element) for key, element in value.items()}
    if isinstance(value, ObjectId):
        return {"$oid": value.hex()}
    if isinstance(value, Binary):
        return {"$binary": {"base64": base64.b64encode(value.data).decode(), "subType": f"{value.subtype:02x}"}}
    if isinstance(value, Timestamp):
        return {"$timestamp": {"t": value.seconds, "i": value.increment}}
    if isinstance(value, datetime.datetime):
        return {"$date": round(value.timestamp() * 1000)}
    if isinstance(value, mongodb_wire.Raw):
        return {"$raw": value.type}
    if isinstance(value, list):
        return [to_json(element) for element in value]
    return value


def step_from_json(step):
    if step.get("close"):
        result = CLOSE
    elif step.get("hang"):
        result = HANG
    elif "documents" in step:
        result = documents(from_json(step["documents"]), step.get("cursor", 0))
    else:
        result = from_json(step["reply"])
    return after(step["delay"], result) if "delay" in step else result


def main(script_path, received_path=None):
    with open(script_path, encoding="utf-8") as file:
        script = json.load(file)
    with ScriptedMongodb(script.get("replica_set", False), script.get("users")) as server:
        for rule, steps in script.get("commands", {}).items():
            server.on(rule, [step_from_json(step) for step in (steps if isinstance(steps, list) else [steps])])
        if received_path:
            log = open(received_path, "a", buffering=1, encoding="utf-8")
            server.observe = lambda document: log.write(json.dumps(to_json(document)) + "\n")
        print(server.uri, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
