"""Training: interrupted and resumed it ends where an uninterrupted one does."""

import csv
import json
import signal
import subprocess
import time

from support import TINY, MarketTest, command, environment, run, settings

# Long enough to be interrupted, with many checkpoints.
LONG = [*TINY, "pretrain.cosine.steps=3000", "pretrain.hybrid_llm.steps=1500",
        "train.checkpoint_steps=100"]


class TrainTest(MarketTest):
    def train(self, out, *arguments, configuration=LONG, strategy="hybrid"):
        return run("train", "--strategy", strategy, "--store", self.store, "--out", out,
                   *settings(*configuration), *arguments)

    def interrupt(self, out, number, after_steps):
        """Starts the training and sends a signal once that many steps are done."""
        process = subprocess.Popen(
            command("train", "--strategy", "hybrid", "--store", self.store, "--out", out,
                    *settings(*LONG)),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        progress = out / "progress.csv"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            rows = progress.read_text().splitlines() if progress.exists() else []
            if len(rows) > 1 and int(rows[-1].split(",")[0] or 0) >= after_steps:
                break
            time.sleep(0.002)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def test_resumes_to_the_same_model_in_either_phase(self):
        whole = self.directory / "whole"
        self.assert_exit(self.train(whole), 0)
        expected = (whole / "model.safetensors").read_bytes()
        for number, after_steps in ((signal.SIGINT, 300), (signal.SIGTERM, 3300)):
            out = self.directory / f"part{after_steps}"
            stopped = self.interrupt(out, number, after_steps)
            self.assert_exit(stopped, 130, "--resume")
            self.assertFalse((out / "model.safetensors").exists())
            self.assert_exit(self.train(out, "--resume"), 0)
            self.assertEqual((out / "model.safetensors").read_bytes(), expected)
            with open(out / "progress.csv", encoding="utf-8") as file:
                steps = [int(row["time/total_timesteps"]) for row in csv.DictReader(file)]
            self.assertEqual(steps, sorted(set(steps)))
            self.assertEqual(steps[-1], 4500)

    def test_resumes_after_being_killed(self):
        whole, out = self.directory / "whole", self.directory / "killed"
        self.assert_exit(self.train(whole), 0)
        killed = self.interrupt(out, signal.SIGKILL, 1000)
        self.assertEqual(killed.returncode, -signal.SIGKILL)
        self.assert_exit(self.train(out, "--resume"), 0)
        self.assertEqual((out / "model.safetensors").read_bytes(),
                         (whole / "model.safetensors").read_bytes())

    def test_refuses_to_resume_something_else(self):
        out = self.directory / "out"
        self.assert_exit(self.train(out, configuration=TINY), 0)
        process = self.train(out, "--resume", "--seed", "2", "--set", "agent.gamma=0.1",
                             configuration=TINY)
        self.assert_exit(process, 2, "--seed: 1 -> 2", "agent.gamma: 0.3 -> 0.1")
        process = self.train(out, "--resume", configuration=TINY, strategy="cosine")
        self.assert_exit(process, 2, "--strategy: hybrid -> cosine")
        process = self.train(self.directory / "nothing", "--resume", configuration=TINY)
        self.assert_exit(process, 1, "no checkpoint")

    def test_refuses_a_damaged_checkpoint(self):
        out = self.directory / "out"
        self.assert_exit(self.train(out, configuration=TINY), 0)
        (checkpoint,) = out.glob("checkpoint-*.safetensors")
        whole = checkpoint.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for damaged in (whole[:-1], whole[: len(whole) // 3], bytes(flipped)):
            checkpoint.write_bytes(damaged)
            self.assert_exit(self.train(out, "--resume", configuration=TINY), 7, checkpoint.name)

    def test_does_not_overwrite_a_model_unasked(self):
        process = self.train(self.model, configuration=TINY)
        self.assert_exit(process, 2, "--force", str(self.model))
        self.assert_exit(self.train(self.model, "--force", configuration=TINY), 0)

    def test_every_strategy_trains(self):
        for strategy, labels in (("baseline", False), ("cosine", False), ("llm", True)):
            process = self.train(self.directory / strategy, "--json", configuration=TINY,
                                 strategy=strategy)
            self.assert_exit(process, 0)
            report = json.loads(process.stdout)
            self.assertEqual(report["llm"], "surrogate" if labels else "")
            self.assertEqual(report["labels"] > 0, labels)
        self.assert_exit(self.train(self.directory / "x", strategy="magic"), 2, "magic", "hybrid")
