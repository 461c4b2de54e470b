"""Candidate sets: filters, nearest jobs, expiry, and rankings that follow the store."""

import json
import queue
import re
import signal
import sqlite3
import subprocess
import threading

from support import TINY, MarketTest, command, environment, run, settings

CANDIDATE = "candidate-000001"
FILTERED = settings("candidate_sets.source=filtered", "candidate_sets.location=candidate")


class DatedMarketTest(MarketTest):
    """With jobs that can be read, added and made to expire behind the program's back."""

    def jobs(self):
        """The jobs of the market as rows that can be imported."""
        connection = sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            rows = [dict(row) for row in connection.execute("SELECT * FROM all_jobs ORDER BY id")]
        finally:
            connection.close()
        for row in rows:
            row["technical_skills"] = json.loads(row["technical_skills"])
            row["soft_skills"] = json.loads(row["soft_skills"])
        return rows

    def import_jobs(self, *jobs):
        path = self.directory / "new.jsonl"
        path.write_text("".join(json.dumps(job) + "\n" for job in jobs))
        # A copy of a posting is a duplicate, which would be skipped.
        self.succeed("import", path, "--store", self.store, "--kind", "jobs",
                     *settings("import.duplicates=link"))

    def embed(self):
        self.succeed("embed", "--store", self.store, "--model", "sample", *settings("embeddings.dimension=16"))

    def expire(self, ids):
        """Gives jobs an expiry date, 2024-05-01, as another program would."""
        connection = sqlite3.connect(self.store)
        with connection:
            connection.executemany("UPDATE all_jobs SET expires_ms = 1714521600000 WHERE id = ?",
                                   [(job,) for job in ids])
        connection.close()


