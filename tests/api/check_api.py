"""Checks a running `dynajob serve` with tools that know nothing of it: the OpenAPI description against its
specification, /metrics with Prometheus' own parser, and generated requests with schemathesis, which must meet
no 5xx and no answer that is not documented. Run by `make test-api`."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import openapi_spec_validator
from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import serve_support  # noqa: E402
import support  # noqa: E402

CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
          "response_schema_conformance,unsupported_method")
# Unknown headers are ignored, as HTTP wants it, so that "negative" data is none where only they were added.
MINIMUM = 5000


def check_description(serving):
    description = serving.get("/openapi.json").json
    openapi_spec_validator.validate(description)
    print(f"/openapi.json: valid OpenAPI {description['openapi']}, {len(description['paths'])} paths")


def check_metrics(serving):
    families = list(text_string_to_metric_families(serving.get("/metrics").body.decode()))
    names = [family.name for family in families]
    if not names or not all(name.startswith("dynajob_") for name in names):
        sys.exit(f"/metrics: {names}")
    print(f"/metrics: {len(families)} families, {sum(len(family.samples) for family in families)} samples")


def requests_answered(serving):
    for family in text_string_to_metric_families(serving.get("/metrics").body.decode()):
        if family.name == "dynajob_http_requests":
            return family.samples
    return []


# One worker: with more, CPython 3.11's parser fails now and then ("AST constructor recursion depth mismatch").
def generate_requests(serving, examples):
    command = [str(pathlib.Path(sys.executable).parent / "schemathesis"),
               "--config-file", str(pathlib.Path(__file__).resolve().with_name("schemathesis.toml")), "run",
               f"{serving.url}/openapi.json",
               "--checks", CHECKS, "--max-examples", str(examples), "--seed", "1", "--workers", "1",
               "--phases", "examples,coverage,fuzzing"]
    # Where it leaves what it remembers of requests.
    with tempfile.TemporaryDirectory(prefix="dynajob-schemathesis-") as scratch:
        return subprocess.run(command, cwd=scratch, env={**os.environ, "NO_COLOR": "1"}, check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--examples", type=int, default=350, help="generated requests of each operation")
    arguments = parser.parse_args()
    support.BINARY = arguments.binary
    with tempfile.TemporaryDirectory(prefix="dynajob-api-") as directory, \
            serve_support.Serving("--demo", "--out", f"{directory}/demo", config=support.TINY) as serving:
        check_description(serving)
        serving.get("/v1/recommend/candidate-000001?n=2&explain=true")
        check_metrics(serving)
        code = generate_requests(serving, arguments.examples)
        samples = requests_answered(serving)
        total = int(sum(sample.value for sample in samples))
        failed = [sample.labels for sample in samples if re.match("5", sample.labels["code"])]
        print(f"{total} requests, 5xx: {json.dumps(failed)}")
        stopped = serving.stop()
    if code or failed or stopped or total < MINIMUM:
        sys.exit(f"schemathesis ended with {code}, the server with {stopped}, after {total} requests")


if __name__ == "__main__":
    main()
