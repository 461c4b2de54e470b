"""Bad input of every kind: the exit code, and a message that names field, value and limit."""

import resource
import shutil
import sqlite3
import struct
import subprocess
import unittest

from support import TINY, MarketTest, command, environment, ignore_file_size_signal, run, settings

# More than SQLite's shared-memory file, less than a tiny results.json or checkpoint.
FILE_LIMIT = 40 * 1024


class ConfigurationTest(MarketTest):
    def test_unknown_keys_are_refused_everywhere(self):
        self.assert_exit(self.compare(self.directory / "out", "--set", "agent.gama=0.5"), 2, "agent.gama", "agent.gamma")
        config = self.directory / "bad.toml"
        config.write_text("[agent]\ngama = 0.5\n")
        self.assert_exit(self.compare(self.directory / "out", "--config", config), 2, "bad.toml", "agent.gama")

    def test_values_out_of_range_are_named_with_their_limit(self):
        for key, value, limit in (("compare.steps", "-5", "1"), ("embeddings.dimension", "-64", "8"),
                                  ("market.jobs", "0", "1"), ("agent.batch_size", "-1", "1"),
                                  ("agent.gamma", "nan", "0"), ("compare.seeds", "1e9", "100000"),
                                  ("network.q_layers", "64,-1", "16384")):
            process = run("demo", "--out", self.directory / "out", "--set", f"{key}={value}")
            bad = value.split(",")[-1]
            self.assert_exit(process, 2, key, bad, limit)

    def test_pairs_of_unequal_length_are_refused(self):
        # hard has 16 values and the job title is given 24.
        with sqlite3.connect(self.store) as database:
            changed = self.replace_vectors(database, "job", "title", [0.2] * 24)
        self.assertGreater(changed, 0)
        process = self.compare(self.directory / "out", "--set", "cosine.pairs=hard:title,soft:soft")
        self.assert_exit(process, 2, "hard", "title", "16", "24")

    def test_more_steps_than_jobs_are_refused(self):
        process = self.compare(self.directory / "out", "--set", "compare.steps=41")
        self.assert_exit(process, 2, "compare.steps", "41", "40")

    def replace_vectors(self, database, kind, field, vector):
        """Gives every entity of `kind` this vector; the number of rows that changed."""
        table, column = vector_column(database, kind, field)
        blob = struct.pack(f"<{len(vector)}f", *vector)
        cursor = database.cursor()
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        assignments, values = [f"{column} = ?"], [blob]
        if "dimension" in columns:
            assignments.append("dimension = ?")
            values.append(len(vector))
        if "checksum" in columns:
            assignments.append("checksum = NULL")
        where = ""
        if "field" in columns:
            where = " WHERE field = ?"
            values.append(stored_name(database, table, field))
        cursor.execute(f"UPDATE {table} SET {', '.join(assignments)}{where}", values)
        return cursor.rowcount


