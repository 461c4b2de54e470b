#!/usr/bin/env python3
"""Ends `dynajob serve`, or the database under it, at random moments under load, many times, and checks
after every time that nothing was lost:

    scripts/kill_serve.py build/release/dynajob --times 100             kill -9 of the server
    scripts/kill_serve.py build/release/dynajob --times 50 --stop       SIGTERM of the server
    scripts/kill_serve.py build/release/dynajob --times 100 --mongodb   kill -9 of the MongoDB server

After kill -9 every start must succeed, no acknowledged response may be missing in the store, none may be
there twice, and at the end each must be in exactly one of the learner's counts. SIGTERM must end with exit
code 0, and no request that reached a connection may go without its answer. With --mongodb one server goes on
while its database (tests/servers/mongodb.py, which answers a write when that is in its file) is killed and
started anew: what was acknowledged, from the spool as well, must be in the database each once.
"""

import argparse
import atexit
import collections
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import random
import sqlite3
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests" / "e2e"), str(HERE.parent / "tests" / "servers")]

PEOPLE, JOBS = 24, 80  # of support.TINY
DATABASE = "dynajob_kill"
# The learner at its busiest: a snapshot and a checkpoint after every few answers.
EAGER = ["learn.checkpoint_seconds=0", "learn.publish_ms=1"]
SETTLE_SECONDS = 120


class Load:
    """Clients that send feedback, and ask for recommendations, until told to stop."""

    def __init__(self, serving, name, clients, pause=0.0):
        self.serving = serving
        self.pause = pause  # seconds between the requests of a client
        self.name = name
        self.acknowledged = []
        self.failures = []
        self.answered = 0
        self.stopped = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(clients)
        self.clients = [self.pool.submit(self._run, i) for i in range(clients)]

    def finish(self):
        self.stopped.set()
        for client in self.clients:
            client.result(120)
        self.pool.shutdown()

    def _run(self, client):
        number = 0
        while not self.stopped.is_set():
            connection = self.serving.connect(timeout=60)
            try:
                connection.connect()
            except OSError:
                return  # it listens no more
            try:
                while not self.stopped.is_set():
                    reply = self._ask(connection, client, number)
                    number += 1
                    self.answered += 1
                    time.sleep(self.pause)
                    if reply.headers["Connection"] == "close":
                        break
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as failure:
                self.failures.append(repr(failure))
                return
            finally:
                connection.close()

    def _ask(self, connection, client, number):
        pair = client * 7919 + number
        person = f"candidate-{pair % PEOPLE:06d}"
        if number % 4 == 3:
            reply = self.serving.get(f"/v1/recommend/{person}?n=3", connection=connection)
        else:
            event = f"{self.name}-{client}-{number}"
            body = {"event_id": event, "candidate_id": person, "job_id": f"job-{pair // PEOPLE % JOBS:06d}",
                    "kind": "save" if number % 2 else "click"}
            reply = self.serving.post("/v1/feedback", body, connection=connection)
            if reply.status in (201, 202):
                self.acknowledged.append(event)
        if reply.status not in (200, 201, 202):
            self.failures.append(repr(reply))
        return reply


def check(acknowledged, stored, when):
    lost = set(acknowledged) - set(stored)
    if lost or len(stored) != len(set(stored)):
        sys.exit(f"{when}: {len(lost)} of {len(acknowledged)} acknowledged responses lost ({sorted(lost)[:5]}), "
                 f"{len(stored) - len(set(stored))} stored twice")


def eventually(read, wanted, what):
    deadline = time.monotonic() + SETTLE_SECONDS
    while not wanted(value := read()):
        if time.monotonic() > deadline:
            sys.exit(f"{what}: {value}")
        time.sleep(0.05)
    return value


def check_learner(serving, stored):
    """Each response is in one of the counts, whatever happened in between."""
    import serve_support  # noqa: E402

    def dealt_with(counts):
        return sum(counts[name] for name in serve_support.OUTCOMES)

    counts = eventually(lambda: serving.get("/v1/learning").json["responses"],
                        lambda counts: counts["waiting"] == 0 and dealt_with(counts) >= stored,
                        f"the learner's counts, of {stored} responses")
    if dealt_with(counts) != stored:
        sys.exit(f"{stored} responses, but the learner counts {counts}")
    print(f"learner: {counts}")


