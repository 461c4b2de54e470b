"""Starts the scripted server (openai_server.py) for a test written in Python. Standard library only."""

import json
import pathlib
import subprocess
import sys
import urllib.request

SERVER = pathlib.Path(__file__).resolve().parent / "openai_server.py"


class ScriptedEndpoint:
    """A simulated LLM on a free port, until close(). Its script can be replaced while it runs."""

    def __init__(self, **script):
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER), "--watch-stdin"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise RuntimeError(f"the scripted server said {line!r}")
        self.root = f"http://127.0.0.1:{int(line.split()[-1])}"
        self.base_url = self.root + "/v1"
        self.script(**script)

    def script(self, **script):
        """Replaces the script and forgets what was recorded."""
        request = urllib.request.Request(self.root + "/control/script", method="POST",
                                         data=json.dumps(script).encode())
        with urllib.request.urlopen(request, timeout=10):
            pass

    def report(self):
        with urllib.request.urlopen(self.root + "/control/report", timeout=10) as answer:
            return json.load(answer)

    def requests(self):
        """Every request with its body, and what became of it."""
        with urllib.request.urlopen(self.root + "/control/requests", timeout=30) as answer:
            return json.load(answer)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=10)
