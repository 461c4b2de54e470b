"""Servers that stop, stay silent, refuse or lose replies: the message, the exit code, the time it takes, and
what is in the database afterwards."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import time
import unittest

from mongodb_support import (EMBED, MongodbTest, address_of, candidates, jobs, mongodb, with_database,
                             write_rows)
from support import TINY, command, environment, run, settings

from fault_proxy import FaultProxy  # isort: skip
from scripted_mongodb import HANG, ScriptedMongodb, documents, failure  # isort: skip

UNREACHABLE = 4
# dynajob's defaults end a connection attempt within 3 s, a silent answer within 10 s; each may be tried
# again within 15 s. The rest is for a busy machine.
CONNECT_LIMIT = 20
ANSWER_LIMIT = 60
SMALL_BATCHES = settings("mongo.load_batch=10", "mongo.page=10")


@contextlib.contextmanager
def black_hole():
    """An address of this machine whose connection attempts are neither accepted nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        # Once its queue is full, Linux drops what asks to connect.
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        time.sleep(0.1)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


class FaultTest(MongodbTest):
    def compare(self, uri, *arguments):
        return run("compare", "--store", uri, "--out", self.directory / "out", *settings(*TINY), *SMALL_BATCHES,
                   *arguments)

    def assert_unreachable(self, uri, *messages, limit=CONNECT_LIMIT, secret=None, command=None):
        start = time.monotonic()
        process = command() if command else run("validate", "--store", uri)
        elapsed = time.monotonic() - start
        self.assert_exit(process, UNREACHABLE, *messages)
        self.assertLess(elapsed, limit)
        self.assertEqual(process.stderr.count("error:"), 1, process.stderr)
        if secret:
            self.assertNotIn(secret, process.stderr + process.stdout)
        return process


class ConnectionTest(FaultTest):
    def test_a_closed_port(self):
        self.assert_unreachable("mongodb://ada:hunter2@127.0.0.1:1/db", "cannot connect", "TCP", "127.0.0.1:1",
                                secret="hunter2")

    def test_a_port_that_swallows_connections(self):
        with black_hole() as address:
            self.assert_unreachable(f"mongodb://{address}/db", "cannot connect", "TCP", address)

    def test_names_that_do_not_resolve(self):
        for scheme, host in (("mongodb", "no-such-host.invalid"), ("mongodb+srv", "no.such-host.invalid")):
            with self.subTest(scheme):
                self.assert_unreachable(f"{scheme}://ada:hunter2@{host}/db", "name resolution", host,
                                        secret="hunter2", limit=2 * CONNECT_LIMIT)

    def test_a_server_that_accepts_and_never_answers(self):
        with ScriptedMongodb() as server:
            server.on("hello", HANG)
            server.on("ismaster", HANG)
            self.assert_unreachable(server.uri + "/db", "cannot connect", "no answer")

    def test_a_wrong_password(self):
        with ScriptedMongodb(users={"ada": "correct horse"}) as server:
            uri = f"mongodb://ada:hunter2@{server.address}/db?authSource=admin"
            self.assert_unreachable(uri, "authentication", secret="hunter2")
            self.assertEqual(server.received("listCollections"), [])

    def test_a_user_without_rights(self):
        with ScriptedMongodb() as server:
            server.on("listCollections", failure(13, "Unauthorized", "not authorized on db"))
            process = run("validate", "--store", server.uri + "/db")
            self.assert_exit(process, 1, "not authorized on db")

    def test_a_wrong_name_of_the_database(self):
        self.import_market()
        wrong = with_database(self.server, self.database + "_x")
        self.assert_unreachable(wrong, f"'{self.database}_x'", "all_jobs", "candidates_text")

    def test_each_cause_has_a_message_of_its_own(self):
        messages = set()
        with ScriptedMongodb(users={"ada": "correct horse"}) as refusing, ScriptedMongodb() as silent:
            silent.on("hello", HANG)
            silent.on("ismaster", HANG)
            uris = [f"mongodb://ada:x@{refusing.address}/db?authSource=admin", silent.uri + "/db",
                    "mongodb://127.0.0.1:1/db", "mongodb+srv://no.such-host.invalid/db", self.uri]
            for uri in uris:
                process = run("validate", "--store", uri)
                self.assert_exit(process, UNREACHABLE)
                stage = re.search(r"cannot connect: [^:]*|has neither", process.stderr)
                self.assertIsNotNone(stage, process.stderr)
                messages.add(stage.group())
        self.assertEqual(len(messages), len(uris), messages)


