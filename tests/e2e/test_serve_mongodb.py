"""`dynajob serve` on MongoDB: it learns from what is stored there, follows what other programs change there,
and goes on where it was."""

import time
import unittest

from mongodb_support import EMBED, MongodbTest, write_rows
from serve_support import Serving, feedback, settled
from support import TINY, settings

JOBS, PEOPLE = 40, 10


class LearningTest(MongodbTest):
    def setUp(self):
        super().setUp()
        self.import_market(job_count=JOBS, candidate_count=PEOPLE)
        self.model = self.directory / "model"
        self.succeed("train", "--strategy", "cosine", "--store", self.uri, "--out", self.model, "--no-publish",
                     *settings(*TINY))

    def serve(self):
        serving = Serving("--store", self.uri, "--model", self.model,
                          config=[f"serve.state={self.directory / 'state'}", "learn.checkpoint_seconds=0",
                                  "learn.publish_ms=1"])
        self.addCleanup(serving.__exit__)
        return serving

    def answer(self, serving, first, count):
        """Each about a pair of its own."""
        for i in range(first, first + count):
            event = feedback(f"m-{i}", f"c{i % PEOPLE}", f"j{i // PEOPLE}", "apply" if i % 3 == 0 else "dismiss")
            self.assertEqual(serving.post("/v1/feedback", event).status, 201)

    def test_what_is_stored_is_learned_once_and_outlives_kills(self):
        serving = self.serve()
        before = serving.get("/v1/recommend/c0").json["model_version"]
        self.answer(serving, 0, 30)
        learning = settled(serving, 30)
        self.assertGreater(learning["updates"]["q"], 0)
        self.assertNotEqual(serving.get("/v1/recommend/c0").json["model_version"], before)
        self.answer(serving, 30, 10)
        serving.kill()
        again = self.serve()
        settled(again, 40)
        self.assertEqual(self.count("responses"), 40)
        self.assertEqual(again.stop(), 0)

    def test_jobs_of_another_program_are_ranked_and_learned_from(self):
        serving = self.serve()
        self.assertEqual(serving.get("/v1/recommend/c0").json["eligible"], JOBS)
        rows = write_rows(self.directory / "more.jsonl", [
            {"job_id": "imported", "title": "Glazier", "description": "Cut and fit glass.", "skills": ["welding"]}])
        self.succeed("import", rows, "--store", self.uri)
        self.succeed("embed", "--store", self.uri, *EMBED)
        deadline = time.monotonic() + 60
        while (eligible := serving.get("/v1/recommend/c0").json["eligible"]) != JOBS + 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(eligible, JOBS + 1)
        self.assertEqual(serving.post("/v1/feedback", feedback("new", "c0", "imported", "apply")).status, 201)
        learning = settled(serving, 1)
        self.assertEqual(learning["responses"]["unusable"], 0)
        self.assertEqual(serving.get("/v1/recommend/c0").json["eligible"], JOBS)


if __name__ == "__main__":
    unittest.main()
