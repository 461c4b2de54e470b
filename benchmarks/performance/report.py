#!/usr/bin/env python3
"""Measures every workload beside its floor and its PyTorch peer, alternating, and prints one table.

Times are processor times of one thread (other programs on the machine cost cache and clock, not time
on the processor), medians over the rounds. The floor of a workload is its multiply-adds at the
measured peak of one core (in bfloat16 for the rows in bfloat16, of a loop of vdpbf16ps), plus one
measured pass over the arrays of Adam for every update; that of a two-stage ranking is one measured
pass over the vectors of its jobs. Rows in bfloat16 are left out where the processor has no
instruction for it; their peer computes in float32. The peer ranks 1,000,000 jobs once and not in
every round, since it takes most of a minute.
"""
import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys

STATE, ACTION, BATCH, SET, PLANNING = 768, 1536, 64, 100, 5
JOBS, TRANSITIONS, SYNC, RUN_STEPS = 10000, 2000, 200, 1000
Q, MODEL = [512, 256, 128, 1], [512, 256, 1]


def hidden_flops(widths):
    return 2 * sum(a * b for a, b in zip(widths, widths[1:]))


def parameters(widths):
    layers = [STATE + ACTION] + widths
    return sum(a * b + b for a, b in zip(layers, layers[1:]))


def forward(widths, rows, inputs):
    return rows * (2 * inputs * widths[0] + hidden_flops(widths))


def training(widths):
    """Forward, gradients of the weights, gradients of all activations but the input."""
    return BATCH * (2 * 2 * (STATE + ACTION) * widths[0] + 3 * hidden_flops(widths))


def stale_sets(begin, end):
    """Expected number of transitions whose maximum is asked for in steps [begin, end) of a run that adds
    one a step and draws a batch from all so far."""
    missed, stale = 0.0, 0.0  # log of the chance that none of the later draws hits
    for step in reversed(range(begin, end)):
        missed += BATCH * math.log1p(-1 / (step + 1)) if step > 0 else -math.inf
        stale += 1 - math.exp(missed)
    return stale + begin * (1 - math.exp(missed))


def run_maxima(maximum):
    """Operations a step of a run of `train`: maxima and rows of the table, anew after every sync."""
    total = 0.0
    for begin in range(0, RUN_STEPS, SYNC):
        sets = stale_sets(begin, min(begin + SYNC, RUN_STEPS))
        jobs = JOBS * (1 - (1 - 1 / JOBS) ** (SET * sets))
        total += sets * maximum + jobs * 2 * ACTION * Q[0]
    return total / RUN_STEPS


def floors():
    """Workload -> (floating-point operations, parameters passed by Adam)."""
    inputs = STATE + ACTION
    act = 2 * STATE * Q[0] + forward(Q, SET, ACTION)
    updates = PLANNING + 1
    learn = (act + updates * training(Q) + training(MODEL)
             + PLANNING * forward(MODEL, BATCH, inputs))
    adam = updates * parameters(Q) + parameters(MODEL)
    maximum = 2 * STATE * Q[0] + SET * hidden_flops(Q)
    maxima = updates * BATCH * maximum
    # A sync makes every stored maximum stale, and the table: what its steps cannot do without.
    draws = SYNC * BATCH
    stale = TRANSITIONS * (1 - (1 - 1 / TRANSITIONS) ** draws) * maximum
    stored = (stale + JOBS * 2 * ACTION * Q[0]) * updates / SYNC
    return {"train": (training(Q), parameters(Q)),
            "dyna": (learn + maxima, adam),
            "dyna-stored": (learn + stored, adam),
            "train-run": (act + training(Q) + training(MODEL) + run_maxima(maximum),
                          parameters(Q) + parameters(MODEL)),
            "top10-100k": (2 * STATE * Q[0] + 100000 * hidden_flops(Q), 0),
            "top10-1m": (2 * STATE * Q[0] + 1000000 * hidden_flops(Q), 0),
            "two-stage-1m": (None, 0)}  # a pass over the vectors


ROUNDED = "-bf16"
TITLES = {"train": "training step, batch 64", "dyna": "Dyna-Q step, table for the max",
          "dyna-stored": "Dyna-Q step, stored max",
          "train-run": "step of a run of train, stored max",
          "top10-100k": "exact top 10 of 100,000 jobs",
          "top10-1m": "exact top 10 of 1,000,000 jobs",
          "two-stage-1m": "two-stage top 10 of 1,000,000 jobs"}
# The peer's name of what it is asked for once.
PEER_ONCE = {"top10-1m": "top10-1m", "two-stage-1m": "top10-1m"}


def title(name):
    rounded = name.endswith(ROUNDED)
    return TITLES[name.removesuffix(ROUNDED)] + (", bfloat16" if rounded else "")


def workloads(has_bfloat16):
    """Name -> (operations, parameters passed by Adam, which peak)."""
    rows = {}
    for name, (operations, passed) in floors().items():
        rows[name] = (operations, passed, "peak")
        if has_bfloat16:
            rows[name + ROUNDED] = (operations, passed, "peak-bf16")
    return rows


