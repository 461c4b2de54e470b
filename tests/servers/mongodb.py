"""The MongoDB server that tests run against: DYNAJOB_TEST_MONGODB_URI where that is set, else a `mongod`
on the path, else mongo-java-server, which scripts/install_test_mongodb.sh builds. A server that cannot be
started is an error, never a reason to skip.
"""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import mongodb_wire

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
VARIABLE = "DYNAJOB_TEST_MONGODB_URI"
START_TIMEOUT = 60
STOP_TIMEOUT = 60
PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """The server could not be installed or did not come up."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class MongodbServer:
    """A server of its own on a loopback port, in a temporary directory; a context manager.

    `persistent` keeps its data over stop() and start(), on the same port; else it may live in memory.
    """

    def __init__(self, persistent=False):
        self.persistent = persistent
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="dynajob-mongodb-"))
        self.port = 0
        self.process = None
        self.stops_with_input = False

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def uri(self):
        return f"mongodb://127.0.0.1:{self.port}"

    def start(self):
        with open(self.directory / "log", "ab") as log:
            if mongod := shutil.which("mongod"):
                self._start_mongod(mongod, log)
            else:
                self._start_java(log)
        self._wait_until_it_answers()

    def stop(self, kill=False):
        if self.process is None:
            return
        if kill:
            self.process.kill()
        elif self.stops_with_input:
            self.process.stdin.close()
        else:
            self.process.terminate()
        self.process.wait(timeout=STOP_TIMEOUT)
        self.process.stdin.close()
        self.process = None

    def close(self):
        self.stop(kill=not self.persistent)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start_mongod(self, mongod, log):
        self.stops_with_input = False
        self.port = self.port or free_port()
        (self.directory / "data").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [mongod, "--dbpath", self.directory / "data", "--bind_ip", "127.0.0.1", "--port", str(self.port),
             "--replSet", "dynajob", "--oplogSize", "50"],
            stdin=subprocess.PIPE, stdout=log, stderr=log, preexec_fn=die_with_parent)

    def _start_java(self, log):
        self.stops_with_input = True
        installed = subprocess.run([REPOSITORY / "scripts" / "install_test_mongodb.sh"], stdout=subprocess.PIPE,
                                   text=True, check=False)
        if installed.returncode != 0:
            raise ServerError("the test server could not be installed")
        folder = REPOSITORY / installed.stdout.strip()
        arguments = ["java", "-Xshare:auto", "-XX:+UseSerialGC", "-cp", f"{folder}/classes:{folder}/jars/*",
                     "TestMongoServer", str(self.port)]
        if self.persistent:
            arguments.append(str(self.directory / "data"))
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        with self.process.stdout as output:
            line = output.readline().strip()
        if not line.startswith("mongodb://"):
            raise ServerError(f"the test server did not start: {self._log_tail()}")
        self.port = int(line.rsplit(":", 1)[1])

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + START_TIMEOUT
        initiated = False
        while True:
            try:
                reply = mongodb_wire.run_command(("127.0.0.1", self.port), {"hello": 1})
                if reply.get("isWritablePrimary"):
                    return
                if not initiated:  # a mongod as a replica set of one, which has change streams
                    mongodb_wire.run_command(("127.0.0.1", self.port), {"replSetInitiate": {}})
                    initiated = True
            except (OSError, ValueError):
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"the test server does not answer: {self._log_tail()}")
            time.sleep(0.05)

    def _log_tail(self):
        return (self.directory / "log").read_text(errors="replace")[-2000:]
