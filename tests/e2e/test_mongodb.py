"""MongoDB in place of a file: the same commands, the same results."""

import json
import unittest

from mongodb_support import EMBED, MongodbTest, candidates, jobs, write_rows
from scripted_endpoint import ScriptedEndpoint  # of tests/servers, as mongodb_support sees to
from support import TINY, environment, run, settings

SETTINGS = settings(*TINY)


class SameResultsTest(MongodbTest):
    """The same files imported into a database and into a file of SQLite."""

    def setUp(self):
        super().setUp()
        self.file = self.directory / "market.db"
        files = [write_rows(self.directory / "jobs.jsonl", jobs(60)),
                 write_rows(self.directory / "people.jsonl", candidates(20))]
        for store in (self.uri, self.file):
            self.succeed("import", *files, "--store", store)
            self.succeed("embed", "--store", store, *EMBED)

    def results(self, store, name):
        out = self.directory / name
        self.succeed("compare", "--store", store, "--out", out, *SETTINGS)
        return (out / "results.json").read_bytes()

    def test_compare_gives_the_same_bytes(self):
        self.assertEqual(self.results(self.uri, "a"), self.results(self.file, "b"))

    def test_many_cursors_give_the_same_bytes(self):
        many = settings("mongo.parallel_load_minimum=1", "mongo.load_cursors=3", "mongo.load_batch=7")
        one, three = self.directory / "one", self.directory / "three"
        self.succeed("compare", "--store", self.uri, "--out", one, *SETTINGS)
        self.succeed("compare", "--store", self.uri, "--out", three, *SETTINGS, *many)
        self.assertEqual((one / "results.json").read_bytes(), (three / "results.json").read_bytes())

    def test_validate_says_the_same_of_both(self):
        reports = [json.loads(run("validate", "--store", store, "--json").stdout)
                   for store in (self.uri, self.file)]
        for report in reports:
            del report["store"]
        self.assertEqual(reports[0], reports[1])

    def test_import_twice_changes_nothing(self):
        before = self.results(self.uri, "before")
        self.succeed("import", self.directory / "jobs.jsonl", "--store", self.uri)
        self.assertEqual(self.count("all_jobs"), 60)
        self.assertEqual(self.results(self.uri, "after"), before)


    def test_labels_bought_into_a_database_replay_there_and_in_a_file(self):
        endpoint = ScriptedEndpoint()
        self.addCleanup(endpoint.close)
        llm = [*SETTINGS, *settings(f"llm.base_url={endpoint.base_url}", "llm.model=simulated-llm")]
        results = []
        for source, store, name in (("endpoint", self.uri, "bought"), ("replay", self.uri, "again"),
                                    ("replay", self.file, "moved")):
            out = self.directory / name
            self.succeed("compare", "--llm", source, "--store", store, "--out", out, *llm)
            results.append((out / "results.json").read_bytes())
            if source == "endpoint":
                endpoint.close()
                lines = self.directory / "labels.jsonl"
                self.succeed("labels", "export", lines, "--store", self.uri)
                self.succeed("labels", "import", lines, "--store", self.file)
        self.assertGreater(json.loads((self.directory / "bought" / "llm.json").read_text())
                           ["calls"]["paid"], 100)
        self.assertEqual(results[1], results[0])
        self.assertEqual(results[2], results[0])


class ModelTest(MongodbTest):
    def train(self, *arguments):
        return self.succeed("train", "--strategy", "cosine", "--out", self.directory / "first", *SETTINGS,
                            *arguments)

    def recommend(self, model):
        return self.succeed("recommend", "--model", model, "--store", self.uri, "--candidate", "c3", "-k", "5",
                            "--json").stdout

    def test_a_trained_model_is_shared_through_the_database(self):
        self.import_market()
        self.train("--store", self.uri)
        local = self.recommend(self.directory / "first")
        self.assertEqual(self.recommend("store:first"), local)
        self.train("--store", self.uri, "--force", "--publish", "prod")
        self.assertEqual(self.recommend("store:prod"), local)
        self.assertEqual(self.count("models"), 2)
        self.assertEqual(self.count("models.files"), 6)
        missing = run("recommend", "--model", "store:none", "--store", self.uri, "--candidate", "c3")
        self.assert_exit(missing, 1, "no model 'none'", "first, prod")

    def test_publishing_replaces_the_model_and_its_files(self):
        self.import_market()
        for _ in range(2):
            self.train("--store", self.uri, "--force")
        self.assertEqual(self.count("models"), 1)
        self.assertEqual(self.count("models.files"), 3)
        self.train("--store", self.uri, "--force", "--no-publish", "--seed", "9")
        self.assertEqual(self.count("models.files"), 3)

    def test_a_model_of_the_same_name_is_not_replaced_unasked(self):
        self.import_market()
        self.train("--store", self.uri)
        published = self.recommend("store:first")
        arguments = ["train", "--strategy", "baseline", "--out", self.directory / "other" / "first",
                     "--store", self.uri, *SETTINGS]
        self.assert_exit(run(*arguments), 1, "has a model 'first' already", "--publish NAME")
        self.assertEqual(self.recommend("store:first"), published)
        self.succeed(*arguments, "--publish", "second")
        self.assertEqual(self.count("models"), 2)


class CommandTest(MongodbTest):
    def test_the_address_may_come_from_the_environment(self):
        self.import_market()
        process = run("validate", *settings("compare.steps=12"), env={**environment(), "MONGODB_URI": self.uri})
        self.assert_exit(process, 0)
        self.assertIn("--store $MONGODB_URI", process.stderr)

    def test_doctor_reports_on_a_database(self):
        self.import_market()
        process = run("doctor", "--store", self.uri, "--out", self.directory)
        self.assert_exit(process, 0)
        self.assertIn(f"{self.database}: 20 candidates, 60 jobs", process.stdout)

    def test_bad_rows_go_to_a_file_in_the_working_directory(self):
        rows = write_rows(self.directory / "jobs.jsonl", [*jobs(2), {"title": ""}])
        process = run("import", rows, "--kind", "jobs", "--store", self.uri, cwd=self.directory)
        self.assert_exit(process, 3)
        self.assertTrue((self.directory / f"{self.database}.quarantine.jsonl").exists())


if __name__ == "__main__":
    unittest.main()