def vector_column(database, kind, field):
    """The table and the column that hold the vectors of a field."""
    table = {"job": "job_embeddings", "candidate": "candidates_embeddings"}[kind]
    columns = {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({table})")}
    for name in ("vector", "embedding", "data"):
        if name in columns:
            return table, name
    for name in columns:
        if name.startswith(field):
            return table, name
    raise AssertionError(f"no vectors in {table}: {columns}")


def stored_name(database, table, field):
    for (name,) in database.execute(f"SELECT DISTINCT field FROM {table}"):
        if name == field or field in name:
            return name
    raise AssertionError(f"no field {field} in {table}")


class StoreTest(MarketTest):
    def test_a_store_that_does_not_exist(self):
        process = run("compare", "--store", self.directory / "none.db", "--out", self.directory)
        self.assert_exit(process, 4, "none.db")

    def test_a_scheme_that_is_not_known(self):
        process = run("compare", "--out", self.directory,
                      env={**environment(), "MONGODB_URI": "postgres://user:secret@localhost/x"})
        self.assert_exit(process, 2, "'postgres://…'", "unknown scheme")
        self.assertNotIn("secret", process.stderr)

    def test_an_empty_store(self):
        empty = self.directory / "empty.jsonl"
        empty.write_text("")
        store = self.directory / "empty.db"
        run("import", empty, "--kind", "jobs", "--store", store)
        for name in ("compare", "embed"):
            arguments = ["--out", self.directory / "out"] if name == "compare" else []
            self.assert_exit(run(name, "--store", store, *arguments), 1, "dynajob import")
        process = run("validate", "--store", store)
        self.assert_exit(process, 1)
        self.assertIn("ready for compare: no, because", process.stdout)

    def test_a_store_without_embeddings(self):
        with sqlite3.connect(self.store) as database:
            for table in ("job_embeddings", "candidates_embeddings"):
                database.execute(f"DELETE FROM {table}")
        self.assert_exit(self.compare(self.directory / "out"), 1, "dynajob embed")

    def test_a_truncated_database(self):
        whole = self.store.read_bytes()
        self.store.write_bytes(whole[:len(whole) * 2 // 3])
        self.assert_exit(self.compare(self.directory / "out"), 7, "market.db")

    def test_a_file_that_is_no_database(self):
        self.store.write_text("certainly not a database, " * 400)
        self.assert_exit(self.compare(self.directory / "out"), 7, "market.db")

    def test_a_vector_that_is_not_a_number(self):
        with sqlite3.connect(self.store) as database:
            table, column = vector_column(database, "job", "tech")
            rowid, blob = database.execute(
                f"SELECT rowid, {column} FROM {table} WHERE field LIKE '%tech%'").fetchone()
            values = bytearray(blob)
            values[8:12] = struct.pack("<f", float("nan"))
            update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
            database.execute(update, (bytes(values), rowid))
        self.assert_exit(self.compare(self.directory / "out"), 7, "job-0", "tech")
        with sqlite3.connect(self.store) as database:  # written by someone who keeps no checksum
            database.execute(f"UPDATE {table} SET checksum = NULL WHERE rowid = ?", (rowid,))
        self.assert_exit(self.compare(self.directory / "out"), 7, "job-0", "tech", "finite")


class ModelTest(MarketTest):
    def test_k_larger_than_the_catalog(self):
        process = self.recommend("--candidate", "candidate-000001", "-k", "81")
        self.assert_exit(process, 2, "-k 81", "80")

    def test_k_below_one(self):
        for k in ("0", "-3", "some"):
            self.assert_exit(self.recommend("--candidate", "candidate-000001", "-k", k), 2, "-k", k)

    def test_an_unknown_candidate(self):
        process = self.recommend("--candidate", "candidate-0001")
        self.assert_exit(process, 1, "candidate-0001", "candidate-000001")

    def test_a_model_that_was_cut_short(self):
        path = self.model / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-7])
        self.assert_exit(self.recommend("--candidate", "candidate-000001"), 7, "model.safetensors")

    def test_a_model_with_one_byte_flipped(self):
        path = self.model / "model.safetensors"
        whole = bytearray(path.read_bytes())
        for position in (3, len(whole) // 2, len(whole) - 1):
            damaged = bytearray(whole)
            damaged[position] ^= 0x10
            path.write_bytes(bytes(damaged))
            self.assert_exit(self.recommend("--candidate", "candidate-000001"), 7, "model.safetensors")

    def test_a_manifest_with_one_byte_flipped(self):
        path = self.model / "model.json"
        text = path.read_text()
        path.write_text(text.replace('"seed": 1', '"seed": 2'))
        self.assertNotEqual(path.read_text(), text)
        self.assert_exit(self.recommend("--candidate", "candidate-000001"), 7, "model.json")

    def test_a_directory_without_a_model(self):
        process = run("recommend", "--model", self.directory, "--store", self.store, "--candidate",
                      "candidate-000001")
        self.assert_exit(process, 1, "model.json")

    def test_a_model_of_another_embedding(self):
        run("embed", "--store", self.store, "--set", "embeddings.dimension=24")
        self.assert_exit(self.recommend("--candidate", "candidate-000001"), 2, "d16", "d24")


class FullDiskTest(MarketTest):
    """A limit on the size of files stands in for a full disk, where mounting one is not allowed."""

    def run_with_file_limit(self, limit, *arguments):
        def prepare():
            ignore_file_size_signal()
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.run(command(*arguments), capture_output=True, text=True, check=False,
                              env=environment(), timeout=120, preexec_fn=prepare,
                              restore_signals=False)

    def test_results_that_cannot_be_written(self):
        out = self.directory / "out"
        process = self.run_with_file_limit(FILE_LIMIT, "compare", "--store", self.store, "--out", out,
                                           *settings(*TINY))
        self.assert_exit(process, 1, "results.json")
        self.assertFalse((out / "results.json").exists())
        self.assertEqual([path.name for path in out.iterdir()], ["config.toml"])

    def test_the_old_checkpoint_survives(self):
        out = self.directory / "run"
        arguments = ["train", "--strategy", "cosine", "--store", self.store, "--out", out, "--force",
                     *settings(*TINY)]
        self.assert_exit(run(*arguments), 0)
        before = {path.name: path.read_bytes() for path in out.glob("checkpoint*")}
        before["model.safetensors"] = (out / "model.safetensors").read_bytes()
        process = self.run_with_file_limit(FILE_LIMIT, *arguments)
        self.assert_exit(process, 1, "checkpoint")
        for name, content in before.items():
            self.assertEqual((out / name).read_bytes(), content, name)
        process = run("recommend", "--model", out, "--store", self.store, "--candidate",
                      "candidate-000001")
        self.assert_exit(process, 0)

    def test_a_really_full_file_system(self):
        unshare = shutil.which("unshare")
        mount = "mount -t tmpfs -o size=64k none \"$1\" && shift && exec \"$@\""
        wrapper = [unshare, "-Urm", "sh", "-c", mount, "sh", str(self.directory / "small")]
        (self.directory / "small").mkdir()
        allowed = unshare and subprocess.run([*wrapper, "true"], capture_output=True, check=False)
        if not allowed or allowed.returncode != 0:
            raise unittest.SkipTest("mounting a small file system is not allowed here")
        process = subprocess.run(
            [*wrapper, *command("demo", "--out", self.directory / "small", *settings(*TINY))],
            capture_output=True, text=True, check=False, env=environment(), timeout=120)
        self.assert_exit(process, 1, "market.db")

    def test_an_output_directory_that_cannot_be_made(self):
        blocked = self.directory / "file"
        blocked.write_text("")
        process = self.compare(blocked / "out")
        self.assert_exit(process, 1, "file/out")
