"""`dynajob serve` with more to do than it can, and with its database away."""

import concurrent.futures
import socket
import time
import unittest

from mongodb_support import EMBED, MongodbTest, address_of, candidates, jobs, write_rows
from serve_support import Serving, feedback
from support import TINY
from test_serve import PERSON, ServeTest

from fault_proxy import FaultProxy  # isort: skip


class OverloadTest(ServeTest):
    def test_what_is_too_much_is_refused_early_and_health_is_answered(self):
        # One ranking at a time, one in line, and rankings that take a while: a thousand explanations.
        serving = self.serve(config=["serve.workers=1", "serve.queue=1"])
        path = f"/v1/recommend/{PERSON}?n=80&explain=true"
        healthy = []

        def ask(_):
            replies = [serving.get(path, headers={"X-Request-Timeout-Ms": "5000"}) for _ in range(20)]
            healthy.append(serving.get("/health/ready").status)
            return replies

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            replies = [reply for many in pool.map(ask, range(16)) for reply in many]
        statuses = [reply.status for reply in replies]
        self.assertEqual(set(statuses), {200, 503})
        self.assertGreater(statuses.count(200), 10)
        for reply in replies:
            if reply.status == 503:
                self.assert_problem(reply, 503, "overloaded")
                self.assertGreaterEqual(int(reply.headers["Retry-After"]), 1)
        self.assertEqual(set(healthy), {200})
        self.assertIn('dynajob_requests_shed_total{reason="overloaded"}', serving.get("/metrics").body.decode())

    def test_more_connections_than_allowed_are_turned_away(self):
        serving = self.serve(config=["serve.connections=5"])
        held = [serving.connect() for _ in range(5)]
        for connection in held:
            self.assertEqual(serving.get("/health/live", connection=connection).status, 200)
        extra = serving.connect()
        extra.connect()
        time.sleep(0.2)
        answer = extra.sock.recv(65536)
        self.assertIn(b" 503 ", answer.split(b"\r\n")[0])
        self.assertIn(b"Retry-After: ", answer)
        extra.close()
        for connection in held:
            connection.close()
        deadline = time.monotonic() + 30
        while True:  # the server notices when it looks
            try:
                if serving.get("/health/live").status == 200:
                    break
            except OSError:
                pass
            self.assertLess(time.monotonic(), deadline)