class CandidateSetsTest(DatedMarketTest):
    def ranked(self, *arguments, k=80):
        process = self.recommend("--candidate", CANDIDATE, "-k", str(k), "--json", *arguments)
        self.assert_exit(process, 0)
        return [job["job_id"] for job in json.loads(process.stdout)["recommendations"]], process.stderr

    def test_recommends_among_what_matches(self):
        everything, note = self.ranked()
        self.assertEqual(len(everything), 80)
        self.assertNotIn("candidate sets", note)
        sector = {job["id"]: job["sector"] for job in self.jobs()}
        for wanted in sorted(set(sector.values())):
            if "," in wanted:  # separates the items of a list on the command line
                continue
            expected = [job for job in everything if sector[job] == wanted]
            found, note = self.ranked(*settings("candidate_sets.source=filtered",
                                                f"candidate_sets.sector={wanted}"),
                                      k=len(expected))
            self.assertEqual(found, expected)
            self.assertIn("candidate sets: filtered", note)
        found, note = self.ranked(*settings("candidate_sets.source=nearest",
                                            "candidate_sets.pool_size=7"), k=7)
        self.assertIn("exact search", note)
        self.assertEqual(len(found), 7)
        self.assertEqual(found, [job for job in everything if job in found])

    def test_expired_jobs_are_not_recommended_and_the_moment_can_be_set(self):
        everything, _ = self.ranked()
        self.expire(everything[:3])
        now, note = self.ranked(k=77)
        self.assertEqual(now, everything[3:])
        self.assertIn("without 3 jobs expired at", note)
        before, note = self.ranked(*settings("candidate_sets.now=2024-04-30"))
        self.assertEqual(before, everything)
        few, note = self.ranked()
        self.assertEqual(few, everything[3:])
        self.assertIn("only 77 jobs are open", note)

    def test_a_comparison_records_its_moment_and_repeats(self):
        self.expire([job["id"] for job in self.jobs()[::7]])
        for source in ("uniform", "filtered", "nearest", "mixed"):
            out, again = self.directory / source, self.directory / f"{source}-again"
            chosen = settings(f"candidate_sets.source={source}", "candidate_sets.sector=candidate",
                              "candidate_sets.pool_size=25", "compare.seeds=1")
            self.assert_exit(self.compare(out, *chosen, "--workers", "1"), 0)
            results = json.loads((out / "results.json").read_text())
            self.assertEqual(results["candidate_sets"]["source"], source)
            self.assertEqual(results["candidate_sets"]["expired_jobs"], 12)
            config = (out / "config.toml").read_text()
            moment = re.search(r"^now = '(\d{4}-\d\d-\d\dT[^']+Z)'$", config, re.MULTILINE)
            self.assertIsNotNone(moment)
            process = run("compare", "--store", self.store, "--out", again, "--config",
                          out / "config.toml", "--workers", "2")
            self.assert_exit(process, 0)
            self.assertEqual((out / "results.json").read_bytes(),
                             (again / "results.json").read_bytes())

    def test_training_uses_the_sets_and_says_when_pools_were_too_small(self):
        out = self.directory / "filtered"
        train = ["train", "--strategy", "cosine", "--store", self.store, "--out", out,
                 *settings(*TINY), *FILTERED]
        process = self.succeed(*train)
        self.assertIn("candidate sets: filtered", process.stderr)
        self.assertRegex(process.stderr, r"of \d+ pools \d+ were too small")
        uniform = self.directory / "uniform"
        self.succeed("train", "--strategy", "cosine", "--store", self.store, "--out", uniform,
                     *settings(*TINY))
        self.assertNotEqual((out / "model.safetensors").read_bytes(),
                            (uniform / "model.safetensors").read_bytes())

    def test_a_resumed_training_keeps_its_moment(self):
        self.expire([job["id"] for job in self.jobs()[::7]])
        out = self.directory / "out"
        train = ["train", "--strategy", "cosine", "--store", self.store, "--out", out,
                 *settings(*TINY)]
        self.succeed(*train)
        config = (out / "config.toml").read_bytes()
        self.succeed(*train, "--resume")
        self.assertEqual((out / "config.toml").read_bytes(), config)
        process = run(*train, "--resume", *settings("candidate_sets.now=2024-01-01"))
        self.assert_exit(process, 2, "candidate_sets.now")

    def test_bad_values_are_refused(self):
        for setting, message in (("candidate_sets.source=best", "uniform"),
                                 ("candidate_sets.work_mode=never", "onsite"),
                                 ("candidate_sets.now=soon", "2024-05-01"),
                                 ("candidate_sets.pool_size=0", "from 2")):
            process = self.recommend("--candidate", CANDIDATE, *settings(setting))
            self.assert_exit(process, 2, setting.partition("=")[0], message)


class FollowTest(DatedMarketTest):
    """`recommend --follow` while other processes write."""

    def follow(self, *arguments):
        process = subprocess.Popen(
            command("recommend", "--model", self.model, "--store", self.store, "--candidate",
                    CANDIDATE, "--follow", "--json", *arguments),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        lines = queue.Queue()

        def read():
            for line in process.stdout:
                lines.put(json.loads(line))
            lines.put(None)

        threading.Thread(target=read, daemon=True).start()
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process, lines

    @staticmethod
    def next_ids(lines):
        ranking = lines.get(timeout=60)
        return [job["job_id"] for job in ranking["recommendations"]]

    def test_new_changed_and_expired_jobs_show_without_a_restart(self):
        process, lines = self.follow("-k", "80")
        first = self.next_ids(lines)
        self.assertEqual(len(first), 80)

        # A copy of the best job under another id: as good as that one, once it has its vectors.
        best = next(job for job in self.jobs() if job["id"] == first[0])
        self.import_jobs({**best, "id": "z-new", "job_id": "z-new"})
        self.embed()
        ids = first
        while "z-new" not in ids:
            ids = self.next_ids(lines)
        self.assertEqual(ids[:2], [first[0], "z-new"])

        self.expire(["z-new"])
        while "z-new" in ids:
            ids = self.next_ids(lines)
        self.assertEqual(ids, first)

        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 130)
        self.assertIsNone(lines.get(timeout=30))
        self.assertNotIn("error", process.stderr.read())
