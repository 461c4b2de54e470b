"""Data that pymongo wrote, as the specification's Python prototype does, loads; data that dynajob wrote is
read by pymongo. Run with tests/servers/with_pymongo."""

import array
import json
import random
import unittest
import uuid

import bson
import pymongo
from bson.binary import Binary, BinaryVectorDtype
from bson.int64 import Int64
from bson.objectid import ObjectId

from mongodb_support import SKILLS, MongodbTest
from support import TINY, run, settings

JOBS, CANDIDATES, DIMENSION = 60, 20, 16
JOB_VECTORS = ("job_title_embeddings", "tech_skills_vectors", "soft_skills_embeddings")
CANDIDATE_VECTORS = ("hard_skill_embeddings", "soft_skills_embeddings")
# The embeddings say nothing of who made them.
EXTERNAL = settings("mongo.preset=prototype")


def text_of_job(i):
    return {"job_title": f"{SKILLS[i % 6]} specialist", "description": f"Work with {SKILLS[i % 6]}.",
            "technical_skills": [SKILLS[i % 6]], "soft_skills": ["teamwork"],
            "experience_requirements": "3 years"}


class InteropTest(MongodbTest):
    def setUp(self):
        super().setUp()
        client = pymongo.MongoClient(self.server, uuidRepresentation="standard")
        self.addCleanup(client.close)
        self.db = client[self.database]
        self.rng = random.Random(7)

    def floats(self):
        return [self.rng.gauss(0, 1) for _ in range(DIMENSION)]

    def write_prototype(self, new_id=ObjectId, encode=list, jobs="jobs_text"):
        """The prototype's collections; returns the ids of jobs and candidates."""
        job_ids = [new_id() for _ in range(JOBS)]
        candidate_ids = [new_id() for _ in range(CANDIDATES)]
        self.db[jobs].insert_many({"_id": id_, **text_of_job(i)} for i, id_ in enumerate(job_ids))
        self.db.job_embeddings.insert_many(
            {"original_job_id": id_, **{field: encode(self.floats()) for field in JOB_VECTORS}} for id_ in job_ids)
        self.db.candidates_text.insert_many(
            {"_id": id_, "bio": "I know things.", "resume": "Ten years.", "hard_skills": ["Python"],
             "soft_skills": "teamwork, patience"} for id_ in candidate_ids)
        self.db.candidates_embeddings.insert_many(
            {"original_candidate_id": id_, **{field: encode(self.floats()) for field in CANDIDATE_VECTORS}}
            for id_ in candidate_ids)
        return job_ids, candidate_ids

    def summary(self, *arguments):
        return self.succeed("validate", "--store", self.uri, *settings("compare.steps=12"), *arguments).stdout

    def compare(self, *arguments):
        out = self.directory / "out"
        process = run("compare", "--store", self.uri, "--out", out, *settings(*TINY), *arguments)
        self.assert_exit(process, 0)
        return (out / "results.json").read_bytes()

    def test_lists_of_python_floats_and_object_ids_as_the_prototype_writes_them(self):
        self.write_prototype()
        shown = self.summary(*EXTERNAL)
        self.assertIn(f"{CANDIDATES} candidates, {JOBS} jobs", shown)
        for field in ("candidate.hard", "candidate.soft", "job.title", "job.tech", "job.soft"):
            self.assertRegex(shown, rf"{field} +\d+ +\d+ +{DIMENSION} ")
        self.assertIn("ready for compare: yes", shown)
        self.compare(*EXTERNAL)

    def test_bin_data_gives_what_lists_of_the_same_numbers_give(self):
        def as_float32(values):
            return array.array("f", values).tolist()

        def as_vector(values):
            return Binary.from_vector(as_float32(values), BinaryVectorDtype.FLOAT32)

        results = []
        for encode in (as_float32, as_vector):
            self.db.client.drop_database(self.database)
            self.rng.seed(7)
            numbers = iter(range(10 ** 6))
            self.write_prototype(new_id=lambda: f"id-{next(numbers):06}", encode=encode)
            results.append(self.compare(*EXTERNAL))
        self.assertEqual(results[0], results[1])

    def test_int8_vectors_load(self):
        self.write_prototype(encode=lambda values: Binary.from_vector(
            [max(-128, min(127, round(40 * value))) for value in values], BinaryVectorDtype.INT8))
        self.assertIn("ready for compare: yes", self.summary(*EXTERNAL))
        self.compare(*EXTERNAL)

    def test_ids_of_every_type_keep_it(self):
        numbers = iter(range(10 ** 6))
        for new_id in (ObjectId, uuid.uuid4, lambda: Int64(2 ** 40 + next(numbers)), lambda: next(numbers),
                       lambda: f"job {next(numbers)}"):
            self.db.client.drop_database(self.database)
            job_ids, candidate_ids = self.write_prototype(new_id=new_id)
            with self.subTest(type(job_ids[0]).__name__):
                model = self.directory / "model"
                process = run("train", "--strategy", "cosine", "--store", self.uri, "--out", model,
                              "--force", *settings(*TINY), *EXTERNAL)
                self.assert_exit(process, 0)
                process = self.succeed("recommend", "--model", model, "--store", self.uri, "--candidate",
                                       str(candidate_ids[3]), "-k", "5", "--json", *EXTERNAL)
                shown = [row["job_id"] for row in json.loads(process.stdout)["recommendations"]]
                self.assertEqual(len(shown), 5)
                self.assertLessEqual(set(shown), {str(id_) for id_ in job_ids})
                # Embeddings that dynajob writes refer to the jobs with the type that their ids have.
                self.succeed("embed", "--replace", "--store", self.uri, *settings("embeddings.dimension=16"),
                             *EXTERNAL)
                references = [document["original_job_id"] for document in self.db.job_embeddings.find()]
                self.assertEqual(sorted(map(repr, references)), sorted(map(repr, job_ids)))
                self.assertEqual({type(id_) for id_ in references}, {type(id_) for id_ in job_ids})

    def test_documents_that_cannot_be_used_are_counted_with_an_example(self):
        job_ids, _ = self.write_prototype()
        good = self.floats()
        wrong = {"a missing vector": None, "text": "0.1, 0.2", "too short": good[:-1],
                 "a string among numbers": [*good[:-1], "x"], "NaN": [*good[:-1], float("nan")],
                 "infinity": [float("inf"), *good[1:]], "decimal128": [bson.Decimal128("0.5"), *good[1:]],
                 "a document": {str(i): value for i, value in enumerate(good)},
                 "bits": Binary.from_vector([255, 1], BinaryVectorDtype.PACKED_BIT),
                 "other binary": b"0123", "null": None, "true": True, "a date": bson.datetime.datetime(2024, 1, 1)}
        for id_, (what, value) in zip(job_ids, wrong.items()):
            change = {"$unset": {"tech_skills_vectors": 1}} if what == "a missing vector" else \
                {"$set": {"tech_skills_vectors": value}}
            self.db.job_embeddings.update_one({"original_job_id": id_}, change)
        shown = self.summary(*EXTERNAL)
        for count, reason, example in ((2, "no tech embedding", 0), (1, "decimal128", 6), (1, "not a number", 3),
                                       (4, "not a vector", 1), (2, "not finite", 4),
                                       (1, f"not of the field's length, {DIMENSION}", 2), (1, "packed bits", 8),
                                       (1, "unknown BinData", 9)):
            self.assertRegex(shown, rf"{count} jobs are left out: [^\n]*{reason}, such as {job_ids[example]}")
        self.assertIn(f"with {CANDIDATES} candidates and {JOBS - len(wrong)} jobs", shown)
        process = run("compare", "--store", self.uri, "--out", self.directory / "lenient", *settings(*TINY), *EXTERNAL)
        self.assert_exit(process, 0)
        self.assertIn("2 jobs are left out: no tech embedding, such as", process.stderr)
        strict = run("compare", "--store", self.uri, "--out", self.directory / "out", "--strict", *settings(*TINY),
                     *EXTERNAL)
        self.assertNotEqual(strict.returncode, 0)

    def test_vectors_of_others_are_replaced_only_when_asked(self):
        """Documents whose own ids are those of other jobs: none may be mistaken for another's."""
        self.write_prototype()
        self.db.job_embeddings.delete_many({})
        ids = [job["_id"] for job in self.db.jobs_text.find()]
        self.db.job_embeddings.insert_many(
            {"_id": own, "original_job_id": job, "job_title_embeddings": self.floats()}
            for own, job in zip(ids[1:], ids))
        before = list(self.db.job_embeddings.find())
        embed = ["embed", "--store", self.uri, *settings("embeddings.dimension=16"), *EXTERNAL]
        self.assert_exit(run(*embed), 1, "another program made vectors of candidate.hard", "--replace")
        self.assertEqual(list(self.db.job_embeddings.find()), before)
        self.succeed(*embed, "--replace")
        documents = list(self.db.job_embeddings.find())
        self.assertEqual(sorted(d["original_job_id"] for d in documents), sorted(ids))
        self.assertTrue(all("tech_skills_vectors" in d for d in documents))
        self.assertIn("ready for compare: yes", self.summary(*EXTERNAL))

    def test_what_dynajob_writes_is_read_by_pymongo(self):
        self.import_market(job_count=JOBS, candidate_count=CANDIDATES)
        job = self.db.all_jobs.find_one({"_id": "j1"})
        self.assertEqual(job["job_title"], "SQL specialist")
        self.assertEqual(job["technical_skills"], ["SQL", "Microsoft Excel"])
        self.assertEqual(self.db.candidates_text.find_one({"_id": "c2"})["bio"], "I know Excel.")
        documents = list(self.db.job_embeddings.find())
        self.assertEqual(sorted(document["original_job_id"] for document in documents),
                         sorted(f"j{i}" for i in range(JOBS)))
        for document in documents:
            vector = document["tech_skills_vectors"].as_vector()
            self.assertEqual(vector.dtype, BinaryVectorDtype.FLOAT32)
            self.assertEqual(len(vector.data), DIMENSION)
        self.assertEqual(self.db.candidates_embeddings.count_documents({"hard_skill_embeddings": {"$exists": True}}),
                         CANDIDATES)

    def test_vectors_can_be_written_as_arrays_for_every_reader(self):
        self.import_market(job_count=6, candidate_count=2)
        self.succeed("embed", "--store", self.uri,
                     *settings("embeddings.dimension=16", "mongo.vector_format=array"))
        vector = self.db.job_embeddings.find_one()["tech_skills_vectors"]
        self.assertEqual(len(vector), DIMENSION)
        self.assertTrue(all(isinstance(value, float) for value in vector), vector)


if __name__ == "__main__":
    unittest.main()
