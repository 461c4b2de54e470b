"""`dynajob serve` driven by HTTP clients: every request of the documentation, what is refused and how, keys,
limits, and what is there after kill -9 and SIGTERM."""

import concurrent.futures
import http.client
import json
import pathlib
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
import unittest
import urllib.parse

from serve_support import Serving, feedback, settled
from support import MarketTest, run, settings

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "http_api.md"
READ, FEEDBACK, ADMIN = "read-key-0123456789", "feedback-key-0123456789", "admin-key-0123456789"
PERSON = "candidate-000001"


class ServeTest(MarketTest):
    def serve(self, *arguments, **options):
        serving = Serving("--model", self.model, "--store", self.store, *arguments, **options)
        self.addCleanup(serving.__exit__)
        return serving

    def shown(self, serving, person=PERSON, query="n=5"):
        reply = serving.get(f"/v1/recommend/{person}?{query}")
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def assert_problem(self, reply, status, kind, pointer=None, parameter=None):
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
        problem = reply.json
        self.assertEqual(problem["type"], f"/problems/{kind}", problem)
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem.get("pointer"), pointer, problem)
        self.assertEqual(problem.get("parameter"), parameter, problem)

    def stored_events(self):
        with sqlite3.connect(self.store) as database:
            return dict(database.execute("SELECT event_id, kind FROM responses"))


