"""What the product claims, seen on the default demo: five seeds, both protocols, every arm.

Takes about two minutes. The claims are intervals on paired differences; docs/protocol.md says how they
are made.
"""

import json
import pathlib
import shutil
import tempfile

from support import EndToEndTest, environment, run, settings

ARMS = ("baseline,cosine,llm,hybrid,random,cosine-rank,surrogate-rank,"
        "cosine-frozen,llm-frozen,hybrid-frozen,oracle")
LEARNERS = ("baseline", "cosine", "llm", "hybrid")
WARM = ("cosine", "llm", "hybrid")


class ScienceTest(EndToEndTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="dynajob-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        process = run("demo", "--out", cls.shared / "demo", "--arms", ARMS, timeout=900,
                      env=environment())
        if process.returncode != 0:
            raise AssertionError(f"the demo failed: {process.stdout}{process.stderr}")
        cls.results = json.loads((cls.shared / "demo" / "results.json").read_text())
        cls.protocols = {p["name"]: p for p in cls.results["protocols"]}

    def difference(self, protocol, a, b, metric):
        """Interval of a - b, whichever way round it was compared."""
        for comparison in self.protocols[protocol]["comparisons"]:
            if comparison["metric"] != metric:
                continue
            interval = comparison["difference"]
            if (comparison["a"], comparison["b"]) == (a, b):
                return interval
            if (comparison["a"], comparison["b"]) == (b, a):
                return {"iqm": -interval["iqm"], "low": -interval["high"], "high": -interval["low"]}
        raise AssertionError(f"{a} and {b} were not compared on {metric}")

    def jumpstart(self, name):
        arms = self.protocols["new-user"]["arms"]
        return next(arm for arm in arms if arm["name"] == name)["metrics"]["jumpstart"]["iqm"]

    def test_the_oracle_is_above_every_arm(self):
        for protocol in self.protocols:
            for arm in ARMS.split(","):
                if arm == "oracle":
                    continue
                interval = self.difference(protocol, "oracle", arm, "cumulative_reward")
                self.assertGreater(interval["low"], 0, f"{protocol}: {arm} {interval}")

    def test_every_learner_ends_above_random(self):
        for arm in LEARNERS:
            interval = self.difference("new-user", arm, "random", "asymptote")
            self.assertGreater(interval["low"], 0, f"{arm} {interval}")

    def test_every_warm_start_beats_the_cold_start_at_once(self):
        for arm in WARM:
            interval = self.difference("new-user", arm, "baseline", "jumpstart")
            self.assertGreater(interval["low"], 0, f"{arm} {interval}")

    def test_learning_online_does_not_harm_a_warm_start(self):
        for arm in WARM:
            interval = self.difference("new-user", arm, f"{arm}-frozen", "cumulative_reward")
            self.assertGreaterEqual(interval["low"], 0, f"{arm} {interval}")

    def test_clean_labels_carry_the_llm_arm_towards_the_labels_own_ranking(self):
        interval = self.difference("new-user", "llm", "random", "jumpstart")
        self.assertGreater(interval["low"], 0, interval)
        random = self.jumpstart("random")
        way = (self.jumpstart("llm") - random) / (self.jumpstart("surrogate-rank") - random)
        self.assertGreaterEqual(way, 0.4)

    def test_corrupted_labels_teach_nothing(self):
        process = self.succeed(
            "compare", "--store", self.shared / "demo" / "market.db", "--out",
            self.directory / "corrupted", "--arms", "llm,random", "--seeds", "5", "--json",
            *settings("embeddings.dimension=64", "surrogate.corruption=1", "compare.steps=10",
                      "compare.candidates=40", "compare.protocols=new-user"), timeout=600)
        comparison, = [c for c in json.loads(process.stdout)["protocols"][0]["comparisons"]
                       if c["metric"] == "jumpstart" and {c["a"], c["b"]} == {"llm", "random"}]
        self.assertEqual(comparison["a"], "llm")
        self.assertLessEqual(comparison["difference"]["low"], 0, comparison["difference"])

    def test_reward_sources_know_the_judge_but_not_too_well(self):
        judge = self.results["judge"]
        correlation = judge["rank_correlation"]
        self.assertGreaterEqual(correlation["surrogate"], 0.4)
        self.assertLessEqual(correlation["surrogate"], 0.9)
        self.assertLess(correlation["cosine"], correlation["surrogate"])
        shares = judge["response_shares"]
        self.assertAlmostEqual(sum(shares.values()), 1, places=9)
        self.assertLessEqual(max(shares.values()), 0.75)
