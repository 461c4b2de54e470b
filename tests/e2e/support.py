"""Runs the dynajob program as a user does. Only the standard library is needed."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

BINARY = os.environ.get(
    "DYNAJOB_BINARY",
    str(pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "dynajob"),
)

# A market that is embedded, trained on and compared in about a second.
TINY = [
    "market.jobs=80",
    "market.candidates=24",
    "embeddings.dimension=16",
    "network.q_layers=16",
    "network.world_model_layers=16",
    "pretrain.cosine.steps=200",
    "pretrain.llm.steps=100",
    "pretrain.hybrid_llm.steps=100",
    "pretrain.hybrid_rollout_steps=20",
    "pretrain.minimum_updates=50",
    "pretrain.candidate_set_size=10",
    "compare.seeds=2",
    "compare.candidates=4",
    "compare.steps=12",
    "compare.candidate_set_size=10",
    "compare.resamples=100",
    "judge.calibration_pairs=2000",
]


# What would configure dynajob, besides DYNAJOB_….
HIDDEN = ("EMBEDDINGS_API_KEY", "MONGODB_URI", "NO_COLOR", "OPENAI_API_KEY", "OPENAI_BASE_URL")


def environment():
    """This process's, without what would configure dynajob."""
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("DYNAJOB_") and key not in HIDDEN
    }


def settings(*assignments):
    """["--set", "a=1", "--set", "b=2"] of ("a=1", "b=2")."""
    return [part for assignment in assignments for part in ("--set", assignment)]


def command(*arguments):
    return [BINARY, *(str(argument) for argument in arguments)]


def run(*arguments, **options):
    """The finished process, with its output as text."""
    options.setdefault("env", environment())
    options.setdefault("timeout", 120)
    return subprocess.run(command(*arguments), capture_output=True, text=True, check=False, **options)


def report_data(path):
    """What report.html draws: the JSON in its data element."""
    page = pathlib.Path(path).read_text(encoding="utf-8")
    return json.loads(page.split('<script id="report-data" type="application/json">')[1].split("</script>")[0])


class EndToEndTest(unittest.TestCase):
    """A temporary directory per test, and assertions on finished processes."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="dynajob-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def assert_exit(self, process, code, *messages):
        """The exit code; for a failure also that it is explained, with all of `messages`."""
        report = f"\n{process.args}\n{process.stdout}\n{process.stderr}"
        self.assertEqual(process.returncode, code, report)
        if messages:
            self.assertIn("dynajob: error: ", process.stderr)
        for message in messages:
            self.assertIn(message, process.stderr)

    def succeed(self, *arguments, **options):
        process = run(*arguments, **options)
        self.assert_exit(process, 0)
        return process


class MarketTest(EndToEndTest):
    """With a store that a tiny demo made once for the class; every test works on a copy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="dynajob-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.demo = cls.shared / "demo"
        process = run("demo", "--out", cls.demo, *settings(*TINY))
        if process.returncode != 0:
            raise AssertionError(f"the demo failed: {process.stdout}{process.stderr}")

    def setUp(self):
        super().setUp()
        self.store = self.directory / "market.db"
        shutil.copy(self.demo / "market.db", self.store)
        self.model = self.directory / "model"
        shutil.copytree(self.demo / "model", self.model)

    def compare(self, out, *arguments, **options):
        return run("compare", "--store", self.store, "--out", out, *settings(*TINY), *arguments, **options)

    def recommend(self, *arguments):
        return run("recommend", "--model", self.model, "--store", self.store, *arguments)


def ignore_file_size_signal():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
