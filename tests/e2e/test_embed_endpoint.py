"""Vectors from an endpoint: from embedding to recommendations, and what goes wrong on the way."""

import json
import pathlib
import signal
import subprocess
import sys
import time

from support import TINY, MarketTest, command, environment, run, settings

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

from scripted_endpoint import ScriptedEndpoint  # noqa: E402

MODEL = "embeddings.endpoint_model=words-24"


class EmbedEndpointTest(MarketTest):
    def setUp(self):
        super().setUp()
        self.endpoint = ScriptedEndpoint()
        self.addCleanup(self.endpoint.close)

    def arguments(self, *assignments):
        return ["--store", str(self.store), "--model", "endpoint",
                *settings(MODEL, "llm.backoff_seconds=0.01", *assignments)]

    def environment(self, **variables):
        return {**environment(), "OPENAI_BASE_URL": self.endpoint.base_url, **variables}

    def embed(self, *assignments, flags=(), **variables):
        return run("embed", *self.arguments(*assignments), *flags, env=self.environment(**variables))

    def test_from_the_endpoint_to_recommendations(self):
        process = self.embed(flags=["--json"])
        self.assert_exit(process, 0)
        report = json.loads(process.stdout)
        host = self.endpoint.base_url.removeprefix("http://")
        self.assertEqual(report["embedder"], f"endpoint:words-24@{host}:d24:l2:w6000")
        self.assertEqual(report["job"]["title"]["made"], 80)
        self.assertEqual(report["endpoint"]["calls"], self.endpoint.report()["answered"])
        self.assertEqual(report["endpoint"]["failed_calls"], 0)
        self.assertGreater(report["endpoint"]["tokens"], 0)
        self.assertIn("endpoint: ", process.stderr)

        out, model = self.directory / "out", self.directory / "endpoint-model"
        stored = self.succeed("validate", "--store", self.store, "--json", *settings(*TINY)).stdout
        self.assertIn(report["embedder"], stored)
        self.assertNotIn("lexical-v1", stored)
        self.assert_exit(self.compare(out, "--set", "compare.seeds=1"), 0)
        results = json.loads((out / "results.json").read_text())
        self.assertGreater(len(results["protocols"][0]["arms"]), 3)
        self.succeed("train", "--strategy", "cosine", "--store", self.store, "--out", model, *settings(*TINY))
        process = self.succeed("recommend", "--model", model, "--store", self.store, "--candidate",
                               "candidate-000000", "-k", "5", "--json")
        self.assertEqual(len(json.loads(process.stdout)["recommendations"]), 5)

    def test_repeats_to_the_byte_however_the_texts_are_cut_into_calls(self):
        stores = []
        for assignments in (["embeddings.endpoint_batch=3"], ["embeddings.endpoint_encoding=float", "llm.concurrency=1"]):
            self.assert_exit(self.embed(*assignments), 0)
            out = self.directory / f"out{len(stores)}"
            self.assert_exit(self.compare(out, "--set", "compare.seeds=1"), 0)
            stores.append((out / "results.json").read_bytes())
        self.assertEqual(stores[0], stores[1])

    def test_a_failure_on_the_way_keeps_what_was_stored_and_embed_completes_it(self):
        small = ["embeddings.batch_size=8", "llm.retries=0"]
        # 24 candidates are three batches: the endpoint fails in the midst of the jobs.
        self.endpoint.script(faults=[{"kind": "status", "status": 500, "skip": 12}])
        process = self.embed(*small)
        self.assert_exit(process, 5, "HTTP 500", "/v1/embeddings")
        self.assertIn("12 calls paid, 1 failed", process.stderr)
        mixed = self.compare(self.directory / "mixed")
        self.assert_exit(mixed, 1, "endpoint:words-24@", "sample-market+spelling:")
        self.endpoint.script()
        process = self.embed(*small, flags=["--missing", "--json"])
        self.assert_exit(process, 0)
        rest = json.loads(process.stdout)
        self.assertEqual(rest["candidate"]["hard"]["made"], 0, "paid for already")
        self.assertGreaterEqual(rest["kept"], 24 + 8)
        self.assertEqual(rest["kept"] + rest["job"]["title"]["made"], 24 + 80)
        self.assert_exit(self.compare(self.directory / "whole", "--set", "compare.seeds=1"), 0)

    def test_faults_and_limits_have_their_exit_codes(self):
        self.endpoint.script(faults=[{"kind": "vectors", "how": "nan", "skip": 1}])
        self.assert_exit(self.embed(), 7, "not finite")
        self.endpoint.script(faults=[{"kind": "other_model", "dimension": 7, "skip": 3}])
        self.assert_exit(self.embed("llm.concurrency=1", "embeddings.endpoint_batch=4"), 7, "7 numbers, before of 24")
        self.endpoint.script()
        process = self.embed("llm.max_calls=2", "embeddings.endpoint_batch=4")
        self.assert_exit(process, 6, "llm.max_calls is 2 and 2 are made")
        self.assertEqual(self.endpoint.report()["received"], 2)
        self.assert_exit(self.embed("llm.max_cost_usd=1"), 2, "no price of model 'words-24'")
        self.assert_exit(self.embed("embeddings.endpoint_model="), 2, "embeddings.endpoint_model is not set")
        self.assert_exit(self.embed(OPENAI_BASE_URL=""), 2, "OPENAI_BASE_URL")

    def test_interruption_does_not_wait_for_the_endpoint(self):
        self.endpoint.script(faults=[{"kind": "hang", "skip": 2}])
        process = subprocess.Popen(command("embed", *self.arguments()), env=self.environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while self.endpoint.report()["received"] < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, stderr)

    def test_the_key_is_sent_and_shown_nowhere(self):
        self.endpoint.script(api_key="sk-the-secret")
        for variables, code in (({"OPENAI_API_KEY": "sk-the-secret"}, 0),
                                ({"EMBEDDINGS_API_KEY": "sk-the-secret", "OPENAI_API_KEY": "sk-chat"}, 0),
                                ({"OPENAI_API_KEY": "sk-other-secret"}, 5)):
            for flags in ([], ["--json"], ["--print-config"]):
                process = self.embed(flags=flags, **variables)
                self.assertNotIn("secret", process.stdout + process.stderr)
                self.assertIn(process.returncode, {code} if flags != ["--print-config"] else {0})
        self.assertNotIn(b"the-secret", self.store.read_bytes())

    def test_doctor_tries_the_embedder(self):
        tried = ["doctor", "--embedder", "--json", *settings("embeddings.model=endpoint", MODEL, "llm.retries=0")]
        found = json.loads(run(*tried, env=self.environment()).stdout)
        embedder = next(finding for finding in found if finding["check"] == "embedder")
        self.assertEqual(embedder["health"], "ok")
        self.assertIn("words-24", embedder["value"])
        self.assertIn("24 dimensions", embedder["value"])
        self.endpoint.script(faults=[{"kind": "status", "status": 503}])
        process = run(*tried, env=self.environment())
        self.assertEqual(process.returncode, 1)
        embedder = next(finding for finding in json.loads(process.stdout) if finding["check"] == "embedder")
        self.assertEqual(embedder["health"], "fail")
        self.assertIn("HTTP 503", embedder["value"])