class RequestTest(ServeTest):
    def test_every_curl_of_the_documentation_works(self):
        serving = self.serve()
        examples = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        self.assertGreaterEqual(len(examples), 18)
        for example in examples:
            script = example.replace("http://127.0.0.1:8080", serving.url)
            process = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True,
                                     text=True, timeout=60, check=False)
            self.assertEqual(process.returncode, 0, f"{script}\n{process.stdout}{process.stderr}")

    def test_jobs_are_found_by_words(self):
        serving = self.serve()
        first = {"id": "é 1", "title": "Éditeur de résumés", "company": "Zyx", "technical_skills": ["InDesign"]}
        second = {"id": "e2", "title": "Zyx clerk", "description": "x"}
        self.assertEqual(serving.post("/v1/jobs", [first, second]).status, 200)

        def found(query):
            reply = serving.get("/v1/jobs?" + urllib.parse.urlencode({"query": query}))
            self.assertEqual(reply.status, 200, reply)
            return [job["id"] for job in reply.json["jobs"]]

        for query in ("EDITEUR", "resumes indesign", " é 1"):
            self.assertEqual(found(query), ["é 1"], query)
        self.assertEqual(found("zyx"), ["e2", "é 1"])
        self.assertEqual(found("zyx nothingofthekind"), [])
        everything = serving.get("/v1/jobs?n=2&offset=1").json
        self.assertEqual((everything["offset"], len(everything["jobs"])), (1, 2))
        self.assertEqual(everything["total"], serving.get("/health/ready").json["jobs"])
        self.assertEqual(serving.ask("DELETE", "/v1/jobs/e2").status, 204)
        self.assertEqual(found("zyx"), ["é 1"])
        self.assert_problem(serving.get("/v1/jobs?n=0"), 400, "malformed", parameter="n")

    def test_runs_say_what_they_have_shown(self):
        shutil.copy(self.demo / "results.json", self.directory)
        serving = self.serve()
        [run] = serving.get("/v1/runs").json["runs"]
        self.assertEqual((run["id"], run["kind"], run["where"]), (self.directory.name, "compare", "disk"))
        self.assertEqual([verdict["protocol"] for verdict in run["verdicts"]], ["new-user", "new-system"])
        whole = serving.get("/v1/runs/" + run["id"]).json
        self.assertEqual(whole["report"]["schema"], "dynajob.report/1")
        self.assertEqual(whole["report"]["results"], json.loads((self.demo / "results.json").read_text()))
        self.assert_problem(serving.get("/v1/runs/none"), 404, "not-found")
        (self.directory / "results.json").write_text("{}")
        self.assertEqual(serving.get("/v1/runs").json["runs"][0]["verdicts"], [])
        self.assert_problem(serving.get("/v1/runs/" + run["id"]), 409, "conflict")

    def test_labels_are_counted_by_model(self):
        answer = {"form": "dynajob.answer/1", "text": "APPLY", "defect": "", "choices": [["APPLY", -0.1]], "prompt_tokens": 300,
                  "completion_tokens": 4, "usage_reported": 1, "cost_usd": 0.5, "model": "m", "fingerprint": ""}
        lines = [{"key": f"{i:064x}", "value": answer | ({"defect": "refusal"} if i == 0 else {})} for i in range(4)]
        file = self.directory / "labels.jsonl"
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        self.assert_exit(run("labels", "import", file, "--store", self.store), 0)
        labels = self.serve().get("/v1/labels").json
        [model] = labels["models"]
        self.assertEqual((model["model"], model["answers"], model["unusable"], model["defects"]),
                         ("m", 4, 1, {"refusal": 1}))
        self.assertEqual((model["prompt_tokens"], model["known_cost_usd"]), (1200, 2))

    def test_the_random_start_ranks_beside_and_leaves_no_page(self):
        serving = self.serve(config=["learn.random_start=true"])
        served, random = (self.shown(serving, query=f"n=5&policy={policy}") for policy in ("served", "random-start"))
        self.assertRegex(random["model_version"], "^random-start-")
        self.assertIsNone(random["request_id"])
        self.assertNotEqual([job["job_id"] for job in served["recommendations"]],
                            [job["job_id"] for job in random["recommendations"]])
        job = random["recommendations"][0]["job_id"]
        reply = serving.post("/v1/feedback", feedback("r-1", PERSON, job, kind="apply"))
        self.assertEqual((reply.status, reply.json["joined"]), (201, False))
        for policy in ("served", "random-start"):
            again = self.shown(serving, query=f"n=100&policy={policy}")
            self.assertNotIn(job, [entry["job_id"] for entry in again["recommendations"]])
        profile = {"candidate": {"resume": "Ten years of welding."}, "n": 3, "policy": "random-start"}
        self.assertIsNone(serving.post("/v1/recommend", profile).json["request_id"])
        serving.stop()
        alone = self.serve(config=["learn.random_start=false"])
        self.assert_problem(alone.get(f"/v1/recommend/{PERSON}?policy=random-start"), 409, "conflict",
                            parameter="policy")
        self.assertIsNone(alone.get("/v1/learning?points=0").json["random_start"])

    def test_a_ranking_agrees_with_the_command_line(self):
        by_command = json.loads(self.recommend("--candidate", PERSON, "-k", "5", "--json").stdout)
        by_server = self.shown(self.serve(), query="n=5&explain=true")
        self.assertEqual(by_server["candidate_id"], PERSON)
        self.assertRegex(by_server["model_version"], r"^model-[0-9a-f]{8}$")
        self.assertIsNone(by_server["degraded"])
        for wanted, got in zip(by_command["recommendations"], by_server["recommendations"], strict=True):
            self.assertEqual(got["job_id"], wanted["job_id"])
            self.assertEqual((got["source"], got["propensity"]), ("q", 1))
            self.assertAlmostEqual(got["score"], wanted["q"], places=5)
            why = got["explanation"]
            self.assertAlmostEqual(why["predicted_reward"], wanted["predicted_reward"], places=5)
            self.assertAlmostEqual(why["cosine"], wanted["cosine"], places=5)
            self.assertEqual(set(why["field_cosines"]), {"hard:tech", "soft:soft"})
            self.assertEqual(why["matched_skills"], wanted["matched_skills"])
            self.assertEqual(why["missing_skills"], wanted["missing_skills"])

    def test_pages_filters_and_exclusions(self):
        serving = self.serve()
        whole = [job["job_id"] for job in self.shown(serving, query="n=20")["recommendations"]]
        second = self.shown(serving, query="n=5&offset=5")["recommendations"]
        self.assertEqual([job["job_id"] for job in second], whole[5:10])
        self.assertEqual([job["position"] for job in second], [5, 6, 7, 8, 9])
        rest = self.shown(serving, query=f"n=3&exclude={whole[0]}&exclude={whole[2]}")["recommendations"]
        self.assertEqual([job["job_id"] for job in rest], [whole[1], whole[3], whole[4]])
        place = self.shown(serving)["recommendations"][0]["location"].replace(" ", "%20")
        local = self.shown(serving, query=f"n=100&filter=location:{place}")
        self.assertTrue(local["recommendations"])
        self.assertEqual({job["location"].replace(" ", "%20") for job in local["recommendations"]}, {place})
        self.assertLess(local["eligible"], 80)

    def test_what_is_posted_can_be_ranked_at_once_and_outlives_a_restart(self):
        serving = self.serve()
        job = {"id": "new/job", "title": "Glass blower", "technical_skills": ["glass blowing", "kilns"]}
        person = {"id": "new", "bio": "I blow glass.", "hard_skills": ["glass blowing", "kilns"]}
        self.assertEqual(serving.post("/v1/jobs", job).json, {"created": 1, "replaced": 0, "unchanged": 0})
        self.assertEqual(serving.post("/v1/candidates", [person]).json["created"], 1)
        self.assertEqual(serving.post("/v1/jobs", [job]).json, {"created": 0, "replaced": 0, "unchanged": 1})
        first = self.shown(serving, "new", "n=100")
        self.assertEqual(first["eligible"], 81)
        changed = serving.ask("PATCH", "/v1/jobs/new%2Fjob", {"company": "Murano"})
        self.assertEqual(changed.json, {**job, "company": "Murano"})
        # Without a title it has no required embedding: refused, and nothing changes.
        self.assert_problem(serving.ask("PATCH", "/v1/jobs/new%2Fjob", {"title": None}), 422, "invalid", pointer="")
        self.assertEqual(serving.stop(), 0)
        again = self.serve()
        self.assertEqual(again.get("/v1/jobs/new%2Fjob").json["company"], "Murano")
        self.assertEqual(self.shown(again, "new", "n=100")["eligible"], 81)
        self.assertEqual(again.ask("DELETE", "/v1/jobs/new%2Fjob").status, 204)
        self.assert_problem(again.get("/v1/jobs/new%2Fjob"), 404, "not-found")
        self.assertEqual(self.shown(again, "new", "n=100")["eligible"], 80)

    def test_a_profile_that_is_not_stored(self):
        serving = self.serve()
        body = {"candidate": {"resume": "I weld and cut metal."}, "n": 3, "explain": True,
                "filter": {"work_mode": ["onsite", "hybrid", "remote"]}}
        reply = serving.post("/v1/recommend", body)
        self.assertEqual(reply.status, 200, reply)
        self.assertIsNone(reply.json["candidate_id"])
        self.assertEqual(len(reply.json["recommendations"]), 3)
        body["candidate"] = {"hard_skills": []}
        self.assert_problem(serving.post("/v1/recommend", body), 422, "invalid", pointer="/candidate")

    def test_settled_jobs_are_not_shown_again_from_the_next_request_on(self):
        serving = self.serve()
        for kind in ("apply", "dismiss", "interview", "hire"):
            page = self.shown(serving)
            job = page["recommendations"][1]["job_id"]
            event = feedback(f"e-{kind}", PERSON, job, kind, request_id=page["request_id"])
            reply = serving.post("/v1/feedback", event)
            self.assertEqual((reply.status, reply.json["status"], reply.json["joined"]), (201, "stored", True))
            self.assertNotIn(job, [shown["job_id"] for shown in self.shown(serving, query="n=80")["recommendations"]])
            duplicate = serving.post("/v1/feedback", event)
            self.assertEqual((duplicate.status, duplicate.json["status"]), (200, "duplicate"))
            self.assert_problem(serving.post("/v1/feedback", {**event, "kind": "click"}), 409, "conflict",
                                pointer="/event_id")
        serving.kill()
        with sqlite3.connect(self.store) as database:
            rows = database.execute("SELECT position, propensity, model_version FROM responses").fetchall()
        self.assertEqual(len(rows), 4)
        for position, propensity, version in rows:
            self.assertEqual((position, propensity), (1, 1.0))
            self.assertRegex(version, r"^model[+-]")
        self.assertEqual(self.shown(self.serve(), query="n=80")["eligible"], 76)

    def test_feedback_must_fit_what_was_shown(self):
        serving = self.serve()
        page = self.shown(serving, query="n=2")
        job = page["recommendations"][0]["job_id"]
        rid = {"request_id": page["request_id"]}
        self.assert_problem(serving.post("/v1/feedback", feedback("a", "candidate-000002", job, **rid)), 422,
                            "invalid", pointer="/candidate_id")
        other = self.shown(serving, query="n=1&offset=9")["recommendations"][0]["job_id"]
        self.assert_problem(serving.post("/v1/feedback", feedback("a", PERSON, other, **rid)), 422, "invalid",
                            pointer="/job_id")
        self.assert_problem(serving.post("/v1/feedback", feedback("a", PERSON, "nowhere")), 422, "invalid",
                            pointer="/job_id")
        self.assert_problem(serving.post("/v1/feedback", feedback("a", "nobody", job)), 422, "invalid",
                            pointer="/candidate_id")
        self.assertEqual(self.stored_events(), {})

    def test_models_are_listed_and_activated_over_a_restart(self):
        process = run("train", "--strategy", "cosine", "--store", self.store, "--out", self.directory / "other",
                      "--publish", "other", *settings("embeddings.dimension=16", "network.q_layers=8",
                                                      "network.world_model_layers=8", "pretrain.cosine.steps=50",
                                                      "pretrain.minimum_updates=10"))
        self.assert_exit(process, 0)
        serving = self.serve()
        models = {model["id"]: model["active"] for model in serving.get("/v1/models").json["models"]}
        self.assertEqual(models, {"model": True, "other": False})
        before = self.shown(serving)
        self.assertEqual(serving.post("/v1/models/other/activate", None).status, 200)
        after = self.shown(serving)
        self.assertTrue(after["model_version"].startswith("other-"))
        self.assertNotEqual([job["score"] for job in before["recommendations"]],
                            [job["score"] for job in after["recommendations"]])
        self.assert_problem(serving.post("/v1/models/nope/activate", None), 404, "not-found")
        serving.stop()
        self.assertEqual(self.shown(self.serve())["model_version"], after["model_version"])


