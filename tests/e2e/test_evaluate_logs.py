"""Off-policy evaluation: of what serve logs, and of files of other programs."""

import json
import math
import random

from serve_support import Serving, feedback
from support import MarketTest, run, settings

PLACES = 3
EPSILON = 0.5


class EvaluateLogsTest(MarketTest):
    def serve_and_answer(self, people, epsilon):
        """Shows pages to people; they like jobs of an even number. Returns their mean reward."""
        rewards = []
        generator = random.Random(4)
        # Without the learner: one policy serves from the first page to the last, however long that takes.
        with Serving("--store", self.store, "--model", self.model,
                     config=[f"serve.epsilon={epsilon}", "learn.enabled=false"]) as serving:
            for person in range(people):
                candidate = f"candidate-{person:06d}"
                reply = serving.get(f"/v1/recommend/{candidate}?n={PLACES}")
                self.assertEqual(reply.status, 200, reply)
                page = reply.json
                for place, shown in enumerate(page["recommendations"]):
                    job, request = shown["job_id"], page["request_id"]
                    likes = int(job[-1]) % 2 == 0 and generator.random() < 0.7
                    kinds = ["impression", "save"] if likes else ["impression"]
                    rewards.append(0.5 if likes else -0.1)
                    for kind in kinds:
                        sent = serving.post("/v1/feedback", feedback(
                            f"{request}-{place}-{kind}", candidate, job, kind, request_id=request))
                        self.assertEqual((sent.status, sent.json["joined"]), (201, True), sent)
            self.assertEqual(serving.stop(), 0)
        return sum(rewards) / len(rewards)

    def evaluate(self, *arguments):
        process = self.succeed("evaluate-logs", "--json", *arguments)
        return json.loads(process.stdout)

    def test_the_policy_that_served_has_weight_1_everywhere(self):
        mean = self.serve_and_answer(people=20, epsilon=EPSILON)
        result = self.evaluate("--store", self.store, "--model", self.model,
                               *settings(f"off_policy.epsilon={EPSILON}"))
        self.assertEqual(result["decisions"], 20 * PLACES)
        self.assertEqual(result["people"], 20)
        self.assertEqual(result["left_out"], {})
        for end in ("value", "low", "high"):
            self.assertAlmostEqual(result["support"]["mean_weight"][end], 1, 9)
        self.assertAlmostEqual(result["logged"]["value"], mean, 9)
        for name in ("IPS", "SNIPS"):
            self.assertAlmostEqual(result["estimates"][name]["value"]["value"], mean, 9)
            self.assertAlmostEqual(result["estimates"][name]["difference"]["value"], 0, 9)
        self.assertTrue(math.isfinite(result["estimates"]["DR"]["value"]["value"]))
        self.assertIn("uniformly", result["estimates"]["replay"]["absent"])

    def test_a_log_without_chance_cannot_judge_another_policy(self):
        self.serve_and_answer(people=20, epsilon=0)
        process = run("evaluate-logs", "--store", self.store, "--model", self.model,
                                   *settings("off_policy.epsilon=1"))
        self.assert_exit(process, 1, "cannot judge this policy", "never shows some")
        self.assertEqual(process.stdout, "")

    def test_a_file_that_states_the_target_needs_no_model(self):
        path = self.directory / "log.jsonl"
        with open(path, "w", encoding="utf-8") as file:
            for i in range(400):
                first = i % 2 == 0
                print(json.dumps({"candidate_id": f"p{i // 2}", "job_id": "a" if first else "b",
                                  "reward": 1 if first else 0, "propensity": 0.5,
                                  "candidate_set": ["a", "b"],
                                  "target_probability": 0.75 if first else 0.25}), file=file)
        result = self.evaluate("--log", path)
        self.assertAlmostEqual(result["estimates"]["IPS"]["value"]["value"], 0.75, 9)
        self.assertAlmostEqual(result["estimates"]["IPS"]["difference"]["value"], 0.25, 9)
        self.assertEqual(result["estimates"]["DR"]["absent"], "there is no reward model")
        text = self.succeed("evaluate-logs", "--log", path).stdout
        self.assertRegex(text, r"IPS +0\.750 \[0\.750,0\.750\] +\+0\.250")

    def test_mistakes_are_named(self):
        path = self.directory / "log.jsonl"
        self.assert_exit(run("evaluate-logs", "--store", self.store), 2, "--model is required")
        path.write_text('{"candidate_id":"a","job_id":"b","reward":1,"propensity":0.5}\n{"candidate_id":3}\n')
        self.assert_exit(run("evaluate-logs", "--log", path), 7, "log.jsonl", "line 2",
                         "candidate_id")
        path.write_text('{"candidate_id":"a","job_id":"b","reward":1,"propensity":0.5}\n')
        self.assert_exit(run("evaluate-logs", "--log", path), 2, "--model is required",
                         "target_probability")
        path.write_text("")
        self.assert_exit(run("evaluate-logs", "--log", path, "--store", self.store,
                                          "--model", self.model), 1, "no decisions")
