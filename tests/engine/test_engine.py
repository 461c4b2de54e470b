"""The program against a real engine that answers at OPENAI_BASE_URL with the model `tiny-random`.

`make test-llm` starts it. Random weights prove the protocol, not the labels.
"""

import json
import os
import pathlib
import sys
import time
import unittest
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from support import TINY, MarketTest, run, settings  # noqa: E402

ENGINE = [f"llm.base_url={os.environ['OPENAI_BASE_URL']}", "llm.model=tiny-random"]
# Nearly every character is a token of this model: a short prompt, and room for the answer's signs.
BRIEF = [f"llm.prompt={pathlib.Path(__file__).resolve().parent / 'prompt.txt'}", "llm.max_chars=200",
         "llm.max_tokens=96", "pretrain.hybrid_llm.steps=40", "compare.seeds=1"]


class EngineTest(MarketTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        health = os.environ["OPENAI_BASE_URL"].removesuffix("/v1") + "/health"
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(health, timeout=10).close()
                return
            except OSError:  # not listening yet, or 503 while it loads the model
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def buy(self, source):
        """The run's results.json, as bytes, and llm.json."""
        out = self.directory / source
        process = run("compare", "--store", self.store, "--out", out, "--arms", "baseline,hybrid",
                      "--llm", source, *settings(*TINY, *ENGINE, *BRIEF), timeout=600)
        self.assert_exit(process, 0)
        return ((out / "results.json").read_bytes(), json.loads((out / "llm.json").read_text()))

    def test_the_doctor_finds_what_the_engine_can_do(self):
        process = run("doctor", "--llm", "--json", *settings(*ENGINE))
        self.assert_exit(process, 0)
        found = {finding["check"]: finding for finding in json.loads(process.stdout)}
        self.assertTrue(found["answers"]["value"].startswith("json_schema"), found["answers"])
        self.assertIn("20 alternatives", found["logprobs"]["value"])

    def test_labels_are_bought_as_probabilities_and_replayed(self):
        results, paid = self.buy("endpoint")
        self.assertEqual((paid["mode"], paid["top_logprobs"]), ("json_schema", 20))
        self.assertGreater(paid["labels"]["sources"]["logprobs"], 20)
        self.assertEqual(paid["calls"]["failed"], 0)
        self.assertGreater(paid["tokens"]["prompt"], 1000)
        replayed, free = self.buy("replay")
        self.assertEqual(replayed, results)
        self.assertEqual(free["calls"]["paid"], 0)


if __name__ == "__main__":
    unittest.main()