class LearningTest(ServeTest):
    """Responses are learned from, once each, whatever happens to the process."""

    def answer(self, serving, first, count):
        for i in range(first, first + count):
            event = feedback(f"l-{i}", f"candidate-{1 + i % 20:06d}", f"job-{1 + (i * 7) % 79:06d}",
                             "apply" if i % 3 == 0 else "dismiss")
            self.assertEqual(serving.post("/v1/feedback", event).status, 201)

    def test_responses_are_learned_and_the_next_snapshot_ranks(self):
        serving = self.serve()
        before = self.shown(serving)["model_version"]
        self.answer(serving, 0, 40)
        learning = settled(serving, 40)
        self.assertTrue(learning["enabled"])
        self.assertGreater(learning["updates"]["q"], learning["updates"]["planning"])
        self.assertGreater(learning["updates"]["planning"], 0)
        self.assertNotEqual(self.shown(serving)["model_version"], before)
        self.assertEqual(self.shown(serving)["model_version"], learning["model_version"])
        self.assertIn("dynajob_learning_snapshots_total{outcome=\"published\"}", serving.get("/metrics").body.decode())

    def test_killed_and_started_again_it_goes_on_where_it_was(self):
        config = ["learn.checkpoint_seconds=0", "learn.publish_ms=1"]
        sent = 0
        for attempt in range(4):
            serving = self.serve(config=config)
            learning = settled(serving, sent)  # none twice, none forgotten
            self.answer(serving, sent, 25)
            sent += 25
            if attempt % 2 == 0:
                settled(serving, sent)
            serving.kill()
        self.assertGreater(learning["responses"]["learned"], 0)

    def test_switched_off_it_says_so_and_ranks_as_ever(self):
        serving = self.serve(config=["learn.enabled=false"])
        before = self.shown(serving)["model_version"]
        self.answer(serving, 0, 5)
        learning = serving.get("/v1/learning").json
        self.assertEqual((learning["enabled"], learning["state"]), (False, "off"))
        self.assertIn("learn.enabled", learning["why_off"])
        self.assertEqual(self.shown(serving)["model_version"], before)

    def test_a_restart_keeps_what_was_shown(self):
        serving = self.serve()
        page = self.shown(serving)
        serving.kill()
        again = self.serve()
        reply = again.post("/v1/feedback", feedback("late", PERSON, page["recommendations"][1]["job_id"],
                                                    request_id=page["request_id"]))
        self.assertEqual((reply.status, reply.json["joined"]), (201, True))


