#!/usr/bin/env python3
"""From files of real postings and résumés to recommendations, and whether these lie in a fitting sector.

    benchmarks/real_market.py --data ../shared/data [--program build/release/dynajob] [--embedder minilm]

Imports real_jobs.jsonl.gz and real_candidates.jsonl.gz of DIR, embeds them, runs a small comparison, trains
each arm and asks for the top ten of every person whose category FITTING maps. The industry of a posting
and the category of a résumé are kept from the program (their fields are mapped to names that no row has) and
serve as labels only. FITTING was written before the first run, from the names of both alone. `cosine-rank`
is the order by the mean cosine of hard skills with technical skills and soft skills with soft skills.
"""

import argparse
import array
import gzip
import json
import operator
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

SOFTWARE = {"Software Development", "SoftwareDeveloper", "Backend", "SystemEmbeddedEngineer"}
ANALYSIS = {"BusinessAnalyst", "Banking", "Finance"}
BUILDING = {"Civil Engineering", "ConstructionManagement", "Geotechnicalengineering", "Environment Science"}
FITTING = {
    **dict.fromkeys(
        ["Python Developer", "Automation Testing", "Database", "Java Developer", "Hadoop", "DevOps Engineer",
         "Testing", "DotNet Developer", "Blockchain", "Web Designing", "Network Security Engineer"], SOFTWARE),
    **dict.fromkeys(["Data Science", "SAP Developer", "ETL Developer"], SOFTWARE | {"BusinessAnalyst"}),
    "HR": {"HumanResource", "Management"},
    "Business Analyst": ANALYSIS,
    "Civil Engineer": BUILDING,
    "Electrical Engineering": {"SystemEmbeddedEngineer", "RenewableEngineer"},
    "Mechanical Engineer": {"Mechanical engineering", "RenewableEngineer"},
    "Operations Manager": {"Management", "Service"},
    "PMO": {"Management", "BusinessAnalyst", "ConstructionManagement"},
    "Sales": {"Service"},
    "Arts": {"Education", "Teacher"},
    "Health and fitness": {"Sport and Recreation"},
}  # "Advocate" has no industry among the postings
TOP = 10
PAIRS = {"hard_skill_embeddings": "tech_skills_vectors", "soft_skills_embeddings": "soft_skills_embeddings"}


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def vectors(store, table, id_column, fields):
    """By id, of each field in its order: the vector, zeros where there is none."""
    found, length = {}, 0
    with sqlite3.connect(store) as connection:
        for name, field, blob in connection.execute(f"SELECT {id_column}, field, vector FROM {table}"):
            if field in fields:
                values = array.array("f", blob)
                length = len(values)
                found.setdefault(name, {})[field] = values
    zeros = array.array("f", bytes(4 * length))
    return {name: sum((list(of.get(field, zeros)) for field in fields), []) for name, of in found.items()}


def cosine_top(store, people):
    jobs = vectors(store, "job_embeddings", "original_job_id", list(PAIRS.values()))
    candidates = vectors(store, "candidates_embeddings", "original_candidate_id", list(PAIRS))
    top = {}
    for person in people:
        score = {job: sum(map(operator.mul, candidates[person], vector)) for job, vector in jobs.items()}
        top[person] = sorted(score, key=lambda job: (-score[job], job))[:TOP]
    return top


def fitting_share(top, category, industry):
    shares = [sum(industry[job] in FITTING[category[person]] for job in jobs) / len(jobs)
              for person, jobs in top.items()]
    return sum(shares) / len(shares)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--program", default="build/release/dynajob")
    parser.add_argument("--embedder", default="minilm")
    parser.add_argument("--arms", default="cosine,llm,hybrid", help="strategies to train")
    parser.add_argument("--compare-steps", type=int, default=10)
    options = parser.parse_args()
    jobs, people = rows(options.data / "real_jobs.jsonl.gz"), rows(options.data / "real_candidates.jsonl.gz")
    industry = {str(row["job_id"]): row["industry"] for row in jobs}
    category = {row["candidate_id"]: row["category"] for row in people if row.get("category") in FITTING}

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = folder / "market.db"

        def dynajob(*arguments, codes=(0,)):
            start = time.monotonic()
            process = subprocess.run([options.program, *map(str, arguments), "--store", store, "--quiet"],
                                     stdout=subprocess.PIPE, text=True, check=False)
            if process.returncode not in codes:
                sys.exit(f"{arguments[0]} ended with {process.returncode}")
            if arguments[0] != "recommend":
                print(f"{arguments[0]}: {time.monotonic() - start:.1f} s", flush=True)
            return process.stdout

        # Every posting stays under its own id: a skipped duplicate would need its label merged.
        dynajob("import", options.data / "real_jobs.jsonl.gz", options.data / "real_candidates.jsonl.gz",
                "--set", "import.job.sector=hidden_industry", "--set", "import.candidate.category=hidden_category",
                "--set", "import.duplicates=link", codes=(0, 3))
        print(dynajob("embed", "--model", options.embedder))
        dynajob("compare", "--out", folder / "compare", "--seeds", 1, "--arms",
                f"baseline,{options.arms},random,cosine-rank,oracle", "--set", "compare.candidates=8",
                "--set", f"compare.steps={options.compare_steps}")
        with sqlite3.connect(store) as connection:
            usable = {row[0] for row in connection.execute(
                "SELECT original_candidate_id FROM candidates_embeddings GROUP BY 1 HAVING COUNT(*) = 2")}
        asked = sorted(set(category) & usable)
        chance = sum(sum(label in FITTING[category[person]] for label in industry.values()) / len(industry)
                     for person in asked) / len(asked)
        print(f"{len(asked)} of {len(people)} people have a category in FITTING and vectors")
        print(f"{'at random':12} {chance:.3f}")
        print(f"{'cosine-rank':12} {fitting_share(cosine_top(store, asked), category, industry):.3f}", flush=True)
        for arm in options.arms.split(","):
            model = folder / arm
            dynajob("train", "--strategy", arm, "--out", model)
            top = {}
            for person in asked:
                answer = json.loads(dynajob("recommend", "--model", model, "--candidate", person, "-k", TOP, "--json"))
                top[person] = [entry["job_id"] for entry in answer["recommendations"]]
            print(f"{arm:12} {fitting_share(top, category, industry):.3f}", flush=True)


if __name__ == "__main__":
    main()
