"""An LLM behind an endpoint as the simulated user. The LLM is itself simulated: the scripted server."""

import collections
import json
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time

from support import TINY, MarketTest, command, environment, report_data, run, settings

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

from scripted_endpoint import ScriptedEndpoint  # noqa: E402

MODEL = "simulated-llm"
CONCURRENCY = 8


def answers_in(store):
    """Keys of the answers in a store's label cache; what is known of the endpoint is another kind."""
    connection = sqlite3.connect(store)
    try:
        rows = connection.execute("SELECT key, value FROM label_cache").fetchall()
    finally:
        connection.close()
    return {key for key, value in rows if "text" in json.loads(value)}


class LlmTest(MarketTest):
    def setUp(self):
        super().setUp()
        self.endpoint = ScriptedEndpoint()
        self.addCleanup(self.endpoint.close)

    def configuration(self, *more):
        return [*TINY, f"llm.base_url={self.endpoint.base_url}", f"llm.model={MODEL}",
                f"llm.concurrency={CONCURRENCY}", "llm.backoff_seconds=0.01", *more]

    def arguments(self, *words, configuration=(), store=None):
        return [*words, "--store", store or self.store, *settings(*self.configuration(*configuration))]

    def compare(self, out, source, *words, configuration=(), **options):
        return run(*self.arguments("compare", "--llm", source, "--out", out, *words,
                                   configuration=configuration), **options)

    def train(self, out, source, *words, configuration=(), strategy="llm"):
        return run(*self.arguments("train", "--strategy", strategy, "--llm", source, "--out", out,
                                   *words, configuration=configuration))

    def paid(self):
        """Answers that were sent, by question; those that only probe the endpoint aside."""
        answers = collections.Counter()
        for request in self.endpoint.requests():
            question = json.dumps(request["body"])
            if "APPLY" in question and request["completed"] and request["status"] == 200:
                answers[question] += 1
        return answers

    def no_endpoint(self):
        """From here on nobody listens there."""
        self.endpoint.close()


