"""dynajob's statistics beside rliable, SciPy, lifelines and statsmodels, on shared random inputs.

Closed formulas must agree to rounding. Intervals come from resampling with another generator on either
side, so their ends may differ by the error of simulation, a known share of the standard error.
"""

import math
import unittest

import lifelines
import numpy as np
from rliable import library, metrics
from scipy import stats
from statsmodels.stats.multitest import multipletests

from driver import ask

RESAMPLES = 40000

# A 2.5 % quantile of B normal replicates has a standard deviation of sqrt(0.025 * 0.975 / B) / 0.0584 of
# theirs: 0.0134 for 40,000 on one side and 0.0267 for 10,000 on the other, 0.03 together. Five of them.
REFERENCE_RESAMPLES = 10000
END_TOLERANCE = 5 * 0.03
# The standard deviation of B replicates has a relative error of sqrt(1 / 2B), 0.0035 and 0.0071.
ERROR_TOLERANCE = 5 * 0.0079


def tables(generator):
    """Pairs of score tables (seeds x people): normal, skewed, with ties, with seed effects, small."""
    normal = generator.normal(0.5, 0.2, (8, 12))
    yield normal, normal + generator.normal(0.05, 0.1, (8, 12))
    yield generator.exponential(0.5, (10, 7)), generator.exponential(0.6, (10, 7))
    yield generator.integers(0, 4, (6, 9)) / 4, generator.integers(0, 5, (6, 9)) / 4
    effects = generator.normal(0, 1, (20, 1))
    yield effects + generator.normal(0, 1, (20, 5)), 0.8 * effects + generator.normal(0, 1, (20, 5))
    yield generator.normal(0, 1, (3, 3)), generator.normal(0, 1, (3, 3))


