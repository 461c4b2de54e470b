#!/usr/bin/env python3
"""How much of the scoring's speed is left when it is served over HTTP, and what happens beyond that.

    cmake --preset release -DDYNAJOB_BUILD_BENCHMARKS=ON
    cmake --build --preset release --target dynajob serve_scoring
    benchmarks/serve_load.py build/release

A sample market of --jobs jobs (generated, lexical embeddings of 64 dimensions) is made once in --work and
ranked by a model of the shipped sizes, trained for a moment only: what it knows does not matter here. Every
request asks for the exact top 10 of all jobs, for one of 1,000 people after the other.

The server and wrk run on processors of their own (--server-cpus, --load-cpus), since wrk takes as much time
for an answer as it likes; `scoring` is the same work without a server, on the server's processors, right
before. Then: `peak` is the most that any number of connections gets done; `half` half of that, paced;
`overload` --connections connections that ask again at once, with --deadline milliseconds each.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "e2e"))

PEOPLE = 1000
MARKET = ["market.candidates=1000", "embeddings.dimension=64", "pretrain.cosine.steps=50", "pretrain.llm.steps=50",
          "pretrain.hybrid_llm.steps=50", "pretrain.hybrid_rollout_steps=20", "pretrain.minimum_updates=50"]
# The aims of the service.
SHARE, TAIL, GOODPUT = 0.7, 3.0, 0.9


def cpus_of(text):
    """"0,2-3" as a list."""
    ranges = [part.split("-") for part in text.split(",")]
    return [cpu for part in ranges for cpu in range(int(part[0]), int(part[-1]) + 1)]


def wrk(url, cpus, seconds, connections, pace_ms=0, deadline_ms=0):
    command = ["taskset", "-c", cpus, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s",
               "-s", str(HERE / "serve_load.lua"), url, "--", str(PEOPLE), f"{pace_ms:.3f}", str(deadline_ms)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result = json.loads(re.search(r"^RESULT (.*)$", output, re.M).group(1))
    result["rate"] = (result["answers"] - result["refused"]) / result["seconds"]
    result["offered"] = result["answers"] / result["seconds"]
    return result


def paced(url, cpus, seconds, connections, rate):
    """As near to `rate` requests a second as six tries get: an answer takes part of the time between two."""
    def distance(result):
        return abs(result["offered"] / rate - 1)

    pace, tries = 1000 * connections / rate, []
    while len(tries) < 6:
        result = wrk(url, cpus, seconds, connections, pace)
        tries.append(result)
        if distance(result) < 0.03:
            break
        slower = 1 / result["offered"] if result["offered"] else 2 / rate
        pace = max(1.0, pace + 1000 * connections * (1 / rate - slower))
    return min(tries, key=distance)


def scoring(program, market, cpus, seconds):
    command = ["taskset", "-c", cpus, program, market / "market.db", market / "model", str(seconds),
               str(len(cpus_of(cpus)))]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def make_market(serve_support, work, jobs):
    market = work / f"market-{jobs}"
    if not (market / "made").exists():
        shutil.rmtree(market, ignore_errors=True)
        serve_support.Serving("--demo", "--out", market, config=[*MARKET, f"market.jobs={jobs}"]).kill()
        (market / "made").touch()
    return market


def report(floor, peak, half, over, deadline):
    def row(name, result):
        return (f"| {name} | {result['offered']:.0f} | {result['rate']:.1f} | {result['median']:.1f} | "
                f"{result['p99']:.1f} | {result['longest']:.1f} |")

    share, tail, goodput = peak["rate"] / floor["scores"], half["p99"] / half["median"], over["rate"] / peak["rate"]
    broken = sum(result["broken"] for result in (peak, half, over))
    print(f"\n{floor['jobs']} jobs; scoring alone {floor['scores']:.1f} rankings a second, with the choice of ten "
          f"{floor['top']:.1f}\n")
    print("| load | requests/s | recommendations/s | median ms | p99 ms | longest ms |\n|---|---|---|---|---|---|")
    print(row(f"peak ({peak['connections']} connections)", peak))
    print(row("half of it", half))
    print(row(f"overload ({over['connections']} connections)", over))
    checks = [(f"peak / scoring alone = {share:.2f}, aim {SHARE}", share >= SHARE),
              (f"p99 / median at half load = {tail:.2f}, aim {TAIL}", tail <= TAIL),
              (f"overload: {over['offered'] / peak['rate']:.1f} times the capacity asked, goodput {goodput:.2f} of the "
               f"peak, aim {GOODPUT}", goodput >= GOODPUT),
              (f"longest answer under overload {over['longest']:.0f} ms, deadline {deadline} ms",
               over["longest"] <= deadline),
              (f"broken connections: {broken}", broken == 0)]
    print()
    for text, met in checks:
        print(f"* {'met' if met else 'MISSED'}: {text}")
    return all(met for _, met in checks)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="folder of the build, with benchmarks")
    parser.add_argument("--jobs", type=int, default=100000)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--connections", type=int, default=400, help="that ask at once in the overload")
    parser.add_argument("--deadline", type=int, default=2000, help="milliseconds, in the overload")
    parser.add_argument("--server-cpus", default="0")
    parser.add_argument("--load-cpus", default=str(os.cpu_count() - 1))
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("build/serve-load"))
    parser.add_argument("--set", action="append", default=[], help="more settings of the server")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not there: scripts/install_dependencies.sh wrk")

    import support  # noqa: E402
    support.BINARY = str(arguments.build / "dynajob")
    import serve_support  # noqa: E402
    serve_support.START_SECONDS = 1800  # to make the market, and to load it

    arguments.work.mkdir(parents=True, exist_ok=True)
    market = make_market(serve_support, arguments.work, arguments.jobs)
    floor = scoring(arguments.build / "benchmarks" / "serve_scoring", market, arguments.server_cpus, arguments.seconds)
    cpus = cpus_of(arguments.server_cpus)
    with serve_support.Serving("--model", market / "model", "--store", market / "market.db",
                               config=[f"serve.workers={len(cpus)}", *arguments.set]) as serving:
        subprocess.run(["taskset", "-a", "-cp", arguments.server_cpus, str(serving.process.pid)], check=True,
                       stdout=subprocess.DEVNULL)

        def load(**options):
            return wrk(serving.url, arguments.load_cpus, arguments.seconds, **options)

        tried = [{"connections": count, **load(connections=count)} for count in (2 * len(cpus), 8 * len(cpus))]
        peak = max(tried, key=lambda result: result["rate"])
        half = paced(serving.url, arguments.load_cpus, arguments.seconds, 8, peak["rate"] / 2)
        over = {"connections": arguments.connections,
                **load(connections=arguments.connections, deadline_ms=arguments.deadline)}
    sys.exit(0 if report(floor, peak, half, over, arguments.deadline) else 1)


if __name__ == "__main__":
    main()