def events_of(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT event_id FROM responses")]


def kill_or_stop(arguments, start):
    generator = random.Random(1)
    acknowledged, answered = [], 0
    with tempfile.TemporaryDirectory(prefix="dynajob-kill-") as directory:
        demo = ["--demo", "--out", f"{directory}/demo"]
        for attempt in range(arguments.times):
            serving = start(*demo)
            load = Load(serving, str(attempt), arguments.clients)
            time.sleep(0.2 + generator.random())
            if arguments.stop:
                code = serving.stop()
            else:
                serving.kill()
            load.finish()
            acknowledged += load.acknowledged
            answered += load.answered
            if arguments.stop and (code or load.failures):
                sys.exit(f"stop {attempt + 1}: exit code {code}, failed requests {load.failures[:5]}")
            stored = events_of(f"{directory}/demo/market.db")
            check(acknowledged, stored, f"after {attempt + 1} times")
            print(f"{attempt + 1} times: {answered} answers, {len(acknowledged)} acknowledged, {len(stored)} stored",
                  flush=True)
        with start(*demo) as serving:
            check_learner(serving, len(stored))


def events_in(mongodb_wire, port):
    find = {"find": "responses", "projection": {"_id": 1}, "batchSize": 1_000_000}
    reply = mongodb_wire.run_command(("127.0.0.1", port), find, DATABASE, timeout=60)
    return [document["_id"] for document in reply["cursor"]["firstBatch"]]


def kill_mongodb(arguments, start):
    import mongodb  # noqa: E402
    import mongodb_wire  # noqa: E402
    import mongodb_support  # noqa: E402
    import support  # noqa: E402
    generator = random.Random(1)
    statuses = collections.Counter()
    acknowledged = []
    with tempfile.TemporaryDirectory(prefix="dynajob-kill-") as name, mongodb.MongodbServer(persistent=True) as server:
        directory = pathlib.Path(name)
        uri = f"{server.uri}/{DATABASE}?serverSelectionTimeoutMS=1000&connectTimeoutMS=1000"
        rows = [{"job_id": f"job-{i:06d}", **job} for i, job in enumerate(
            {key: value for key, value in job.items() if key != "job_id"} for job in mongodb_support.jobs(JOBS))]
        people = [{**person, "candidate_id": f"candidate-{i:06d}"}
                  for i, person in enumerate(mongodb_support.candidates(PEOPLE))]
        mongodb_support.write_rows(directory / "jobs.jsonl", rows)
        mongodb_support.write_rows(directory / "people.jsonl", people)
        for command in (("import", directory / "jobs.jsonl", directory / "people.jsonl", "--store", uri),
                        ("embed", "--store", uri, *mongodb_support.EMBED),
                        ("train", "--strategy", "cosine", "--store", uri, "--out", directory / "model",
                         "--no-publish", *support.settings(*support.TINY))):
            process = support.run(*command)
            if process.returncode:
                sys.exit(f"{process.args}: {process.stderr}")
        serve = ["--store", uri, "--model", directory / "model"]
        settings = [f"serve.state={directory / 'state'}", "mongo.retry_deadline_ms=1000"]
        serving = start(*serve, config=settings)
        for attempt in range(arguments.times):
            load = Load(serving, str(attempt), arguments.clients, pause=0.05)
            time.sleep(0.2 + generator.random())
            server.stop(kill=True)
            time.sleep(generator.random() * 2)
            server.start()
            eventually(lambda: serving.get("/health/ready").json,
                       lambda ready: ready["status"] == "ready" and ready["spooled_responses"] == 0,
                       f"kill {attempt + 1}: not back")
            load.finish()
            acknowledged += load.acknowledged
            statuses.update(failure[:3] for failure in load.failures)
            eventually(lambda: serving.get("/health/ready").json, lambda ready: ready["spooled_responses"] == 0,
                       "the spool")
            stored = events_in(mongodb_wire, server.port)
            check(acknowledged, stored, f"after {attempt + 1} kills")
            print(f"{attempt + 1} kills: {len(acknowledged)} acknowledged, {len(stored)} stored, refused "
                  f"{dict(statuses)}", flush=True)
            if attempt % 10 == 9:  # and goes on where it was
                serving.kill()
                serving = start(*serve, config=settings)
        check_learner(serving, len(stored))
        if serving.stop():
            sys.exit("the server did not stop well")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--stop", action="store_true", help="SIGTERM instead of SIGKILL")
    how.add_argument("--mongodb", action="store_true", help="kill the database instead of the server")
    arguments = parser.parse_args()

    import support  # noqa: E402
    support.BINARY = arguments.binary
    import serve_support  # noqa: E402
    serve_support.START_SECONDS = 600  # it must succeed; how fast is another question

    def start(*options, config=()):
        serving = serve_support.Serving(*options, config=[*support.TINY, *EAGER, *config])
        atexit.register(serving.__exit__)  # whatever ends this program
        return serving

    if arguments.mongodb:
        kill_mongodb(arguments, start)
    else:
        kill_or_stop(arguments, start)


if __name__ == "__main__":
    main()
