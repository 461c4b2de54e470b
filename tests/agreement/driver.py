"""The program that answers with dynajob's statistics (modules/evaluation/tests/statistics_driver.cc)."""
import json
import os
import subprocess

DRIVER = os.environ["DYNAJOB_STATISTICS_DRIVER"]


def ask(cases):
    """What dynajob makes of each case, in order."""
    process = subprocess.run([DRIVER], input=json.dumps(cases), capture_output=True, text=True,
                             check=True, timeout=300)
    return json.loads(process.stdout)
