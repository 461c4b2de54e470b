"""Postings that try to talk the LLM into liking them: what reaches the endpoint is data all the same."""

import json
import pathlib
import re
import shutil
import sqlite3
import sys

from support import TINY, MarketTest, run, settings

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

from scripted_endpoint import ScriptedEndpoint  # noqa: E402

CORPUS = json.loads((pathlib.Path(__file__).resolve().parents[1] / "injections.json").read_text())
ENVELOPE = re.compile(r"BEGIN DATA ([0-9a-f]{32})\n([^\n]*)\nEND DATA \1")
# What would be a token of a chat template, or the end of a string's line.
TEMPLATE_TOKENS = ("<|", "|>", "[INST", "[/INST", "<s>", "</s>", "<<SYS", "<start_of", "<think",
                   "</think", "```", "{{")
PEOPLE = 3


def records(message):
    """The records in a message that must consist of envelopes and nothing else."""
    envelopes = list(ENVELOPE.finditer(message))
    if message != "\n".join(envelope.group(0) for envelope in envelopes):
        raise AssertionError(f"text outside of the envelopes: {message}")
    for envelope in envelopes:
        if envelope.group(1) in envelope.group(2):
            raise AssertionError(f"the record holds its own delimiter: {message}")
    return [envelope.group(2) for envelope in envelopes]


class InjectionTest(MarketTest):
    def setUp(self):
        super().setUp()
        self.endpoint = ScriptedEndpoint()
        self.addCleanup(self.endpoint.close)

    def worst_job(self):
        """The job that the trained model puts last for somebody."""
        process = self.recommend("--candidate", "candidate-000000", "-k", "80", "--json")
        self.assert_exit(process, 0)
        return json.loads(process.stdout)["recommendations"][-1]["job_id"]

    def market(self, worst, injections):
        """A store in which every job is the worst one, each with an injection of its own."""
        store = self.directory / "injected.db"
        shutil.copy(self.store, store)
        with sqlite3.connect(store) as database:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("DELETE FROM candidates_text WHERE id NOT IN "
                             "(SELECT id FROM candidates_text ORDER BY id LIMIT ?)", (PEOPLE,))
            ids = [row[0] for row in database.execute("SELECT id FROM all_jobs ORDER BY id")]
            title, company, description, place = database.execute(
                "SELECT job_title, company, description, location FROM all_jobs WHERE id = ?",
                (worst,)).fetchone()
            for job, parts in zip(ids, injections):
                fields = [description, title, company, place]
                for i, part in enumerate(parts):
                    fields[i % 4] += " " + part
                database.execute(
                    "UPDATE all_jobs SET description = ?, job_title = ?, company = ?, location = ?, "
                    "technical_skills = ?, soft_skills = ? WHERE id = ?",
                    (*fields, json.dumps([parts[0]]), json.dumps([parts[-1]]), job))
            database.executemany("DELETE FROM all_jobs WHERE id = ?",
                                 [(job,) for job in ids[len(injections):]])
        database.close()
        return store

    def label_all(self, store, *configuration):
        """Messages of each question about a pair that the endpoint got."""
        self.endpoint.script()
        process = run("audit-labels", "--store", store, "--llm", "endpoint", "--json", "--pairs",
                      "1000000", *settings(*TINY, f"llm.base_url={self.endpoint.base_url}",
                                           "llm.model=simulated-llm", *configuration))
        self.assert_exit(process, 0)
        questions = [request["body"]["messages"] for request in self.endpoint.requests()]
        return [messages for messages in questions if "BEGIN DATA" in messages[-1]["content"]]

    def test_no_injection_leaves_its_string(self):
        worst = self.worst_job()
        plain = [["text of no consequence"] for _ in CORPUS]
        seen = self.label_all(self.market(worst, plain), "llm.seed=2")
        delimiter = ENVELOPE.findall(seen[0][-1]["content"])[-1][0]
        injections = [[part.replace("SEEN_DELIMITER", delimiter) for part in injection["parts"]]
                      for injection in CORPUS]
        store = self.market(worst, injections)
        questions = self.label_all(store)
        self.assertEqual(len(questions), PEOPLE * len(CORPUS))
        people = {records(messages[-1]["content"])[0] for messages in seen}
        self.assertEqual(len(people), PEOPLE)
        for messages in questions:
            self.assertEqual(messages[:-1], seen[0][:-1], "all but the last message is ours")
            person, posting = records(messages[-1]["content"])
            self.assertIn(person, people)
            fields = json.loads(posting)
            self.assertEqual(list(fields), ["job"])
            for value in fields["job"].values():
                self.assertIsInstance(value, str)
                self.assertFalse(re.search("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]",
                                           value), value)
            for token in TEMPLATE_TOKENS:
                self.assertNotIn(token, posting)

    def test_no_injection_leaves_its_string_among_others(self):
        store = self.market(self.worst_job(), [injection["parts"] for injection in CORPUS])
        for configuration, member in (("llm.batch=7", "jobs"), ("llm.stages=2", None)):
            questions = self.label_all(store, configuration)
            self.assertGreaterEqual(len(questions), PEOPLE * len(CORPUS) // 7)
            for messages in questions:
                person, posting = records(messages[-1]["content"])
                self.assertEqual(list(json.loads(person)), ["candidate"])
                (name, value), = json.loads(posting).items()
                if member:
                    self.assertEqual(name, member)
                    self.assertEqual(list(value), [str(i + 1) for i in range(len(value))])
                else:
                    self.assertIn(name, ("job", "title"))


if __name__ == "__main__":
    import unittest

    unittest.main()
