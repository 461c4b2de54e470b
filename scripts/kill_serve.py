#!/usr/bin/env python3
"""Kills `dynajob serve` (kill -9) at random moments under load, many times, and checks after every start
that no acknowledged response was lost and none is counted twice:

    scripts/kill_serve.py build/release/dynajob --times 100
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import random
import sqlite3
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

CANDIDATE = "candidate-000001"


def send(serving, name, acknowledged, stop):
    connection = serving.connect(timeout=30)
    number = 0
    try:
        while not stop.is_set():
            event = f"{name}-{number}"
            body = {"event_id": event, "candidate_id": CANDIDATE, "job_id": f"job-{number % 80:06d}",
                    "kind": "save"}
            number += 1
            if serving.post("/v1/feedback", body, connection=connection).status == 201:
                acknowledged.append(event)
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        pass  # it was killed
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--clients", type=int, default=4)
    arguments = parser.parse_args()

    import support  # noqa: E402
    support.BINARY = arguments.binary
    import serve_support  # noqa: E402
    generator = random.Random(1)
    acknowledged = []
    with tempfile.TemporaryDirectory(prefix="dynajob-kill-") as directory:
        demo = ["--demo", "--out", f"{directory}/demo"]
        for attempt in range(arguments.times):
            serving = serve_support.Serving(*demo, config=support.TINY)
            stop = threading.Event()
            with concurrent.futures.ThreadPoolExecutor(arguments.clients) as pool:
                for i in range(arguments.clients):
                    pool.submit(send, serving, f"{attempt}-{i}", acknowledged, stop)
                time.sleep(generator.random())
                serving.kill()
                stop.set()
            with sqlite3.connect(f"{directory}/demo/market.db") as database:
                stored = [row[0] for row in database.execute("SELECT event_id FROM responses")]
            lost = set(acknowledged) - set(stored)
            if lost or len(stored) != len(set(stored)):
                sys.exit(f"after {attempt + 1} kills: {len(lost)} of {len(acknowledged)} acknowledged responses lost")
            print(f"{attempt + 1} kills, {len(acknowledged)} acknowledged, {len(stored)} stored", flush=True)


if __name__ == "__main__":
    main()
