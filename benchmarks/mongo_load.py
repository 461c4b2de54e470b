#!/usr/bin/env python3
"""Loading jobs with four vectors of 384 numbers each from a MongoDB server: dynajob beside pymongo and numpy.

    cmake -S . -B build/release -DDYNAJOB_BUILD_BENCHMARKS=ON && cmake --build build/release --target benchmarks
    benchmarks/mongo_load.py [--jobs 100000] [--repeats 3] [--binary]

Both read the same collections as the prototype writes them (ids and references are ObjectIds, vectors are
arrays of doubles, or BinData with --binary) end to end: connect, read texts and vectors, join them by id, and
end with one float32 matrix of jobs x 1536. They take turns; every time is printed, and the medians are
compared. The server is the one of the tests (tests/servers/with_mongodb).
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
DATABASE = "dynajob_benchmark"
DIMENSION = 384
FIELDS = ("job_title_embeddings", "tech_skills_vectors", "soft_skills_embeddings",
          "experience_requirements_embeddings")
CANDIDATE_FIELDS = ("hard_skill_embeddings", "soft_skills_embeddings")
CANDIDATES = 100
TEXT_FIELDS = ("job_title", "description", "technical_skills", "soft_skills", "experience_requirements")
VENV_MARK = "DYNAJOB_BENCHMARK_IN_VENV"
SERVER_MARK = "DYNAJOB_TEST_MONGODB_URI"


def enter():
    """Runs this script again in the virtual environment, beside a server."""
    python = subprocess.run([REPOSITORY / "scripts" / "install_test_pymongo.sh", "numpy==1.26.4"],
                            stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    # The Java server holds numbers as objects.
    environment = {**os.environ, VENV_MARK: "1",
                   "JAVA_TOOL_OPTIONS": os.environ.get("JAVA_TOOL_OPTIONS", "-Xmx10g")}
    command = [REPOSITORY / "tests" / "servers" / "with_mongodb", python, *sys.argv]
    os.execve(command[0], [str(part) for part in command], environment)


def fill(db, jobs, binary):
    import numpy as np
    from bson.binary import Binary, BinaryVectorDtype
    from bson.objectid import ObjectId

    rng = np.random.default_rng(7)

    def vector():
        values = rng.standard_normal(DIMENSION, dtype=np.float32)
        return Binary.from_vector(values.tolist(), BinaryVectorDtype.FLOAT32) if binary else values.tolist()

    db.client.drop_database(db.name)
    for begin in range(0, jobs, 1000):
        ids = [ObjectId() for _ in range(begin, min(begin + 1000, jobs))]
        db.jobs_text.insert_many([
            {"_id": id_, "job_title": "Nurse", "description": "Cares for people. " * 10,
             "technical_skills": ["nursing", "triage"], "soft_skills": ["patience"],
             "experience_requirements": "3 years"} for id_ in ids])
        db.job_embeddings.insert_many([
            {"original_job_id": id_, **{field: vector() for field in FIELDS}} for id_ in ids])
    ids = [ObjectId() for _ in range(CANDIDATES)]
    db.candidates_text.insert_many([{"_id": id_, "bio": "x"} for id_ in ids])
    db.candidates_embeddings.insert_many([
        {"original_candidate_id": id_, **{field: vector() for field in CANDIDATE_FIELDS}} for id_ in ids])


def load_with_pymongo(uri, binary):
    """What a Python program does: a dictionary of texts, and rows of a matrix."""
    import numpy as np
    import pymongo

    start, start_cpu = time.perf_counter(), time.process_time()
    db = pymongo.MongoClient(uri)[DATABASE]
    texts = {document["_id"]: document
             for document in db.jobs_text.find({}, dict.fromkeys(TEXT_FIELDS, 1), batch_size=2000)}
    rows = {id_: row for row, id_ in enumerate(sorted(texts))}
    matrix = np.zeros((len(rows), len(FIELDS) * DIMENSION), dtype=np.float32)
    projection = dict.fromkeys(("original_job_id", *FIELDS), 1)
    for document in db.job_embeddings.find({}, projection, batch_size=2000):
        row = matrix[rows[document["original_job_id"]]]
        for i, field in enumerate(FIELDS):
            value = document[field]
            row[i * DIMENSION:(i + 1) * DIMENSION] = np.frombuffer(value, np.float32, offset=2) if binary else value
    seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    return {"seconds": seconds, "cpu_seconds": cpu, "waited_seconds": seconds - cpu, "jobs": len(rows),
            "width": matrix.shape[1], "sum": float(matrix.sum(dtype=np.float64))}


def load_with_dynajob(program, uri, cursors, batch):
    process = subprocess.run([program, f"{uri}/{DATABASE}", str(cursors), str(batch)],
                             stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(process.stdout)


def show(name, result):
    share = result["waited_seconds"] / (result["waited_seconds"] + result["cpu_seconds"])
    print(f"{name:24} {result['seconds']:8.2f} s  {result['jobs'] / result['seconds']:9.0f} jobs/s"
          f"  waiting for the server {share:4.0%} of its time", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--binary", action="store_true", help="BinData instead of arrays of doubles")
    parser.add_argument("--cursors", type=int, default=4)
    parser.add_argument("--batch", type=int, default=2000, help="documents that dynajob asks for at a time")
    parser.add_argument("--program", default=REPOSITORY / "build" / "release" / "benchmarks" / "mongo_load")
    options = parser.parse_args()
    import pymongo

    uri = os.environ[SERVER_MARK].rstrip("/")
    client = pymongo.MongoClient(uri)
    fill(client[DATABASE], options.jobs, options.binary)
    print(f"{options.jobs} jobs with {len(FIELDS)} x {DIMENSION} "
          f"{'float32 in BinData' if options.binary else 'doubles in arrays'}, {os.cpu_count()} processors")
    times = {"pymongo and numpy": [], "dynajob": []}
    sums = set()
    for _ in range(options.repeats):
        for name, load in (("pymongo and numpy", lambda: load_with_pymongo(uri, options.binary)),
                           ("dynajob", lambda: load_with_dynajob(options.program, uri, options.cursors,
                                                               options.batch))):
            result = load()
            show(name, result)
            times[name].append(result["seconds"])
            sums.add((result["jobs"], result["width"], round(result["sum"], 1)))
    client.drop_database(DATABASE)
    if len(sums) != 1:
        sys.exit(f"they did not load the same: {sums}")
    ratio = statistics.median(times["pymongo and numpy"]) / statistics.median(times["dynajob"])
    print(f"dynajob is {ratio:.1f} times as fast (medians)")


if __name__ == "__main__":
    if VENV_MARK in os.environ:
        main()
    else:
        enter()
