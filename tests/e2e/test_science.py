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
        """How much it adds to what labels taught takes more seeds to show: docs/findings.md has twenty."""
        for arm in WARM:
            interval = self.difference("new-user", arm, f"{arm}-frozen", "cumulative_reward")
            self.assertGreaterEqual(interval["high"], 0, f"{arm} {interval}")
            if arm != "cosine":
                self.assertGreater(interval["iqm"], 0, f"{arm} {interval}")

    def compare(self, *assignments):
        """The new-user protocol on the demo's market, with more people and fewer steps."""
        process = self.succeed(
            "compare", "--store", self.shared / "demo" / "market.db", "--out",
            self.directory / "out", "--arms", "llm,random,surrogate-rank", "--seeds", "8", "--json",
            *settings("embeddings.dimension=64", "compare.protocols=new-user",
                      "compare.candidates=60", "compare.steps=10", "agent.planning_steps=0",
                      *assignments), timeout=600)
        protocol, = json.loads(process.stdout)["protocols"]
        jumpstart = {arm["name"]: arm["metrics"]["jumpstart"]["iqm"] for arm in protocol["arms"]}
        difference, = [c["difference"] for c in protocol["comparisons"]
                       if (c["a"], c["b"], c["metric"]) == ("llm", "random", "jumpstart")]
        return jumpstart, difference

    def test_clean_labels_carry_the_llm_arm_towards_the_labels_own_ranking(self):
        jumpstart, difference = self.compare()
        self.assertGreater(difference["low"], 0, difference)
        whole_way = jumpstart["surrogate-rank"] - jumpstart["random"]
        self.assertGreaterEqual((jumpstart["llm"] - jumpstart["random"]) / whole_way, 0.4, jumpstart)

    def test_corrupted_labels_teach_nothing(self):
        _, difference = self.compare("surrogate.corruption=1")
        self.assertLessEqual(difference["low"], 0, difference)

    def test_reward_sources_know_the_judge_but_not_too_well(self):
        judge = self.results["judge"]
        correlation = judge["rank_correlation"]
        self.assertGreaterEqual(correlation["surrogate"], 0.4)
        self.assertLessEqual(correlation["surrogate"], 0.9)
        self.assertLess(correlation["cosine"], correlation["surrogate"])
        shares = judge["response_shares"]
        self.assertAlmostEqual(sum(shares.values()), 1, places=9)
        self.assertLessEqual(max(shares.values()), 0.75)