class LoadTest(FaultTest):
    def test_a_server_that_goes_away_in_the_middle_of_a_load(self):
        self.import_market()
        before = self.counts()
        for command, replies in (("find", 0), ("getMore", 0), ("getMore", 7)):
            with self.subTest(f"{command} {replies}"), FaultProxy(address_of(self.server)) as proxy:
                proxy.fail_after(command, replies)
                uri = with_database(proxy.uri, self.database)
                self.assert_unreachable(uri, limit=ANSWER_LIMIT, command=lambda: self.compare(uri))
                self.assertTrue(proxy.down)
        self.assertEqual(self.counts(), before)
        self.assert_exit(self.compare(self.uri), 0)

    def test_a_connection_that_is_cut_once_in_the_middle_of_a_load(self):
        self.import_market()
        self.assert_exit(self.compare(self.uri), 0)
        undisturbed = (self.directory / "out" / "results.json").read_bytes()
        with FaultProxy(address_of(self.server)) as proxy:
            proxy.lose_reply("getMore", times=1)
            self.assert_exit(self.compare(with_database(proxy.uri, self.database)), 0)
            self.assertEqual(proxy.lost, 1)
        self.assertEqual((self.directory / "out" / "results.json").read_bytes(), undisturbed)

    def test_a_server_that_falls_silent_in_the_middle_of_a_load(self):
        with ScriptedMongodb() as server:
            server.on("listCollections", documents([{"name": "all_jobs", "type": "collection"}]))
            server.on("count", {"n": 1, "ok": 1.0})
            server.on("find", HANG)
            uri = server.uri + "/db?socketTimeoutMS=1000"
            self.assert_unreachable(uri, "no answer", limit=ANSWER_LIMIT, command=lambda: self.compare(uri))

    def test_a_server_that_is_stopped_and_started_again(self):
        with mongodb.MongodbServer(persistent=True) as server:
            uri = with_database(server.uri, self.database)
            self.import_market(uri)
            before = self.counts(server.uri)
            server.stop()
            self.assert_unreachable(uri, "cannot connect", "TCP", limit=ANSWER_LIMIT,
                                    command=lambda: self.compare(uri))
            server.start()
            self.assertEqual(self.counts(server.uri), before)
            self.assert_exit(self.compare(uri), 0)

    def counts(self, uri=None):
        names = ("all_jobs", "job_embeddings", "candidates_text", "candidates_embeddings")
        return {name: self.count(name, uri) for name in names}


class FollowTest(FaultTest):
    def test_following_outlives_a_server_that_is_away_for_a_while(self):
        self.import_market()
        model = self.directory / "model"
        self.succeed("train", "--strategy", "cosine", "--store", self.uri, "--out", model, "--no-publish",
                     *settings(*TINY, "pretrain.cosine.steps=30"))
        with FaultProxy(address_of(self.server)) as proxy:
            process = subprocess.Popen(
                command("recommend", "--model", model, "--candidate", "c1", "-k", "60", "--follow", "--json",
                        "--store", with_database(proxy.uri, self.database)),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.assertEqual(len(json.loads(process.stdout.readline())["recommendations"]), 60)
            messages = []

            def read_until(text):
                while not messages or text not in messages[-1]:
                    line = process.stderr.readline()
                    self.assertTrue(line, messages)
                    messages.append(line)

            proxy.interrupt()
            read_until("trying again")
            self.command({"delete": "all_jobs", "deletes": [{"q": {"_id": "j3"}, "limit": 1}]})
            proxy.resume()
            read_until("it can be reached again")
            self.assertEqual(len(json.loads(process.stdout.readline())["recommendations"]), 59)
            self.assertEqual(sum("trying again" in message for message in messages), 1, messages)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), 130)


class WriteTest(FaultTest):
    """The server commits a write and the connection is closed before its reply: nothing may be lost and
    nothing doubled."""

    JOBS, CANDIDATES = 60, 20

    def setUp(self):
        super().setUp()
        self.files = [write_rows(self.directory / "jobs.jsonl", jobs(self.JOBS)),
                      write_rows(self.directory / "people.jsonl", candidates(self.CANDIDATES))]

    def test_import_and_embed_whose_replies_are_lost_once(self):
        with FaultProxy(address_of(self.server)) as proxy:
            uri = with_database(proxy.uri, self.database)
            for arguments in (("import", *self.files), ("embed", *EMBED)):
                proxy.lose_reply("update", times=1)
                proxy.lose_reply("insert", times=1)
                lost = proxy.lost
                self.assert_exit(run(*arguments, "--store", uri, *SMALL_BATCHES), 0)
                self.assertGreater(proxy.lost, lost)
        self.assert_whole()
        self.assert_exit(self.compare(self.uri), 0)

    def test_import_that_fails_in_the_middle_can_be_repeated(self):
        with FaultProxy(address_of(self.server)) as proxy:
            proxy.fail_after("update", 3)
            uri = with_database(proxy.uri, self.database)
            self.assert_unreachable(uri, limit=ANSWER_LIMIT,
                                    command=lambda: run("import", *self.files, "--store", uri, *SMALL_BATCHES))
            self.assertTrue(proxy.down)
        self.assertGreater(self.count("all_jobs"), 0)
        self.assertLess(self.count("all_jobs") + self.count("candidates_text"), self.JOBS + self.CANDIDATES)
        self.succeed("import", *self.files, "--store", self.uri)
        self.succeed("embed", "--store", self.uri, *EMBED)
        self.assert_whole()

    def test_every_reply_is_lost(self):
        with FaultProxy(address_of(self.server)) as proxy:
            proxy.lose_reply("update", times=1000)
            uri = with_database(proxy.uri, self.database)
            self.assert_unreachable(uri, "connection lost", limit=ANSWER_LIMIT,
                                    command=lambda: run("import", *self.files, "--store", uri))
        self.succeed("import", *self.files, "--store", self.uri)
        self.succeed("embed", "--store", self.uri, *EMBED)
        self.assert_whole()

    def assert_whole(self):
        for name, expected in (("all_jobs", self.JOBS), ("job_embeddings", self.JOBS),
                               ("candidates_text", self.CANDIDATES), ("candidates_embeddings", self.CANDIDATES)):
            self.assertEqual(self.count(name), expected, name)


if __name__ == "__main__":
    unittest.main()