class ResultsTest(LlmTest):
    def test_endpoint_and_replay_give_the_same_results(self):
        first, second, replay = (self.directory / name for name in ("first", "second", "replay"))
        self.assert_exit(self.compare(first, "endpoint"), 0)
        # All labels are in the file itself, as somebody who copies it expects.
        self.assertFalse(pathlib.Path(f"{self.store}-wal").exists())
        answers = self.paid()
        self.assertGreater(len(answers), 100)
        self.assertEqual(set(answers.values()), {1})
        # A second run buys nothing, whatever the number of workers or of calls in flight.
        again = self.compare(second, "endpoint", "--workers", "1",
                             configuration=["llm.concurrency=3"])
        self.assert_exit(again, 0)
        self.assertEqual(self.paid(), answers)
        self.no_endpoint()
        self.assert_exit(self.compare(replay, "replay"), 0)
        results = (first / "results.json").read_bytes()
        self.assertEqual((second / "results.json").read_bytes(), results)
        self.assertEqual((replay / "results.json").read_bytes(), results)
        # What differs stands elsewhere.
        paid, replayed = (json.loads((out / "llm.json").read_text()) for out in (first, replay))
        self.assertEqual(paid["calls"]["paid"], len(answers))
        self.assertEqual((replayed["kind"], replayed["calls"]["paid"]), ("replay", 0))

    def test_results_and_report_say_who_labelled(self):
        out = self.directory / "out"
        process = self.compare(out, "endpoint")
        self.assert_exit(process, 0)
        self.assertIn(MODEL, process.stdout)
        results = json.loads((out / "results.json").read_text())
        self.assertEqual(results["llm"]["kind"], "llm")
        self.assertEqual(results["llm"]["model"], MODEL)
        self.assertEqual(results["llm"]["rewards_from"], "probabilities")
        self.assertIn("surrogate", results["judge"]["rank_correlation"])
        labels = {arm["name"]: arm["cost"]["llm_calls"]
                  for arm in results["protocols"][0]["arms"]}
        self.assertGreater(labels["hybrid"], 0)
        self.assertEqual(labels["cosine"], 0)
        llm = report_data(out / "report.html")["llm"]
        self.assertEqual(llm, json.loads((out / "llm.json").read_text()))
        self.assertEqual(llm["model"], MODEL)
        self.assertFalse((out / "label_audit.json").exists())
        # A surrogate's run in the same directory leaves nothing of it.
        self.assert_exit(self.compare(out, "surrogate"), 0)
        self.assertFalse((out / "llm.json").exists())
        self.assertIsNone(report_data(out / "report.html")["llm"])
        self.assertTrue((out / "label_audit.json").exists())
        self.assertEqual(json.loads((out / "results.json").read_text())["llm"],
                         {"kind": "surrogate"})

    def test_cost_is_known_when_the_provider_or_a_price_tells(self):
        self.endpoint.script(usd_per_token=0.000001)
        self.assert_exit(self.train(self.directory / "told", "endpoint"), 0)
        told = json.loads((self.directory / "told" / "llm.json").read_text())
        tokens = told["tokens"]["prompt"] + told["tokens"]["completion"]
        self.assertAlmostEqual(told["cost_usd"], tokens * 0.000001, places=9)
        # A price speaks where the provider is silent; nobody's cost is unknown, not nothing.
        self.endpoint.script()
        for prices, name in ((["llm.prices=simulated-*:2:5"], "priced"), ([], "unpriced")):
            configuration = [*prices, f"llm.seed={2 + len(prices)}"]
            process = self.train(self.directory / name, "endpoint", configuration=configuration)
            self.assert_exit(process, 0)
            counts = json.loads((self.directory / name / "llm.json").read_text())
            if prices:
                expected = (2 * counts["tokens"]["prompt"] + 5 * counts["tokens"]["completion"]) / 1e6
                self.assertAlmostEqual(counts["cost_usd"], expected, places=9)
            else:
                self.assertIsNone(counts["cost_usd"])
                self.assertIn("cost unknown", process.stdout + process.stderr)

    def test_a_limit_of_money_is_kept_and_a_larger_one_goes_on(self):
        out, prices = self.directory / "out", "llm.prices=simulated-llm:1000:1000"
        process = self.train(out, "endpoint", configuration=[prices, "llm.max_cost_usd=20"])
        self.assert_exit(process, 6, "llm.max_cost_usd", "--resume")
        cost = json.loads((out / "llm.json").read_text())["cost_usd"]
        self.assertGreater(cost, 10)
        self.assertLessEqual(cost, 20)
        process = self.train(out, "endpoint", "--resume", configuration=[prices])
        self.assert_exit(process, 0)
        self.assertEqual(set(self.paid().values()), {1})
        process = self.train(self.directory / "no", "endpoint", configuration=["llm.max_cost_usd=20"])
        self.assert_exit(process, 2, "llm.prices")

    def test_every_acquisition_runs_and_replays(self):
        for acquisition in ("uncertainty", "random"):
            configuration = [f"llm.acquisition={acquisition}", "agent.ensemble=2"]
            models = []
            for source in ("endpoint", "replay"):
                out = self.directory / f"{acquisition}-{source}"
                self.assert_exit(self.train(out, source, configuration=configuration), 0)
                models.append((out / "model.safetensors").read_bytes())
            self.assertEqual(*models)
        process = self.train(self.directory / "no", "endpoint",
                             configuration=["llm.acquisition=uncertainty"])
        self.assert_exit(process, 2, "agent.ensemble = 1")

    def test_a_demo_may_be_labelled_by_an_endpoint(self):
        out = self.directory / "demo"
        process = run("demo", "--llm", "endpoint", "--out", out, *settings(*self.configuration()))
        self.assert_exit(process, 0)
        self.assertIn(MODEL, json.loads((out / "model" / "model.json").read_text())["llm"])
        results = (out / "results.json").read_bytes()
        self.no_endpoint()
        process = run("demo", "--llm", "replay", "--out", out, *settings(*self.configuration()))
        self.assert_exit(process, 0)
        self.assertIn("labels of an earlier demo", process.stderr)
        self.assertEqual((out / "results.json").read_bytes(), results)

    def test_an_interrupted_demo_loses_no_label(self):
        out = self.directory / "demo"
        arguments = ["demo", "--llm", "endpoint", "--out", out, *settings(*self.configuration())]
        self.assert_exit(run(*arguments), 0)
        bought = answers_in(out / "market.db")
        (out / "market.db").rename(out / "earlier.db")  # as when it ends before the labels are back
        (out / "market.db").write_bytes(b"half a store")
        self.no_endpoint()
        self.assert_exit(run(*arguments[:2], "replay", *arguments[3:]), 0)
        self.assertEqual(answers_in(out / "market.db"), bought)
        self.assertFalse((out / "earlier.db").exists())