class RefusalTest(ServeTest):
    def test_problems_point_to_the_field(self):
        serving = self.serve()
        post = serving.post
        self.assert_problem(post("/v1/jobs", [{"id": "a"}, {"id": "b", "titel": "x"}]), 422, "invalid",
                            pointer="/1/titel")
        self.assert_problem(post("/v1/jobs", {"id": "a", "salary": {"low": 2, "high": 1}}), 422, "invalid",
                            pointer="/0/salary/low")
        self.assert_problem(post("/v1/jobs", {"title": "a"}), 422, "invalid", pointer="/0/id")
        self.assert_problem(post("/v1/jobs", [{"id": "a", "title": "x"}] * 2), 422, "invalid", pointer="/1/id")
        self.assert_problem(post("/v1/jobs", '{"id": 1, "id": 2}'), 400, "malformed", pointer="")
        self.assert_problem(post("/v1/jobs", "[" * 100_000), 400, "malformed", pointer="")
        self.assert_problem(post("/v1/jobs", "{"), 400, "malformed", pointer="")
        self.assert_problem(post("/v1/jobs", b'{"id": "\xff"}'), 400, "malformed", pointer="")
        self.assert_problem(post("/v1/jobs", '{"id": "a\\u0000"}'), 422, "invalid", pointer="/0/id")
        lines = {"Content-Type": "application/x-ndjson"}
        self.assert_problem(post("/v1/candidates", '{"id": "a"}\nno\n', headers=lines), 400, "malformed",
                            pointer="/1")
        self.assert_problem(post("/v1/jobs", "{}", headers={"Content-Type": "text/plain"}), 415, "media-type")
        self.assert_problem(serving.get("/v1/nothing"), 404, "not-found")
        wrong = serving.ask("PUT", "/v1/jobs", "{}")
        self.assert_problem(wrong, 405, "method-not-allowed")
        self.assertEqual(set(wrong.headers["Allow"].split(", ")), {"GET", "POST"})
        self.assert_problem(serving.get("/v1/recommend/nobody"), 404, "not-found")
        for query, name in (("n=0", "n"), ("n=x", "n"), ("n=1&n=2", "n"), ("offset=-1", "offset"),
                            ("explain=yes", "explain"), ("limit=3", "limit")):
            self.assert_problem(serving.get(f"/v1/recommend/{PERSON}?{query}"), 400, "malformed", parameter=name)
        self.assert_problem(serving.get(f"/v1/recommend/{PERSON}?filter=color:red"), 422, "invalid",
                            parameter="filter")
        self.assert_problem(serving.get("/v1/runs", headers={"X-Request-Timeout-Ms": "soon"}), 400, "malformed",
                            parameter="X-Request-Timeout-Ms")
        self.assertEqual(self.stored_events(), {})

    def raw(self, serving, request, wait=30):
        with socket.create_connection((serving.host, serving.port), timeout=wait) as connection:
            connection.sendall(request)
            answer = b""
            while data := connection.recv(65536):
                answer += data
            return answer

    def test_sizes_are_limited(self):
        serving = self.serve(config=["serve.max_body_bytes=20000", "serve.max_header_bytes=4000"])
        self.assert_problem(serving.post("/v1/jobs", json.dumps({"id": "a", "description": "x" * 30_000})), 413,
                            "too-large")
        chunked = b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" \
                  b"Transfer-Encoding: chunked\r\n\r\n" + b"2000\r\n" + b"x" * 8192 + b"\r\n"
        answer = self.raw(serving, chunked + (b"2000\r\n" + b"x" * 8192 + b"\r\n") * 30)
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
        answer = self.raw(serving, b"GET /health/live HTTP/1.1\r\n" + b"A: b\r\n" * 2000 + b"\r\n")
        self.assertIn(b" 431 ", answer.split(b"\r\n")[0])
        answer = self.raw(serving, b"this is not HTTP\r\n\r\n")
        self.assertIn(b" 400 ", answer.split(b"\r\n")[0])
        self.assertIn(b"application/problem+json", answer)
        self.assertEqual(serving.get("/health/live").status, 200)

    def test_a_body_that_was_not_read_is_not_taken_for_a_request(self):
        serving = self.serve()
        smuggled = b"GET /v1/runs HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = self.raw(serving, b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: "
                          + str(len(smuggled)).encode() + b"\r\n\r\n" + smuggled)
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
        self.assertIn(b"Connection: close", answer)
        for framing in (b"Content-Length: 4\r\nContent-Length: 5\r\n", b"Content-Length: 4x\r\n",
                        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n"):
            answer = self.raw(serving, b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n" + smuggled)
            self.assertIn(b" 400 ", answer.split(b"\r\n")[0], framing)
            self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)

    def test_requests_can_be_pipelined(self):
        answer = self.raw(self.serve(), b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n" * 4
                          + b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        self.assertEqual(answer.count(b"HTTP/1.1 200 OK"), 5)

    def test_keys_decide_who_may_do_what(self):
        keys = self.directory / "keys"
        keys.write_text(f"# keys\nread {READ}\nfeedback {FEEDBACK}\n")
        serving = self.serve(env={"DYNAJOB_SERVE_ADMIN_KEY": ADMIN}, config=[f"serve.keys_file={keys}"])
        job = self.shown_with(serving, READ)

        def status(key, method, path, body=None):
            return serving.ask(method, path, body, headers={"Authorization": f"Bearer {key}"}).status

        for key, may_answer, may_write in ((READ, 403, 403), (FEEDBACK, 201, 403), (ADMIN, 201, 200),
                                           ("wrong-key-0123456789", 401, 401)):
            self.assertEqual(status(key, "POST", "/v1/feedback", feedback(key[:4], PERSON, job)), may_answer)
            self.assertEqual(status(key, "POST", "/v1/jobs", {"id": "a", "title": "b", "description": "c"}), may_write)
        refused = serving.get("/v1/runs")
        self.assert_problem(refused, 401, "key-required")
        self.assertEqual(refused.headers["WWW-Authenticate"], "Bearer")
        for path in ("/health/live", "/health/ready", "/metrics", "/openapi.json"):
            self.assertEqual(serving.get(path).status, 200, path)
        serving.stop()
        said = "".join(serving.messages)
        for key in (READ, FEEDBACK, ADMIN):
            self.assertNotIn(key, said)

    def shown_with(self, serving, key):
        reply = serving.get(f"/v1/recommend/{PERSON}", headers={"X-Api-Key": key})
        self.assertEqual(reply.status, 200, reply)
        return reply.json["recommendations"][0]["job_id"]

    def test_other_machines_need_keys_and_bad_keys_are_not_repeated(self):
        arguments = ["serve", "--model", self.model, "--store", self.store]
        for host in ("0.0.0.0", "::"):
            process = run(*arguments, *settings(f"serve.host={host}", "serve.port=0"))
            self.assert_exit(process, 2, "keys are required", host)
        keys = self.directory / "keys"
        keys.write_text("read shortsecret\n")
        process = run(*arguments, *settings(f"serve.keys_file={keys}", "serve.port=0"))
        self.assert_exit(process, 2, "line 1", "16")
        self.assertNotIn("shortsecret", process.stderr)

    def test_a_key_that_asks_too_often_is_told_to_wait(self):
        serving = self.serve(env={"DYNAJOB_SERVE_READ_KEY": f"{READ},{READ}-2"},
                             config=["serve.rate=0.5", "serve.burst=3"])
        statuses = [serving.get("/v1/runs", headers={"X-Api-Key": READ}) for _ in range(4)]
        self.assertEqual([reply.status for reply in statuses], [200, 200, 200, 429])
        self.assert_problem(statuses[3], 429, "rate-limited")
        self.assertGreaterEqual(int(statuses[3].headers["Retry-After"]), 1)
        self.assertEqual(serving.get("/v1/runs", headers={"X-Api-Key": READ + "-2"}).status, 200)
        self.assertEqual(serving.get("/health/live").status, 200)


class EndTest(ServeTest):
    def answer_jobs(self, serving, name, acknowledged, stop):
        """Sends events until the server is gone; keeps those that were acknowledged."""
        connection = serving.connect(timeout=30)
        number = 0
        try:
            while not stop.is_set():
                event = f"{name}-{number}"
                number += 1
                reply = serving.post("/v1/feedback", feedback(event, PERSON, f"job-{number % 80:06d}"),
                                     connection=connection)
                if reply.status == 201:
                    acknowledged.append(event)
                elif reply.status != 503:
                    raise AssertionError(reply)
        except (ConnectionError, http.client.HTTPException, OSError):
            pass  # it was killed
        finally:
            connection.close()

    def test_no_acknowledged_response_is_lost_when_it_is_killed(self):
        generator = random.Random(1)
        acknowledged = []
        for attempt in range(6):
            serving = self.serve()
            stop = threading.Event()
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                senders = [pool.submit(self.answer_jobs, serving, f"{attempt}-{i}", acknowledged, stop)
                           for i in range(4)]
                time.sleep(0.1 + generator.random() / 2)
                serving.kill()
                stop.set()
                for sender in senders:
                    sender.result(60)
        self.assertGreater(len(acknowledged), 20)
        stored = self.stored_events()
        self.assertEqual([event for event in acknowledged if event not in stored], [])
        # And what is sent again is not counted twice.
        serving = self.serve()
        for event in acknowledged[:20]:
            number = int(event.rsplit("-", 1)[1]) + 1
            again = serving.post("/v1/feedback", feedback(event, PERSON, f"job-{number % 80:06d}"))
            self.assertEqual((again.status, again.json["status"]), (200, "duplicate"))
        self.assertEqual(len(self.stored_events()), len(stored))

    def ask_until_closed(self, serving, failures, count):
        """Recommendations over connections that are kept; a refused connection is the end."""
        while True:
            connection = serving.connect(timeout=30)
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            try:
                while True:
                    reply = serving.get(f"/v1/recommend/{PERSON}?n=3", connection=connection)
                    if reply.status != 200:
                        failures.append(repr(reply))
                    count.append(1)
                    if reply.headers["Connection"] == "close":
                        break
            except (OSError, http.client.HTTPException) as failure:
                failures.append(repr(failure))
                return
            finally:
                connection.close()

    def test_sigterm_under_load_fails_no_request(self):
        for _ in range(3):
            serving = self.serve()
            failures, count = [], []
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                clients = [pool.submit(self.ask_until_closed, serving, failures, count) for _ in range(8)]
                time.sleep(0.5)
                self.assertEqual(serving.stop(), 0)
                for client in clients:
                    client.result(60)
            self.assertEqual(failures, [])
            self.assertGreater(len(count), 20)


if __name__ == "__main__":
    unittest.main()
