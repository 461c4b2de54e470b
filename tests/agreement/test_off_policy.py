"""dynajob's off-policy estimators beside those of Open Bandit Pipeline, on shared random logs."""

import importlib.util
import pathlib
import sys
import types
import unittest

import numpy as np

from driver import ask


def import_estimators():
    """obp.ope.estimators without obp's package initialisers, which import its neural learners and so torch.

    The estimators themselves name torch in annotations only.
    """
    root = pathlib.Path(importlib.util.find_spec("obp").submodule_search_locations[0])
    sys.modules["torch"] = types.SimpleNamespace(Tensor=object)
    for name, folder in (("obp", root), ("obp.ope", root / "ope")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return importlib.import_module("obp.ope.estimators")


obp = import_estimators()

RESAMPLES = 20000
REFERENCE_RESAMPLES = 10000
# The error of simulation of an end of an interval, in standard errors (see test_statistics.py), five of
# them; and as much for the difference of a t interval to a percentile interval at 800 decisions.
END_TOLERANCE = 5 * 0.033 + 0.05


class Log:
    """`actions` jobs, a stochastic logging policy, and a policy to judge."""

    def __init__(self, seed, decisions, actions, uniform=False, greedy=False):
        generator = np.random.default_rng(seed)
        rows = np.arange(decisions)
        logging = (np.full((decisions, actions), 1 / actions) if uniform
                   else 0.3 / actions + 0.7 * generator.dirichlet(np.ones(actions), decisions))
        logging /= logging.sum(axis=1, keepdims=True)
        self.action = np.array([generator.choice(actions, p=row) for row in logging])
        target = generator.dirichlet(np.ones(actions), decisions)
        if greedy:
            target = np.eye(actions)[target.argmax(axis=1)]
        mean = generator.uniform(-0.1, 1, (decisions, actions))
        self.predicted = (mean + generator.normal(0.1, 0.2, mean.shape))[:, :, None]
        self.reward = mean[rows, self.action] + generator.normal(0, 0.3, decisions)
        self.pscore = logging[rows, self.action]
        self.target = target[:, :, None]
        self.position = np.zeros(decisions, dtype=int)
        self.case = {"resamples": RESAMPLES, "decisions": {
            "reward": self.reward.tolist(),
            "logging_propensity": self.pscore.tolist(),
            "target_probability": target[rows, self.action].tolist(),
            "predicted_reward": self.predicted[rows, self.action, 0].tolist(),
            "predicted_value": (target * self.predicted[:, :, 0]).sum(axis=1).tolist(),
            "uniform": [bool(uniform)] * decisions}}

    def chosen(self):
        """pi(a | x) of the logged actions."""
        return self.target[np.arange(len(self.action)), self.action, 0]

    def arguments(self, estimator):
        arguments = {"reward": self.reward, "action": self.action, "action_dist": self.target,
                     "position": self.position}
        if not isinstance(estimator, (obp.ReplayMethod, obp.DirectMethod)):
            arguments["pscore"] = self.pscore
        if isinstance(estimator, (obp.DirectMethod, obp.DoublyRobust)):
            arguments["estimated_rewards_by_reg_model"] = self.predicted
        return arguments


class TestOffPolicy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.logs = [Log(1, 800, 5), Log(2, 1500, 3), Log(3, 800, 4, uniform=True, greedy=True)]
        cls.answers = ask([log.case for log in cls.logs])

    def having(self, name):
        pairs = [(log, answer[name]) for log, answer in zip(self.logs, self.answers) if name in answer]
        self.assertEqual(len(pairs), 1 if name == "replay" else len(self.logs), self.answers)
        return pairs

    @staticmethod
    def assert_same_interval(ours, low, high):
        np.testing.assert_allclose(ours[1:], [low, high], atol=END_TOLERANCE * (high - low) / 3.92)

    def assert_same_value(self, name, estimator):
        for log, ours in self.having(name):
            theirs = estimator.estimate_policy_value(**log.arguments(estimator))
            self.assertAlmostEqual(ours[0], theirs, 12)

    def assert_agrees(self, name, estimator):
        self.assert_same_value(name, estimator)
        for log, ours in self.having(name):
            theirs = estimator.estimate_interval(n_bootstrap_samples=REFERENCE_RESAMPLES, random_state=7,
                                                 **log.arguments(estimator))
            self.assert_same_interval(ours, theirs["95.0% CI (lower)"], theirs["95.0% CI (upper)"])

    def assert_ratio_interval(self, name, weight_of):
        """Of a weighted mean. Open Bandit Pipeline resamples it with the sum of weights held fixed, which makes
        the interval wider; ours resamples both sums, as NumPy does here."""
        for log, ours in self.having(name):
            weight = weight_of(log)
            generator = np.random.default_rng(11)
            drawn = generator.integers(0, len(weight), (REFERENCE_RESAMPLES, len(weight)))
            values = (weight * log.reward)[drawn].sum(axis=1) / weight[drawn].sum(axis=1)
            self.assert_same_interval(ours, *np.quantile(values, [0.025, 0.975]))

    def test_every_log_has_support(self):
        self.assertEqual([answer["objections"] for answer in self.answers], [[], [], []])

    def test_ips(self):
        self.assert_agrees("IPS", obp.InverseProbabilityWeighting())

    def test_direct_method(self):
        self.assert_agrees("DM", obp.DirectMethod())

    def test_doubly_robust(self):
        self.assert_agrees("DR", obp.DoublyRobust())

    def test_replay(self):
        self.assert_same_value("replay", obp.ReplayMethod())
        self.assert_ratio_interval("replay", Log.chosen)

    def test_snips(self):
        self.assert_same_value("SNIPS", obp.SelfNormalizedInverseProbabilityWeighting())
        self.assert_ratio_interval("SNIPS", lambda log: log.chosen() / log.pscore)


if __name__ == "__main__":
    unittest.main()
