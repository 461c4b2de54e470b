"""A running `dynajob serve` and a small HTTP client for it."""

import http.client
import json
import re
import signal
import subprocess
import threading
import time

from support import command, environment, settings

START_SECONDS = 60


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Serving:
    """The process; `url` is known once it listens."""

    def __init__(self, *arguments, env=None, config=()):
        self.process = subprocess.Popen(
            command("serve", *arguments, *settings("serve.port=0", *config)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**environment(), **(env or {})})
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        match = re.search(r"at http://([^:]+|\[.*\]):(\d+)$", line.strip())
        if not match:
            self.process.kill()
            raise AssertionError(f"serve did not start: {line!r} {self.process.stderr.read()}")
        self.host, self.port = match.group(1).strip("[]"), int(match.group(2))
        # Read what it says, so that it never waits for room in the pipe.
        self.messages = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.messages.append(line)

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def connect(self, timeout=60):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, connection=None):
        """One request; JSON unless `body` is text."""
        own = connection or self.connect()
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        own.request(method, path, body, headers)
        response = own.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        if connection is None:
            own.close()
        return reply

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body, **options):
        return self.ask("POST", path, body, **options)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self, timeout=60):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self._close()
        return code

    def _close(self):
        self._reader.join()
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.kill()


# What becomes of a response in GET /v1/learning: each is in one of these.
OUTCOMES = ("learned", "revised", "repeated", "held_back", "limited", "unusable")


def settled(serving, handled):
    """/v1/learning once so many responses are dealt with, none more, and a snapshot was tried since."""
    deadline = time.monotonic() + 60
    while True:
        learning = serving.get("/v1/learning").json
        counts = learning["responses"]
        done = sum(counts[name] for name in OUTCOMES)
        tried = learning["points"][-1]["responses"] if learning["points"] else 0
        if (done >= handled and tried == counts["learned"]) or time.monotonic() > deadline:
            if done != handled:
                raise AssertionError(f"{handled} responses: {learning}")
            return learning
        time.sleep(0.05)


def feedback(event, candidate, job, kind="save", **more):
    return {"event_id": event, "candidate_id": candidate, "job_id": job, "kind": kind, **more}