class MissingTest(LlmTest):
    def test_a_replay_of_nothing_says_what_to_do(self):
        self.no_endpoint()
        process = self.compare(self.directory / "out", "replay")
        self.assert_exit(process, 5, MODEL, "--llm endpoint", "labels import")

    def test_a_replay_with_one_label_missing_says_which(self):
        self.assert_exit(self.train(self.directory / "bought", "endpoint"), 0)
        missing = sorted(answers_in(self.store))[7]
        connection = sqlite3.connect(self.store)
        with connection:
            connection.execute("DELETE FROM label_cache WHERE key = ?", (missing,))
        connection.close()
        process = self.train(self.directory / "replay", "replay")
        self.assert_exit(process, 5, missing, str(self.store), "candidate-", "job-")
        self.assertFalse((self.directory / "replay" / "model.safetensors").exists())

    def test_an_endpoint_that_is_not_there_is_told_quickly(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        started = time.monotonic()
        process = self.compare(self.directory / "out", "endpoint",
                               configuration=[f"llm.base_url=http://127.0.0.1:{port}/v1"])
        self.assert_exit(process, 5, f"127.0.0.1:{port}")
        self.assertLess(time.monotonic() - started, 30)
        self.assertFalse((self.directory / "out" / "results.json").exists())

    def test_no_model_or_address_is_a_usage_error(self):
        process = run("compare", "--llm", "endpoint", "--store", self.store, "--out",
                      self.directory / "out", *settings(*TINY))
        self.assert_exit(process, 2, "llm.base_url")
        process = run("compare", "--llm", "gpt", "--store", self.store, "--out",
                      self.directory / "out", *settings(*TINY))
        self.assert_exit(process, 2, "surrogate", "endpoint", "replay")


class KilledTest(LlmTest):
    LONG = ["pretrain.hybrid_llm.steps=300", "pretrain.label_pool=32"]

    def test_a_killed_hybrid_goes_on_and_pays_for_no_label_twice(self):
        whole, killed = self.directory / "whole", self.directory / "killed"
        other = self.directory / "other.db"
        other.write_bytes(self.store.read_bytes())
        arms = ("--arms", "baseline,hybrid")
        process = run(*self.arguments("compare", "--llm", "endpoint", "--out", whole, *arms,
                                      configuration=self.LONG, store=other))
        self.assert_exit(process, 0)
        needed = len(self.paid())

        self.endpoint.script(latency=0.03)
        words = self.arguments("compare", "--llm", "endpoint", "--out", killed, *arms,
                               configuration=self.LONG)
        running = subprocess.Popen(command(*words), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment())
        deadline = time.monotonic() + 60
        while self.endpoint.report()["answered"] < needed // 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=60)
        time.sleep(0.3)  # what the server had in the making when the client went
        before = self.paid()
        self.assertGreater(before.total(), needed // 3)
        self.assertLess(before.total(), needed)
        self.assertEqual(set(before.values()), {1})
        self.assertFalse((killed / "results.json").exists())
        # Sent by the server, and not in the store: on their way when the client died.
        lost = before.total() - len(answers_in(self.store))
        self.assertGreaterEqual(lost, 0)
        self.assertLessEqual(lost, 2 * CONCURRENCY)

        self.assert_exit(run(*words), 0)
        self.assertEqual((killed / "results.json").read_bytes(),
                         (whole / "results.json").read_bytes())
        after = self.paid()
        self.assertEqual(len(after), needed)
        self.assertEqual(after.total(), needed + lost, "only what was lost is bought again")
        self.assertEqual(len(answers_in(self.store)), needed)

    def test_a_killed_training_resumes_to_the_same_model(self):
        whole, killed = self.directory / "whole", self.directory / "killed"
        other = self.directory / "other.db"
        other.write_bytes(self.store.read_bytes())
        configuration = [*self.LONG, "train.checkpoint_steps=20"]
        process = run(*self.arguments("train", "--strategy", "hybrid", "--llm", "endpoint", "--out",
                                      whole, configuration=configuration, store=other))
        self.assert_exit(process, 0)
        needed = len(self.paid())
        self.endpoint.script(latency=0.03)
        words = self.arguments("train", "--strategy", "hybrid", "--llm", "endpoint", "--out", killed,
                               configuration=configuration)
        running = subprocess.Popen(command(*words), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=environment())
        deadline = time.monotonic() + 60
        while self.endpoint.report()["answered"] < needed // 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        running.send_signal(signal.SIGKILL)
        running.wait(timeout=60)
        time.sleep(0.3)
        lost = self.paid().total() - len(answers_in(self.store))
        self.assert_exit(run(*words, "--resume"), 0)
        self.assertEqual((killed / "model.safetensors").read_bytes(),
                         (whole / "model.safetensors").read_bytes())
        self.assertEqual(self.paid().total(), needed + lost)


class SecretsTest(LlmTest):
    KEY = "sk-never-to-be-seen"

    def assert_hidden(self, *processes):
        for process in processes:
            self.assertNotIn(self.KEY, process.stdout + process.stderr)
        written = [path for path in self.directory.rglob("*") if path.is_file()]
        self.assertGreater(len(written), len(processes))
        for path in written:
            self.assertNotIn(self.KEY.encode(), path.read_bytes(), path)

    def test_the_key_is_sent_and_kept_out_of_every_output_and_file(self):
        self.endpoint.script(api_key=self.KEY)
        variables = {**environment(), "OPENAI_API_KEY": self.KEY}
        processes = [
            self.compare(self.directory / "compare", "endpoint", env=variables),
            run(*self.arguments("train", "--strategy", "hybrid", "--llm", "endpoint", "--out",
                                self.directory / "stopped",
                                configuration=["labels.budget=30", "llm.seed=2"]), env=variables),
            run("labels", "export", self.directory / "labels.jsonl", "--store", self.store,
                env=variables),
            run(*self.arguments("compare", "--llm", "endpoint", "--print-config"), env=variables)]
        self.assertEqual([process.returncode for process in processes], [0, 6, 0, 0])
        self.assertGreater(len(self.paid()), 100)
        self.assert_hidden(*processes)

    def test_a_refused_key_is_not_quoted(self):
        self.endpoint.script(api_key="another")  # the server's message quotes the one it got
        process = self.compare(self.directory / "out", "endpoint",
                               env={**environment(), "OPENAI_API_KEY": self.KEY})
        self.assert_exit(process, 5, "HTTP 401")
        self.assert_hidden(process)


class LabelsTest(LlmTest):
    def test_labels_move_to_another_store_and_replay_there(self):
        other, lines = self.directory / "other.db", self.directory / "labels.jsonl"
        other.write_bytes(self.store.read_bytes())
        bought, moved = self.directory / "bought", self.directory / "moved"
        self.assert_exit(self.compare(bought, "endpoint"), 0)
        self.no_endpoint()
        self.succeed("labels", "export", lines, "--store", self.store)
        exported = len(lines.read_text().splitlines())
        self.assertEqual(exported, len(answers_in(self.store)) + 1)  # and what the endpoint can do
        for imported in (exported, 0):
            process = self.succeed("labels", "import", lines, "--store", other, "--json")
            counts = json.loads(process.stdout)
            self.assertEqual((counts["imported"], counts["known"]), (imported, exported - imported))
        process = run(*self.arguments("compare", "--llm", "replay", "--out", moved, store=other))
        self.assert_exit(process, 0)
        self.assertEqual((moved / "results.json").read_bytes(),
                         (bought / "results.json").read_bytes())

    def test_lines_that_are_no_labels_are_named_and_not_imported(self):
        lines = self.directory / "labels.jsonl"
        lines.write_text('{"key":"x","value":{}}\nnot JSON\n')
        process = run("labels", "import", lines, "--store", self.store)
        self.assertEqual(process.returncode, 3)
        self.assertIn("0 imported, 0 known already, 2 not usable", process.stdout)
        self.assertIn(f"{lines}:2: ", process.stderr)
        self.assert_exit(run("labels", "import", self.directory / "no", "--store", self.store), 1,
                         "no such file")
        self.assert_exit(run("labels", "move", lines, "--store", self.store), 2, "export or import")
        self.assert_exit(run("labels", "export", "--store", self.store), 2, "FILE")

    def test_an_audit_says_how_good_the_labels_are(self):
        process = run(*self.arguments("audit-labels", "--llm", "endpoint", "--pairs", "120", "--json"))
        self.assert_exit(process, 0)
        audit = json.loads(process.stdout)
        self.assertEqual(audit["schema"], "dynajob.label_audit/1")
        self.assertEqual(self.paid().total(), 120)
        # The simulated LLM answers by hash: its labels tell nothing, and the audit says so.
        self.assertEqual(audit["advice"], "do-not-use")
        self.no_endpoint()
        replay = run(*self.arguments("audit-labels", "--llm", "replay", "--pairs", "120", "--json"))
        self.assertEqual(replay.stdout, process.stdout)

    def test_an_audit_knows_the_clean_surrogate_from_a_corrupted_one(self):
        advice = []
        for corruption in ("0", "0.9"):
            process = self.succeed("audit-labels", "--store", self.store, "--pairs", "1000", "--json",
                                   *settings(*TINY, f"surrogate.corruption={corruption}"))
            advice.append(json.loads(process.stdout)["advice"])
        self.assertEqual(advice, ["use", "do-not-use"])

    def test_an_audit_against_people_needs_their_responses(self):
        process = run(*self.arguments("audit-labels", "--against", "responses"))
        self.assert_exit(process, 1, "holds no responses", "--against judge")
        connection = sqlite3.connect(self.store)
        with connection:
            connection.execute(
                "INSERT INTO responses (event_id, candidate_id, job_id, response, timestamp_ms, model_version) "
                "SELECT c.id || j.id, c.id, j.id, 'IGNORE', 0, '' "
                "FROM candidates_text c, all_jobs j LIMIT 50")
        connection.close()
        process = run(*self.arguments("audit-labels", "--against", "responses", "--json"))
        self.assert_exit(process, 0)
        self.assertEqual(json.loads(process.stdout)["pairs"], 50)
        self.assert_exit(run(*self.arguments("audit-labels", "--pairs", "3")), 2, "from 10")


class BudgetTest(LlmTest):
    def test_a_limit_of_calls_stops_at_a_checkpoint_and_a_larger_one_goes_on(self):
        out, whole = self.directory / "out", self.directory / "whole"
        process = self.train(out, "endpoint", configuration=["llm.max_calls=40"])
        self.assert_exit(process, 6, "llm.max_calls", "--resume", str(out))
        self.assertTrue((out / "checkpoint.json").exists())
        self.assertEqual(self.paid().total(), 40)
        self.assert_exit(self.train(out, "endpoint", "--resume"), 0)
        self.assertEqual(set(self.paid().values()), {1})
        self.assert_exit(self.train(whole, "replay"), 0)
        self.assertEqual((out / "model.safetensors").read_bytes(),
                         (whole / "model.safetensors").read_bytes())

    def test_a_label_budget_is_not_renewed_by_resuming(self):
        out = self.directory / "out"
        for more in ((), ("--resume",)):
            process = self.train(out, "endpoint", *more, configuration=["labels.budget=30"])
            self.assert_exit(process, 6, "labels.budget is 30", "--resume")
            self.assertEqual(self.paid().total(), 30)
        process = self.train(out, "endpoint", "--resume", configuration=["labels.budget=5000"])
        self.assert_exit(process, 0)

    def test_a_comparison_at_its_limit_says_how_to_go_on(self):
        out = self.directory / "out"
        process = self.compare(out, "endpoint", configuration=["llm.max_calls=60"])
        self.assert_exit(process, 6, "llm.max_calls", "labels that are bought stay in the store")
        self.assertFalse((out / "results.json").exists())
        self.assertEqual(json.loads((out / "llm.json").read_text())["calls"]["paid"], 60)
        self.assert_exit(self.compare(out, "endpoint"), 0)
        self.assertEqual(set(self.paid().values()), {1})

    def test_at_the_limit_the_world_model_goes_on_and_it_is_shown(self):
        out, replay = self.directory / "out", self.directory / "replay"
        configuration = ["labels.budget=40", "llm.at_limit=world-model"]
        self.assert_exit(self.compare(out, "endpoint", configuration=configuration), 0)
        arms = json.loads((out / "results.json").read_text())["protocols"][0]["arms"]
        cost = {arm["name"]: arm["cost"] for arm in arms}["llm"]
        self.assertEqual(cost["llm_calls"], 2 * 40)
        self.assertGreater(cost["predicted_rewards"], 50)
        self.assertIn("Labels ran out", report_data(out / "report.html")["note"])
        self.assert_exit(self.compare(replay, "replay", configuration=configuration), 0)
        self.assertEqual((out / "results.json").read_bytes(),
                         (replay / "results.json").read_bytes())


class BadAnswersTest(LlmTest):
    def counts(self, out):
        return json.loads((out / "llm.json").read_text())

    def test_unusable_answers_become_no_labels_and_are_counted(self):
        # What is said about some jobs is outside the set, or refused, however often it is asked.
        connection = sqlite3.connect(self.store)
        titles = sorted({row[0] for row in connection.execute("SELECT job_title FROM all_jobs")})
        connection.close()
        self.endpoint.script(faults=[
            *({"kind": "text", "text": "MAYBE", "match": title} for title in titles[::8]),
            *({"kind": "refusal", "match": title} for title in titles[4::8])])
        out, replay = self.directory / "out", self.directory / "replay"
        tolerant = ["llm.max_invalid_share=1"]
        process = self.train(out, "endpoint", "--json", configuration=tolerant)
        self.assert_exit(process, 0)
        outcome, counts = json.loads(process.stdout), self.counts(out)
        self.assertGreater(outcome["unanswered"], 0)
        self.assertGreater(outcome["labels"], 0)
        self.assertEqual(counts["labels"]["labelled"], outcome["labels"])
        self.assertGreaterEqual(outcome["unanswered"], counts["labels"]["unlabelled"])
        answers = self.paid().total()
        self.assertEqual(counts["calls"]["paid"], answers)
        self.assertEqual(sum(counts["labels"]["defects"].values()),
                         answers - counts["labels"]["labelled"])
        # They are kept too: a replay knows them as unusable.
        self.assert_exit(self.train(replay, "replay", configuration=tolerant), 0)
        self.assertEqual((out / "model.safetensors").read_bytes(),
                         (replay / "model.safetensors").read_bytes())

    def test_too_many_unusable_answers_end_the_run(self):
        self.endpoint.script(faults=[{"kind": "refusal", "match": "APPLY"}])
        process = self.train(self.directory / "out", "endpoint")
        self.assert_exit(process, 5, "no usable answer", "llm.max_invalid_share")
        self.assertEqual(self.counts(self.directory / "out")["labels"]["labelled"], 0)

    def test_passing_errors_change_nothing_but_the_calls(self):
        calm, rough = self.directory / "calm", self.directory / "rough"
        other = self.directory / "other.db"
        other.write_bytes(self.store.read_bytes())
        process = run(*self.arguments("train", "--strategy", "llm", "--llm", "endpoint", "--out",
                                      calm, store=other))
        self.assert_exit(process, 0)
        self.endpoint.script(faults=[
            {"kind": "status", "status": 500, "times": 1, "per_body": True},
            {"kind": "status", "status": 429, "times": 1, "per_body": True,
             "headers": {"retry-after-ms": "5"}},
            {"kind": "close", "times": 9, "skip": 30}])
        self.assert_exit(self.train(rough, "endpoint"), 0)
        self.assertEqual((calm / "model.safetensors").read_bytes(),
                         (rough / "model.safetensors").read_bytes())
        self.assertGreater(self.endpoint.report()["statuses"]["500"], 50)
        answers = self.paid()
        self.assertEqual(self.counts(rough)["calls"]["paid"], answers.total())
        self.assertEqual(set(answers.values()), {1})

    def test_lasting_errors_end_the_run_without_a_label(self):
        self.endpoint.script(faults=[{"kind": "status", "status": 500}])
        out = self.directory / "out"
        process = self.train(out, "endpoint", configuration=["llm.retries=2"])
        self.assert_exit(process, 5, "500")
        self.assertFalse((out / "model.safetensors").exists())
        self.assertEqual(answers_in(self.store), set())
