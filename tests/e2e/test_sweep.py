"""Sweeps as a user runs them: killed and resumed, with other numbers of workers, and asked for nonsense."""

import json
import signal
import subprocess
import time
import unittest

from support import TINY, MarketTest, command, environment, run, settings

AXES = ("--sweep", "agent.planning_steps=0,2", "--sweep", "surrogate.corruption=0,0.4")
ARMS = ("--arms", "baseline,llm,hybrid,hybrid-frozen")


class SweepTest(MarketTest):
    def sweep(self, out, *arguments, **options):
        return run("compare", "--store", self.store, "--out", out, *settings(*TINY), *ARMS, *AXES, *arguments,
                   **options)

    def result(self, out, name="sweep.json"):
        return (self.directory / out / name).read_bytes()

    def test_a_sweep_that_was_killed_goes_on_to_the_same_bytes(self):
        self.assert_exit(self.sweep(self.directory / "whole"), 0)
        out = self.directory / "killed"
        arguments = command("compare", "--store", self.store, "--out", out, *settings(*TINY), *ARMS, *AXES)
        process = subprocess.Popen(arguments, env=environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while len(list((out / "cells").glob("*.json"))) < 2 and time.monotonic() < deadline:
            self.assertIsNone(process.poll(), "the sweep ended before it could be killed")
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertFalse((out / "sweep.json").exists())
        kept = len(list((out / "cells").glob("*.json")))
        self.assertLess(kept, 8, "nothing was left to do")

        resumed = self.sweep(out)
        self.assert_exit(resumed, 0)
        self.assertIn(f"{kept} of 8 parts were there already", resumed.stderr)
        self.assertEqual(self.result("killed"), self.result("whole"))
        self.assertEqual(self.result("killed", "config.toml"), self.result("whole", "config.toml"))

    def test_the_number_of_workers_does_not_change_the_result(self):
        for workers in ("1", "2", "3"):
            self.assert_exit(self.sweep(self.directory / workers, "--workers", workers), 0)
        self.assertEqual(self.result("1"), self.result("2"))
        self.assertEqual(self.result("1"), self.result("3"))

    def test_a_cell_of_other_settings_is_not_taken_over(self):
        out = self.directory / "out"
        self.assert_exit(self.sweep(out), 0)
        first = self.result("out")
        changed = self.sweep(out, "--set", "online.learning_rate_warm=1e-3")
        self.assert_exit(changed, 0)
        self.assertNotIn("were there already", changed.stderr)
        self.assertNotEqual(self.result("out"), first)
        again = self.sweep(out)
        self.assert_exit(again, 0)
        self.assertIn("8 of 8 parts were there already", again.stderr)
        self.assertEqual(self.result("out"), first)

    def test_more_seeds_keep_those_that_are_done(self):
        out = self.directory / "out"
        self.assert_exit(self.sweep(out), 0)
        more = self.sweep(out, "--seeds", "3")
        self.assert_exit(more, 0)
        self.assertIn("8 of 12 parts were there already", more.stderr)
        self.assertEqual(json.loads(self.result("out"))["seeds"], [1, 2, 3])

    def test_a_cell_equals_the_comparison_with_its_settings(self):
        self.assert_exit(self.sweep(self.directory / "sweep"), 0)
        cell = json.loads(self.result("sweep"))["cells"][3]
        self.assertEqual(cell["overrides"], {"agent.planning_steps": "2", "surrogate.corruption": "0.4"})
        alone = self.compare(self.directory / "alone", *ARMS,
                             *settings("agent.planning_steps=2", "surrogate.corruption=0.4"))
        self.assert_exit(alone, 0)
        results = json.loads(self.result("alone", "results.json"))
        self.assertEqual(cell["judge"], results["judge"])
        for ours, theirs in zip(cell["protocols"], results["protocols"], strict=True):
            for arm, expected in zip(ours["arms"], theirs["arms"], strict=True):
                self.assertEqual(arm["metrics"], expected["metrics"], arm["name"])
                self.assertEqual(arm["cost"], expected["cost"], arm["name"])

    def test_a_study_runs_on_the_sample_market_and_can_be_run_again_from_its_directory(self):
        study = self.directory / "tiny.toml"
        study.write_text('name = "tiny"\nquestion = "Does it run?"\n\n[[cells]]\n'
                         '"agent.planning_steps" = [0, 2]\n\n[config.compare]\narms = ["hybrid"]\n')
        tiny = settings(*TINY)
        first = run("compare", "--study", study, *tiny, cwd=self.directory)
        self.assert_exit(first, 0)
        self.assertIn("Does it run?", first.stdout)
        out = self.directory / "runs" / "tiny"
        again = run("compare", "--study", out / "study.toml", "--config", out / "config.toml", "--out",
                    self.directory / "again")
        self.assert_exit(again, 0)
        self.assertEqual((out / "sweep.json").read_bytes(), self.result("again"))

    def test_nonsense_is_refused_before_anything_starts(self):
        out = self.directory / "out"
        for axis, message in (
                ("agent.planing_steps=1,2", "did you mean 'agent.planning_steps'"),
                ("agent.gamma=0.1,2", "agent.gamma = '2'"),
                ("agent.gamma=0.1,0.1", "twice"),
                ("agent.gamma=0.1,0.10", "the same settings"),
                ("agent.gamma=", "empty"),
                ("agent.gamma", "KEY=VALUE"),
                ("network.q_layers=[64", "not closed"),
                ("compare.seeds=1,2", "all cells share"),
                ("market.jobs=10,20", "no influence"),
        ):
            process = run("compare", "--store", self.store, "--out", out, "--sweep", axis)
            self.assert_exit(process, 2, message)
            self.assertFalse(out.exists(), axis)
        self.assert_exit(run("compare", "--study", "nonesuch"), 2, "label-noise, planning, budget, input")


if __name__ == "__main__":
    unittest.main()
