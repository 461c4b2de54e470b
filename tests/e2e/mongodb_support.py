"""Tests of the program against MongoDB servers: a database of its own per test on the server that
tests/servers/with_mongodb started, and documents written and counted without dynajob's own code."""

import json
import os
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "servers"))

import mongodb  # noqa: E402
import mongodb_wire  # noqa: E402
from support import EndToEndTest, settings  # noqa: E402

SKILLS = ["Python", "SQL", "Excel", "welding", "nursing", "accounting"]
EMBED = settings("embeddings.dimension=16")


def server_uri():
    """A missing server is a failure, not a skip."""
    uri = os.environ.get(mongodb.VARIABLE)
    if not uri:
        raise AssertionError(f"{mongodb.VARIABLE} is not set: run the tests with `make test`")
    return uri


def address_of(uri):
    """(host, port) of the first host of an address without credentials."""
    host, _, port = uri.split("://")[1].split("/")[0].split("?")[0].split(",")[0].partition(":")
    return host, int(port or 27017)


def with_database(uri, database):
    base, _, query = uri.partition("?")
    base = base.rstrip("/") if base.count("/") <= 3 else base.rsplit("/", 1)[0]
    return f"{base}/{database}" + (f"?{query}" if query else "")


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def jobs(count):
    return [{"job_id": f"j{i}", "title": f"{SKILLS[i % 6]} specialist", "company": f"Company {i}",
             "description": f"We need {SKILLS[i % 6]} and teamwork.", "salary": "$50,000 - $70,000",
             "skills": [SKILLS[i % 6], SKILLS[(i + 1) % 6]]} for i in range(count)]


def candidates(count):
    return [{"candidate_id": f"c{i}", "bio": f"I know {SKILLS[i % 6]}.",
             "resume": "Ten years of experience in teamwork.", "skills": [SKILLS[i % 6]]}
            for i in range(count)]


class MongodbTest(EndToEndTest):
    """self.uri names the test's database, which is dropped at the end."""

    def setUp(self):
        super().setUp()
        self.server = server_uri()
        self.database = f"dynajob_e2e_{uuid.uuid4().hex[:12]}"
        self.uri = with_database(self.server, self.database)
        self.addCleanup(self.command, {"dropDatabase": 1})

    def command(self, document, uri=None):
        """The reply to a command on the test's database; a failure fails the test."""
        reply = mongodb_wire.run_command(address_of(uri or self.server), document, self.database, timeout=60)
        self.assertEqual(reply["ok"], 1, reply)
        return reply

    def count(self, collection, uri=None):
        return self.command({"count": collection, "query": {}}, uri)["n"]

    def insert(self, collection, documents):
        for begin in range(0, len(documents), 500):
            self.command({"insert": collection, "documents": documents[begin:begin + 500]})

    def import_market(self, uri=None, job_count=60, candidate_count=20):
        """Jobs and candidates with embeddings, from files as a user brings them."""
        uri = uri or self.uri
        files = [write_rows(self.directory / "jobs.jsonl", jobs(job_count)),
                 write_rows(self.directory / "people.jsonl", candidates(candidate_count))]
        self.succeed("import", *files, "--store", uri)
        self.succeed("embed", "--store", uri, *EMBED)