class Program:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)
        self.hello = self.process.stdout.readline().strip()

    def ask(self, name, seconds):
        print(name, seconds, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"error: {self.process.args[0]} ended while it measured {name}")
        return float(answer)


def environment_lines(ours, peer):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        info = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines())
    info = {key.strip(): value.strip() for key, value in info.items()}
    vectors = [flag for flag in info.get("flags", "").split()
               if flag.startswith(("avx", "fma", "amx"))]
    variables = {name: os.environ[name] for name in sorted(os.environ)
                 if name.startswith(("OPENBLAS", "OMP_", "GOTO", "MKL", "DNNL", "ONEDNN"))}
    return {"processor": info.get("model name", platform.processor()), "cores": os.cpu_count(),
            "vectors": " ".join(vectors), "variables": variables, "dynajob": ours, "peer": peer,
            "threads": 1, "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the program built from workloads.cc")
    parser.add_argument("--python", default="/usr/bin/python3", help="one that has torch")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="processor time per measurement")
    parser.add_argument("--only", default="", help="workloads whose names begin so")
    parser.add_argument("--json", help="where to write the figures")
    args = parser.parse_args()

    one_thread = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    here = os.path.dirname(os.path.abspath(__file__))
    ours = Program([args.program], one_thread)
    peer = Program([args.python, os.path.join(here, "torch_peer.py")], one_thread)
    environment = environment_lines(ours.hello, peer.hello)
    print(json.dumps(environment, indent=1))

    rows = {name: row for name, row in workloads(ours.ask("peak-bf16", 0.1) > 0).items()
            if name.startswith(tuple(args.only.split(",")))}
    samples = {name: {"peak": [], "adam": [], "ours": [], "peer": [], "floor": [], "ratio": [],
                      "peer_ratio": []} for name in rows}
    scaling = []
    scans = []  # of the vectors of 1,000,000 jobs, in ms
    asked = {}  # of the peer, once

    def ask_peer(name):
        once = PEER_ONCE.get(name)
        if once is None:
            return peer.ask(name, args.seconds)
        if once not in asked:
            asked[once] = peer.ask(once, args.seconds)
        return asked[once]

    for _ in range(args.rounds):
        for name, (operations, passed, which) in rows.items():
            sample = samples[name]
            peak = ours.ask(which, 0.1)
            adam = ours.ask("adam", 0.1)
            mine = ours.ask(name, args.seconds)
            other = ask_peer(name.removesuffix(ROUNDED))
            if operations is None:
                floor = ours.ask("scan-1m", args.seconds)
                scans.append(floor)
            else:
                floor = operations / peak / 1e6 + passed * adam / 1e6
            for key, value in (("peak", peak), ("adam", adam), ("ours", mine), ("peer", other),
                               ("floor", floor), ("ratio", mine / floor),
                               ("peer_ratio", other / mine)):
                sample[key].append(value)
        if args.only:
            continue
        one = ours.ask("dyna-stored-wall", args.seconds)
        scaling.append(2 * one / ours.ask("two-agents-wall", args.seconds))

    result = {"environment": environment, "rounds": args.rounds, "workloads": {},
              "two_agents": statistics.median(scaling) if scaling else None}
    print(f"\n| {'workload':40} | time | floor | ratio to floor | PyTorch | ratio to it |")
    print("|---|---|---|---|---|---|")
    for name, sample in samples.items():
        median = {key: statistics.median(values) for key, values in sample.items()}
        result["workloads"][name] = median
        print(f"| {title(name):40} | {median['ours']:.2f} ms | {median['floor']:.2f} ms "
              f"| {median['ratio']:.2f} | {median['peer']:.1f} ms | {median['peer_ratio']:.1f} |")
    if scaling:
        print(f"| two agents at once, against one | {result['two_agents']:.2f} times | | | | |")
    def middle(key, which=None):
        return statistics.median(value for name, sample in samples.items()
                                 if which is None or rows[name][2] == which
                                 for value in sample[key])

    peaks = [f"{middle('peak', which):.0f} GFLOP/s {label}"
             for which, label in (("peak", "float32"), ("peak-bf16", "bfloat16"))
             if any(row[2] == which for row in rows.values())]
    print(f"\nPeak of one core: {', '.join(peaks)}; "
          f"a pass of Adam: {middle('adam'):.2f} ns a parameter.")
    if scans:
        scan = statistics.median(scans)
        read = 1e6 * ACTION * 4 / scan / 1e6
        print(f"A pass over the vectors of 1,000,000 jobs: {scan:.0f} ms, {read:.1f} GB/s. "
              "Ratios of exact rankings to their floor and one pass over the shares at that rate:")
        for name, sample in samples.items():
            if not name.startswith("top10"):
                continue
            jobs = 1e5 if "100k" in name else 1e6
            share = Q[0] * (2 if name.endswith(ROUNDED) else 4)
            ratio = statistics.median(mine / (floor + jobs * share / read / 1e6) for mine, floor
                                      in zip(sample["ours"], sample["floor"]))
            result["workloads"][name]["ratio_with_pass"] = ratio
            print(f"  {title(name)}: {ratio:.2f}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