class TestScores(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pairs = list(tables(np.random.default_rng(20260)))
        cls.thresholds = [-0.5, 0.0, 0.25, 0.5, 1.0]
        cls.answers = ask([{"scores": scores.tolist(), "other": other.tolist(), "resamples": RESAMPLES,
                            "target": 1.0, "quantile": 0.3, "thresholds": cls.thresholds}
                           for scores, other in cls.pairs])

    def each(self):
        self.assertEqual(len(self.answers), len(self.pairs))
        for index, ((scores, other), answer) in enumerate(zip(self.pairs, self.answers)):
            with self.subTest(table=index, shape=scores.shape):
                yield scores, other, answer

    def test_point_estimates_are_those_of_rliable(self):
        for scores, other, answer in self.each():
            self.assertAlmostEqual(answer["iqm"], metrics.aggregate_iqm(scores), 12)
            self.assertAlmostEqual(answer["mean"], metrics.aggregate_mean(scores), 12)
            self.assertAlmostEqual(answer["optimality_gap"],
                                   metrics.aggregate_optimality_gap(scores, gamma=1.0), 12)
            # One run per task: rliable's estimate is then the paired one.
            self.assertAlmostEqual(
                answer["improvement"],
                metrics.probability_of_improvement(scores.reshape(1, -1), other.reshape(1, -1)), 12)
            profile, _ = library.create_performance_profile(
                {"arm": scores}, np.array(self.thresholds), reps=10)
            np.testing.assert_allclose(answer["profile"], profile["arm"], atol=1e-12)

    def test_quantile_and_rank_correlation_are_those_of_numpy_and_scipy(self):
        for scores, other, answer in self.each():
            self.assertAlmostEqual(answer["quantile"], np.quantile(scores, 0.3), 12)
            self.assertAlmostEqual(answer["spearman"],
                                   stats.spearmanr(scores.ravel(), other.ravel()).statistic, 12)
            self.assertAlmostEqual(answer["negative_transfer"], np.mean(scores < other), 12)

    def assert_same_interval(self, ours, theirs, step=0.0):
        """Both ends within the error of simulation, and `step` where a mean moves in steps."""
        self.assertTrue(np.all(np.isfinite(theirs)))
        error = (theirs[1] - theirs[0]) / 3.92
        np.testing.assert_allclose(ours[1:], theirs, atol=END_TOLERANCE * error + step)

    def test_stratified_intervals_are_those_of_rliable(self):
        compared = 0
        for scores, other, answer in self.each():
            if scores.size < 30:
                continue  # replicates with so few distinct values are not near a normal distribution
            compared += 1
            for name, aggregate in (("stratified_iqm", metrics.aggregate_iqm),
                                    ("stratified_mean", metrics.aggregate_mean)):
                self.assert_same_interval(answer[name], self.rliable_interval(scores, aggregate))
            wins = (scores > other) + 0.5 * (scores == other)
            self.assert_same_interval(answer["improvement_stratified"],
                                      self.rliable_interval(wins, metrics.aggregate_mean),
                                      step=0.5 / wins.size)
        self.assertEqual(compared, 4)

    @staticmethod
    def rliable_interval(scores, aggregate):
        _, intervals = library.get_interval_estimates(
            {"arm": scores}, lambda x: np.array([aggregate(x)]), method="percentile",
            reps=REFERENCE_RESAMPLES)
        return np.ravel(intervals["arm"])

    def test_cluster_errors_are_those_of_scipys_bootstrap_over_seeds(self):
        for scores, other, answer in self.each():
            for name, table in (("cluster_iqm", scores), ("cluster_difference", scores - other)):
                seeds = len(table)
                result = stats.bootstrap(
                    (np.arange(seeds),), lambda drawn, rows=table: stats.trim_mean(rows[drawn].ravel(), 0.25),
                    vectorized=False, n_resamples=REFERENCE_RESAMPLES, method="percentile",
                    rng=np.random.default_rng(7))
                error = math.sqrt(seeds / (seeds - 1)) * result.standard_error
                self.assertAlmostEqual(answer[name]["error"] / error, 1, delta=ERROR_TOLERANCE)
                value = stats.trim_mean(table.ravel(), 0.25)
                self.assertAlmostEqual(answer[name]["value"], value, 12)
                # Given the error, interval and p-value are Student's.
                ours = answer[name]["error"]
                np.testing.assert_allclose(answer[name]["interval"][1:],
                                           stats.t.interval(0.95, seeds - 1, value, ours), rtol=1e-9)
                self.assertAlmostEqual(answer[name]["p"],
                                       2 * stats.t.sf(abs(value) / ours, seeds - 1), 12)


class TestSurvival(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        generator = np.random.default_rng(31)
        cls.samples = []
        for seeds, people, end in ((6, 20, 50), (1, 40, 12), (12, 5, 30), (4, 8, 6)):
            times = np.ceil(generator.exponential(15, (seeds, people)))
            early = generator.uniform(size=times.shape) < 0.2  # some leave before the end
            last = np.where(early, np.ceil(generator.uniform(1, end, times.shape)), end)
            cls.samples.append((np.minimum(times, last), times <= last))
        cls.answers = ask([{"resamples": 2000,
                            "times": [[[t, bool(r)] for t, r in zip(*seed)] for seed in zip(*sample)]}
                           for sample in cls.samples])

    def each(self):
        self.assertEqual(len(self.answers), len(self.samples))
        for (times, reached), answer in zip(self.samples, self.answers):
            with self.subTest(shape=times.shape):
                yield times.ravel(), reached.ravel(), answer

    def test_curve_and_median_are_those_of_lifelines(self):
        medians = 0
        for times, reached, answer in self.each():
            fitter = lifelines.KaplanMeierFitter().fit(times, reached)
            events = fitter.event_table[fitter.event_table["observed"] > 0]
            np.testing.assert_array_equal([point[0] for point in answer["curve"]], events.index)
            np.testing.assert_array_equal([point[1] for point in answer["curve"]], events["at_risk"])
            np.testing.assert_array_equal([point[2] for point in answer["curve"]], events["observed"])
            np.testing.assert_allclose([point[3] for point in answer["curve"]],
                                       fitter.predict(events.index), rtol=1e-12)
            median = fitter.median_survival_time_
            self.assertEqual(answer["median"], None if math.isinf(median) else median)
            medians += answer["median"] is not None
        self.assertGreaterEqual(medians, 2)

    def test_curve_is_that_of_scipy(self):
        for times, reached, answer in self.each():
            sample = stats.CensoredData.right_censored(times, ~reached)
            survival = stats.ecdf(sample).sf
            for time, _, _, share in answer["curve"]:
                self.assertAlmostEqual(share, float(survival.evaluate(time)), 12)

    def test_the_interval_contains_the_median(self):
        for _, _, answer in self.each():
            if answer["median"] is None:
                self.assertIsNone(answer["high"])
            else:
                self.assertLessEqual(answer["low"], answer["median"])
                self.assertGreaterEqual(answer["high"] or math.inf, answer["median"])


class TestDistributionsAndCorrection(unittest.TestCase):
    def test_holm_is_that_of_statsmodels(self):
        generator = np.random.default_rng(5)
        families = [generator.uniform(0, 1, n) ** power for n in (1, 2, 13, 40) for power in (1, 4)]
        families.append(np.array([0.01, 0.01, 0.04, 0.04, 0.9]))
        for family, answer in zip(families, ask([{"p_values": list(f)} for f in families])):
            theirs = multipletests(family, method="holm")[1]
            np.testing.assert_allclose(answer["adjusted"], theirs, rtol=1e-12)

    def test_students_t_is_that_of_scipy(self):
        cases = [{"t": t, "degrees_of_freedom": n, "confidence": c}
                 for n in (1, 2, 3, 4, 19, 100, 479) for t in (0.0, 0.3, 2.1, 6.0)
                 for c in (0.5, 0.95, 0.999)]
        for case, answer in zip(cases, ask(cases)):
            tail = 2 * stats.t.sf(case["t"], case["degrees_of_freedom"])
            self.assertAlmostEqual(answer["tail"], tail, 13, case)
            critical = stats.t.isf((1 - case["confidence"]) / 2, case["degrees_of_freedom"])
            self.assertAlmostEqual(answer["critical"] / critical, 1, 9, case)