class AwayTest(MongodbTest):
    def import_and_train(self):
        files = [write_rows(self.directory / "jobs.jsonl", jobs(40)),
                 write_rows(self.directory / "people.jsonl", candidates(10))]
        self.succeed("import", *files, "--store", self.uri)
        self.succeed("embed", "--store", self.uri, *EMBED)

    def test_recommendations_go_on_and_feedback_waits_on_disk_while_the_database_is_away(self):
        self.import_and_train()
        host, port = address_of(self.server)
        state = ["serve.state=" + str(self.directory / "state"), "mongo.retry_deadline_ms=1000",
                 "embeddings.dimension=16"]
        with FaultProxy((host, port)) as proxy:
            uri = f"{proxy.uri}/{self.database}?serverSelectionTimeoutMS=1000&connectTimeoutMS=1000"
            serving = Serving("--store", uri, config=state)
            self.addCleanup(serving.__exit__)
            shown = serving.get("/v1/recommend/c0?n=3").json
            self.assertIsNone(shown["degraded"])
            job = shown["recommendations"][0]["job_id"]
            self.assertEqual(serving.post("/v1/feedback", feedback("before", "c0", job, "click")).status, 201)
        # The proxy is gone, and with it the database.
        reply = serving.post("/v1/feedback", feedback("away", "c0", job, "apply"))
        self.assertEqual((reply.status, reply.json["status"]), (202, "spooled"), reply)
        shown = serving.get("/v1/recommend/c0?n=3").json
        self.assertGreater(shown["degraded"]["age_seconds"], 0)
        self.assertNotIn(job, [entry["job_id"] for entry in shown["recommendations"]])
        ready = serving.get("/health/ready")
        self.assertEqual((ready.status, ready.json["status"], ready.json["spooled_responses"]), (200, "degraded", 1))
        refused = serving.post("/v1/jobs", {"id": "x", "title": "y", "description": "z"})
        self.assertEqual((refused.status, refused.json["type"]), (503, "/problems/store-unavailable"))
        self.assertEqual(serving.post("/v1/feedback", feedback("a", "c0", "nowhere")).status, 422)
        serving.kill()
        self.assertEqual(self.count("responses"), 1)
        # What was acknowledged is on the disk, and goes to the database when it is there.
        again = Serving("--store", self.uri, config=state)
        self.addCleanup(again.__exit__)
        self.assertEqual(self.eventually(lambda: self.count("responses"), 2), 2)
        self.assertEqual(self.eventually(lambda: again.get("/health/ready").json["spooled_responses"], 0), 0)
        shown = again.get("/v1/recommend/c0?n=40").json
        self.assertNotIn(job, [entry["job_id"] for entry in shown["recommendations"]])
        duplicate = again.post("/v1/feedback", feedback("away", "c0", job, "apply"))
        self.assertEqual((duplicate.status, duplicate.json["status"]), (200, "duplicate"))
        self.assertEqual(again.stop(), 0)

    def test_feedback_does_not_wait_for_a_database_that_accepts_connections_and_says_nothing(self):
        self.import_and_train()
        with FaultProxy(address_of(self.server)) as proxy:
            uri = f"{proxy.uri}/{self.database}?serverSelectionTimeoutMS=20000&connectTimeoutMS=20000"
            serving = Serving("--store", uri, config=["serve.state=" + str(self.directory / "state"),
                                                      "mongo.retry_deadline_ms=1000", "embeddings.dimension=16",
                                                      "serve.workers=1"])
            self.addCleanup(serving.__exit__)
            self.assertEqual(serving.get("/v1/recommend/c0").status, 200)
        with socket.socket() as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            silent.bind(("127.0.0.1", proxy.port))
            silent.listen(64)
            # Who is looked for in the store takes no place among those who are ranked for.
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                stranger = pool.submit(serving.get, "/v1/recommend/nobody")
                time.sleep(0.5)
                begin = time.monotonic()
                self.assertEqual(serving.get("/v1/recommend/c0").status, 200)
                self.assertLess(time.monotonic() - begin, 4)
                self.assertFalse(stranger.done(), "the store answered")
            self.assertEqual(stranger.result().status, 503)
            # Until the server has given its database up nothing is acknowledged, and nobody waits for that.
            begin = time.monotonic()
            first = feedback("first", "c0", "j0")
            reply = serving.post("/v1/feedback", first, headers={"X-Request-Timeout-Ms": "1000"})
            self.assertEqual((reply.status, reply.json["type"]), (503, "/problems/deadline"), reply)
            self.assertLess(time.monotonic() - begin, 8)
            while (reply := serving.post("/v1/feedback", first)).status != 202:
                self.assertEqual(reply.status, 503, reply)
                self.assertLess(time.monotonic() - begin, 60)
            for number in range(6):  # the server tries to reach its database all the while
                begin = time.monotonic()
                reply = serving.post("/v1/feedback", feedback(f"away-{number}", "c0", "j1"))
                self.assertEqual(reply.status, 202, reply)
                self.assertLess(time.monotonic() - begin, 8)
                time.sleep(1)

    def eventually(self, read, wanted):
        deadline = time.monotonic() + 30
        while (value := read()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        return value


class DemoTest(ServeTest):
    def test_the_demo_needs_nothing_else(self):
        out = self.directory / "made"
        for _ in range(2):  # made, and then found
            serving = Serving("--demo", "--out", out, config=TINY)
            self.addCleanup(serving.__exit__)
            reply = serving.get("/v1/recommend/candidate-000001")
            self.assertEqual((reply.status, len(reply.json["recommendations"])), (200, 10))
            self.assertEqual(serving.stop(), 0)
        self.assertTrue((out / "model" / "model.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
