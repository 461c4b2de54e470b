"""`dynajob serve` beside other programs that change its store."""

import json
import time

from serve_support import feedback
from support import settings
from test_serve import ServeTest

JOB = {"id": "imported", "title": "Glazier", "description": "Cut and fit glass.",
       "technical_skills": ["glass cutting"]}
PERSON = {"id": "newcomer", "resume": "Glazier who fits glass, with patience.", "hard_skills": ["glass cutting"],
          "soft_skills": ["patience"]}


class OthersTest(ServeTest):
    def put(self, record):
        rows = self.directory / "more.jsonl"
        rows.write_text(json.dumps(record) + "\n")
        self.succeed("import", rows, "--store", self.store)

    def embed(self):
        self.succeed("embed", "--store", self.store, "--model", "sample", *settings("embeddings.dimension=16"))

    def test_jobs_that_are_imported_are_ranked_without_a_restart(self):
        serving = self.serve()
        self.assertEqual(self.shown(serving)["eligible"], 80)
        self.put(JOB)
        self.embed()
        deadline = time.monotonic() + 60
        while (eligible := self.shown(serving)["eligible"]) != 81 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(eligible, 81)

    def test_people_that_are_imported_are_ranked_for_without_a_restart(self):
        serving = self.serve()
        self.assert_problem(serving.get("/v1/recommend/newcomer"), 404, "not-found")
        self.put(PERSON)
        # Not embedded by anybody yet: the server does it.
        early = self.shown(serving, "newcomer")["recommendations"]
        self.assertEqual(len(early), 5)
        self.embed()
        again = self.serve()
        late = self.shown(again, "newcomer")["recommendations"]
        self.assertEqual([entry["job_id"] for entry in late], [entry["job_id"] for entry in early])
        self.assertEqual(serving.post("/v1/feedback", feedback("e", "newcomer", early[0]["job_id"],
                                                                "apply")).status, 201)
        self.assertNotIn(early[0]["job_id"], [entry["job_id"] for entry in
                                              self.shown(serving, "newcomer", "n=80")["recommendations"]])

    def test_people_who_were_embedded_elsewhere_are_ranked_by_those_vectors(self):
        serving = self.serve()
        self.put(PERSON)
        self.embed()
        shown = self.shown(serving, "newcomer")
        self.assertEqual(shown["candidate_id"], "newcomer")
        self.assertEqual(serving.ask("DELETE", "/v1/candidates/newcomer").status, 204)
        self.assert_problem(serving.get("/v1/recommend/newcomer"), 404, "not-found")
