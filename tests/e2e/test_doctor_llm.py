"""`dynajob doctor --llm` against the scripted server: what it reports, and its exit codes."""

import json
import pathlib
import sys

from support import EndToEndTest, environment, run, settings

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

from scripted_endpoint import ScriptedEndpoint  # noqa: E402


class DoctorLlmTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.endpoint = ScriptedEndpoint()
        self.addCleanup(self.endpoint.close)

    def doctor(self, *arguments, **variables):
        variables.setdefault("OPENAI_BASE_URL", self.endpoint.base_url)
        return run("doctor", "--llm", *settings("llm.model=scripted", "llm.backoff_seconds=0.01"),
                   *arguments, env={**environment(), **variables})

    def test_reports_what_the_endpoint_can_do(self):
        process = self.doctor("--json")
        self.assertEqual(process.returncode, 0, process.stderr)
        found = {finding["check"]: finding for finding in json.loads(process.stdout)}
        self.assertIn("model scripted", found["endpoint"]["value"])
        self.assertTrue(found["answers"]["value"].startswith("json_schema"))
        self.assertIn("4 alternatives", found["logprobs"]["value"])
        self.assertEqual(found["logit_bias"]["value"], "yes")

    def test_names_what_is_missing(self):
        self.endpoint.script(capabilities={"json_schema": "ignored", "llama_schema": False,
                                  "logprobs": False})
        process = self.doctor()
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("json_object (json_schema ignored, llama_schema refused)", process.stdout)
        self.assertIn("rewards come from answers instead of probabilities", process.stdout)

    def test_an_endpoint_that_is_not_available_exits_with_5(self):
        self.endpoint.script(faults=[{"kind": "loading"}])
        process = self.doctor()
        self.assertEqual(process.returncode, 5)
        self.assertIn("Loading model", process.stdout)

    def test_no_endpoint_is_a_usage_error(self):
        process = self.doctor(OPENAI_BASE_URL="")
        self.assertEqual(process.returncode, 2)
        self.assertIn("llm.base_url", process.stderr)

    def test_secrets_are_shown_nowhere(self):
        self.endpoint.script(api_key="sk-right")
        for arguments in ([], ["--json"], ["--print-config"]):
            process = self.doctor(*arguments, OPENAI_API_KEY="sk-wrong-secret")
            self.assertNotIn("secret", process.stdout + process.stderr)
        self.assertEqual(self.doctor(OPENAI_API_KEY="sk-right").returncode, 0)
        url = self.endpoint.base_url.replace("://", "://me:hidden-secret@")
        process = self.doctor(OPENAI_BASE_URL=url)
        self.assertEqual(process.returncode, 5)
        self.assertNotIn("hidden", process.stdout + process.stderr)
        process = self.doctor("--print-config", *settings(f"llm.base_url={url}"))
        self.assertEqual(process.returncode, 2)
        self.assertNotIn("hidden", process.stdout + process.stderr)
