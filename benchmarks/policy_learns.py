#!/usr/bin/env python3
"""Whether the policy learns from people: simulated people (the judge) who know nothing but the HTTP API.

    cmake --build build/release --target dynajob judge_answers
    benchmarks/policy_learns.py build/release/dynajob build/release/benchmarks/judge_answers --seeds 8

For each seed a market is made, a model trained (warm start), and another left with random weights. Then the
same people, in the same order, ask three servers for a page, answer its first job as the judge would, and go
on: `warm` and `random` learn, `frozen` is warm with the learner switched off. Reported are mean rewards over
the first --responses answers, and paired differences over the seeds with 95 % intervals (Student's t).

The judge's expected reward of what was shown is averaged, not the reward that was drawn: the same mean with
less noise. What is learned from is the drawn answer, sent as feedback.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))

BRIEF = [f"pretrain.{key}=10" for key in ("cosine.steps", "llm.steps", "hybrid_llm.steps", "minimum_updates",
                                          "hybrid_rollout_steps")]
KINDS = {"APPLY": "apply", "SAVE": "save", "CLICK": "click", "IGNORE": "dismiss"}
# Student's t, 97.5 %, by degrees of freedom.
T = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 11: 2.201,
     14: 2.145, 15: 2.131, 19: 2.093}


def interval(values):
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, float("nan"), float("nan")
    t = T.get(len(values) - 1, 1.96 if len(values) > 20 else T[min(T, key=lambda k: abs(k - len(values) + 1))])
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


class Judge:
    def __init__(self, binary, store, seed):
        self.process = subprocess.Popen([binary, str(store), str(seed)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def answer(self, person, job):
        self.process.stdin.write(f"{person} {job}\n")
        self.process.stdin.flush()
        response, reward, expected = self.process.stdout.readline().split()
        return response, float(reward), float(expected)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def wait_until_learned(serving):
    for _ in range(6000):
        learning = serving.get("/v1/learning").json
        if not learning["enabled"] or (learning["responses"]["waiting"] == 0
                                       and learning["points"]
                                       and learning["points"][-1]["responses"] == learning["responses"]["learned"]):
            return learning
        time.sleep(0.01)
    raise AssertionError("the learner does not keep up")


def play(serving, judge, people, responses, round_size):
    """Rewards of the first `responses` answers. Waits for the learner every `round_size` of them: people are
    slower than this program."""
    rewards = []
    connection = serving.connect()
    for step in range(responses):
        person = people[step % len(people)]
        page = serving.get(f"/v1/recommend/{person}?n=1", connection=connection).json
        job = page["recommendations"][0]["job_id"]
        response, _, expected = judge.answer(person, job)
        rewards.append(expected)
        reply = serving.post("/v1/feedback", {"event_id": f"e{step}", "candidate_id": person, "job_id": job,
                                              "kind": KINDS[response], "request_id": page["request_id"]},
                             connection=connection)
        assert reply.status == 201, reply
        if step % round_size == round_size - 1:
            wait_until_learned(serving)
    learning = serving.get("/v1/learning").json
    connection.close()
    return rewards, learning


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("judge")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--responses", type=int, default=500)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--round", type=int, default=10)
    parser.add_argument("--strategy", default="hybrid")
    parser.add_argument("--out", help="JSON with all figures")
    parser.add_argument("--set", action="append", default=[])
    arguments = parser.parse_args()

    import support  # noqa: E402
    support.BINARY = arguments.binary
    import serve_support  # noqa: E402

    base = ["market.jobs=1000", "market.candidates=200", "embeddings.dimension=64", *arguments.set]
    # A round waits for its snapshot, and need not for a second.
    often = "learn.publish_ms=100"
    arms = {"warm": ("warm", [often]), "frozen": ("warm", ["learn.enabled=false"]),
            # The rates of the comparison's cold start: nothing can be spoiled.
            "random": ("random", [often, "serve.epsilon=0.05"])}
    rewards = {arm: [] for arm in arms}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        with tempfile.TemporaryDirectory(prefix="dynajob-learns-") as name:
            directory = pathlib.Path(name)
            sets = [*base, f"market.seed={1000 + seed}", f"compare.seed={seed}"]
            # Makes a market, and a model that is not used.
            serve_support.Serving("--demo", "--out", directory / "demo", config=[*sets, *BRIEF]).kill()
            store = directory / "demo" / "market.db"
            for model, strategy in (("warm", arguments.strategy), ("random", "baseline")):
                subprocess.run(support.command("train", "--strategy", strategy, "--seed", str(seed), "--store", store,
                                               "--out", directory / model, *support.settings(*sets)), check=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            people = [f"candidate-{i:06d}" for i in range(1, arguments.people + 1)]
            for arm, (model, more) in arms.items():
                own = directory / f"{arm}.db"
                own.write_bytes(store.read_bytes())
                judge = Judge(arguments.judge, own, 7000 + seed)
                with serve_support.Serving("--model", directory / model, "--store", own, config=more) as serving:
                    got, learning = play(serving, judge, people, arguments.responses, arguments.round)
                judge.close()
                rewards[arm].append(statistics.fmean(got))
                print(json.dumps({"seed": seed, "arm": arm, "reward": round(rewards[arm][-1], 4),
                                  "learned": learning["responses"], "snapshots": learning["snapshots"]}), flush=True)
    report = {}
    for name, a, b in (("warm - random", "warm", "random"), ("warm - frozen", "warm", "frozen")):
        mean, low, high = interval([x - y for x, y in zip(rewards[a], rewards[b])])
        report[name] = {"mean": mean, "low": low, "high": high}
        print(f"{name}: {mean:+.4f} [{low:+.4f}, {high:+.4f}], {arguments.seeds} seeds")
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps({"rewards": rewards, "differences": report}, indent=1))


if __name__ == "__main__":
    main()
