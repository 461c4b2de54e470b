#!/usr/bin/env python3
"""Labels a second while the learner trains: `dynajob train --strategy llm` against a simulated LLM.

The simulated LLM (tests/servers/openai_server.py, in this process) takes 200 ms for every answer and
works on `places` answers at once, so that no client can get more than places / 0.2 labels a second.
For each number of places a training with the default network runs on a fresh store; counted is from
the first question that arrives to the last answer that leaves. Standard library only.

    benchmarks/llm_training.py [--binary PATH] [--places 1 8 64] [--seconds 20]

prints one line per number of places and exits with 1 when one is below 95 %.
"""

import argparse
import asyncio
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tests" / "servers"))

import openai_server  # noqa: E402

LATENCY = 0.2
REQUIRED = 0.95
# Vectors of the usual length; enough pairs that hardly one is chosen twice.
MARKET = ["market.jobs=1500", "market.candidates=400", "embeddings.dimension=384"]
QUICK = ["compare.seeds=1", "compare.candidates=2", "compare.steps=10", "compare.arms=random",
         "compare.resamples=100", "pretrain.cosine.steps=0", "pretrain.hybrid_llm.steps=2",
         "pretrain.hybrid_rollout_steps=2", "pretrain.minimum_updates=0"]


class TimedServer(openai_server.Server):
    """Notes when questions about jobs arrive and when their answers have left."""

    def __init__(self, places):
        super().__init__(openai_server.Script({"latency": LATENCY, "places": places}))
        self.arrivals, self.answers = [], []

    async def chat(self, out, headers, body):
        asks = b"APPLY" in body  # the others probe what the endpoint can do
        if asks:
            self.arrivals.append(time.monotonic())
        await super().chat(out, headers, body)
        if asks:
            self.answers.append(time.monotonic())


class ServerThread:
    """The server on a thread of its own, with an event loop of its own."""

    def __init__(self, places):
        self.server = TimedServer(places)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self.server.serve, "127.0.0.1", 0, limit=1 << 20, backlog=1024),
            self.loop)
        self.listener = started.result(timeout=10)
        self.port = self.listener.sockets[0].getsockname()[1]

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)


def dynajob(binary, *words, assignments=()):
    options = [part for assignment in assignments for part in ("--set", assignment)]
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith(("DYNAJOB_", "OPENAI_"))}
    started = time.monotonic()
    process = subprocess.run([binary, *map(str, words), *options], capture_output=True, text=True,
                             check=False, env=environment)
    if process.returncode != 0:
        raise SystemExit(f"dynajob {words[0]}: {process.stdout}{process.stderr}")
    return time.monotonic() - started


def measure(binary, market, places, seconds, directory):
    """(labels, labels a second, seconds of the whole training)"""
    store = directory / f"store-{places}.db"
    shutil.copy(market, store)
    thread = ServerThread(places)
    steps = max(100, round(seconds * places / LATENCY))
    whole = dynajob(binary, "train", "--quiet", "--strategy", "llm", "--llm", "endpoint", "--store",
                    store, "--out", directory / f"model-{places}", assignments=[
                        f"llm.base_url=http://127.0.0.1:{thread.port}/v1", "llm.model=simulated-llm",
                        f"llm.concurrency={places}", f"pretrain.llm.steps={steps}"])
    thread.stop()
    labels = len(thread.server.answers)
    buying = thread.server.answers[-1] - thread.server.arrivals[0]
    return labels, labels / buying, whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=str(ROOT / "build" / "release" / "dynajob"))
    parser.add_argument("--places", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--seconds", type=float, default=20, help="of buying, about")
    arguments = parser.parse_args()
    enough = True
    with tempfile.TemporaryDirectory(prefix="dynajob-benchmark-") as name:
        directory = pathlib.Path(name)
        dynajob(arguments.binary, "demo", "--quiet", "--out", directory / "demo",
                assignments=[*MARKET, *QUICK])
        for places in arguments.places:
            labels, rate, whole = measure(arguments.binary, directory / "demo" / "market.db", places,
                                          arguments.seconds, directory)
            most = places / LATENCY
            enough = enough and rate >= REQUIRED * most
            print(f"{places:4} places: {labels:6} labels, {rate:7.2f} a second, "
                  f"{100 * rate / most:5.1f} % of {most:.0f}; training took {whole:.1f} s", flush=True)
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
