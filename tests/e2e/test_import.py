"""Importing, embedding and training on files that a user brings."""

import gzip
import json
import pathlib

from support import TINY, EndToEndTest, run, settings

SKILLS = ["Python", "SQL", "Excel", "welding", "nursing", "accounting"]


def jobs(count):
    return [{"job_id": f"j{i}", "title": f"{SKILLS[i % 6]} specialist", "company": f"Company {i}",
             "description": f"We need {SKILLS[i % 6]} and teamwork.", "salary": "$50,000 - $70,000",
             "skills": [SKILLS[i % 6], SKILLS[(i + 1) % 6]]} for i in range(count)]


def candidates(count):
    return [{"candidate_id": f"c{i}", "bio": f"I know {SKILLS[i % 6]}.",
             "resume": "Ten years of experience in teamwork.", "skills": [SKILLS[i % 6]]}
            for i in range(count)]


class ImportTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.store = self.directory / "market.db"

    def write(self, name, rows):
        path = self.directory / name
        text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
        data = text.encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def test_from_files_to_recommendations(self):
        files = [self.write("jobs.jsonl.gz", jobs(40)), self.write("people.jsonl", candidates(12))]
        process = self.succeed("import", *files, "--store", self.store, "--json")
        report = json.loads(process.stdout)
        self.assertEqual((report["imported"], report["quarantined"]), (52, 0))
        self.assertEqual([file["kind"] for file in report["files"]], ["jobs", "candidates"])
        self.assertIn("embed --store", process.stderr)
        self.succeed("embed", "--store", self.store, *settings("embeddings.dimension=16"))
        self.succeed("validate", "--store", self.store, *settings("compare.steps=12"))
        model = self.directory / "model"
        process = self.succeed("train", "--strategy", "hybrid", "--store", self.store, "--out", model,
                               *settings(*TINY))
        self.assertIn("rule-based stand-in, not an LLM", process.stdout)
        process = self.succeed("recommend", "--model", model, "--store", self.store, "--candidate",
                               "c3", "-k", "5", "--json")
        self.assertEqual(len(json.loads(process.stdout)["recommendations"]), 5)

    def test_bad_rows_are_explained_and_kept(self):
        path = self.write("jobs.jsonl", [*jobs(3), '{"broken', {"title": "no id at all"}, "[1]"])
        quarantine = self.directory / "bad.jsonl"
        process = run("import", path, "--store", self.store, "--kind", "jobs", "--quarantine", quarantine)
        self.assert_exit(process, 3)
        for part in ("broken JSON", "no id", "not an object", "jobs.jsonl:4", str(quarantine)):
            self.assertIn(part, process.stdout)
        rows = [json.loads(line) for line in quarantine.read_text().splitlines()]
        self.assertEqual([row["line"] for row in rows], [4, 5, 6])

    def test_a_truncated_gzip_gives_what_could_be_read(self):
        path = self.write("jobs.jsonl.gz", jobs(400))
        path.write_bytes(path.read_bytes()[:-40])
        process = run("import", path, "--store", self.store, "--json")
        self.assert_exit(process, 3)
        self.assertIsNotNone(json.loads(process.stdout)["files"][0]["corrupt"])

    def test_csv_from_standard_input_says_what_it_guessed(self):
        text = "Job ID;Job Title;Description;Notes\n1;Chef;cook; x\n2;Nurse;\"IV; care\";y\n"
        process = run("import", "-", "--store", self.store, "--json", "--format", "csv", input=text)
        self.assert_exit(process, 0)
        self.assertEqual(json.loads(process.stdout)["imported"], 2)
        for part in ("standard input: csv", "delimiter ';'", "Job Title -> job_title",
                     "not used: Notes"):
            self.assertIn(part, process.stderr)

    def test_same_postings_are_recorded(self):
        text = "We need a cook for the grill, five days a week, with knife skills and patience. " * 2
        rows = [{"job_id": str(i), "title": "Cook", "description": text} for i in range(3)]
        process = self.succeed("import", self.write("a.jsonl", rows[:2]), "--store", self.store)
        self.assertIn("already under another id", process.stdout)
        process = self.succeed("import", self.write("b.jsonl", rows[2:]), "--store", self.store,
                               "--json", *settings("import.duplicates=link"))
        report = json.loads(process.stdout)
        self.assertEqual((report["imported"], report["same_postings"]), (1, 1))
        record = json.loads(pathlib.Path(report["same_postings_file"]).read_text())
        self.assertEqual((record["id"], record["duplicate_of"], record["imported"]), ("2", "0", True))

    def test_facts_are_shown_with_their_words(self):
        path = self.write("jobs.jsonl", [{
            "job_id": "j", "title": "Senior Engineer", "location": "Denver, CO",
            "description": "We run k8s and blow glass. Salary: $120,000 a year."}])
        skills = self.directory / "skills.txt"
        skills.write_text("glass blowing | blow glass\n")
        self.succeed("import", path, "--store", self.store, "--skills", skills)
        process = self.succeed("show", "job", "j", "--store", self.store, "--skills", skills)
        for part in ("Kubernetes", "[[k8s]]", "[[blow glass]]", "USD 120,000 a year",
                     "[[Senior Engineer]]"):
            self.assertIn(part, process.stdout)
        facts = json.loads(self.succeed("show", "job", "j", "--store", self.store, "--json").stdout)
        words = {fact["value"]: fact["place"] and fact["place"]["words"] for fact in facts["facts"]}
        self.assertEqual(words["Kubernetes"], "k8s")
        self.assertIsNone(words["glass blowing"])  # not without the skills file
        self.assert_exit(run("show", "job", "none", "--store", self.store), 1, "none")

    def test_a_file_of_broken_rows_only(self):
        path = self.write("bad.jsonl", ['{"job_id": broken'] * 20000)
        process = run("import", path, "--store", self.store, "--kind", "jobs", "--json")
        self.assert_exit(process, 3)
        report = json.loads(process.stdout)
        self.assertEqual((report["imported"], report["quarantined"]), (0, 20000))
        with open(report["quarantine"]) as quarantine:
            self.assertEqual(sum(1 for _ in quarantine), 20000)

    def test_files_and_flags_that_are_wrong(self):
        path = self.write("jobs.jsonl", jobs(3))
        process = run("import", path, self.directory / "none.jsonl", "--store", self.store)
        self.assert_exit(process, 1, "none.jsonl")
        self.assertFalse(self.store.exists())
        process = run("import", path, "--store", self.store, "--kind", "people")
        self.assert_exit(process, 2, "--kind", "people", "candidates")
        self.assert_exit(run("import", path), 2, "--store")
