"""dynajob report: the page, the numbers and the figures of a run, and what it says when it cannot."""

import csv
import json
import os
import shutil

from support import MarketTest, environment, report_data, run, settings


class ReportTest(MarketTest):
    def setUp(self):
        super().setUp()
        self.run_directory = self.directory / "run"
        self.run_directory.mkdir()
        for name in ("results.json", "config.toml", "timing.json", "label_audit.json"):
            shutil.copy(self.demo / name, self.run_directory)

    def test_writes_the_page_anew_from_the_files_of_the_run(self):
        self.succeed("report", self.run_directory)
        page = self.run_directory / "report.html"
        self.assertEqual(page.read_bytes(), (self.demo / "report.html").read_bytes())
        data = report_data(page)
        for name, part in (("results.json", "results"), ("timing.json", "timing"),
                           ("label_audit.json", "label_audit")):
            self.assertEqual(data[part], json.loads((self.run_directory / name).read_text()), part)
        self.assertEqual(data["config"], (self.run_directory / "config.toml").read_text())

    def test_does_without_the_files_that_are_not_there(self):
        for name in ("config.toml", "timing.json", "label_audit.json"):
            (self.run_directory / name).unlink()
        self.succeed("report", self.run_directory)
        data = report_data(self.run_directory / "report.html")
        self.assertIsNone(data["timing"])
        self.assertEqual(data["config"], "")

    def test_shows_an_audit_that_was_made_afterwards(self):
        (self.run_directory / "label_audit.json").unlink()
        self.succeed("audit-labels", "--store", self.store, "--config", self.run_directory / "config.toml",
                     "--pairs", "60", "--out", self.run_directory)
        self.succeed("report", self.run_directory)
        self.assertEqual(report_data(self.run_directory / "report.html")["label_audit"]["pairs"], 60)

    def test_an_audit_of_an_earlier_run_is_not_shown_for_a_later_one(self):
        (self.run_directory / "label_audit.json").write_text('{"pairs": 1}')
        self.assert_exit(self.compare(self.run_directory, *settings("surrogate.corruption=0.5")), 0)
        audit = report_data(self.run_directory / "report.html")["label_audit"]
        self.assertGreater(audit["pairs"], 100)
        self.assertGreater(audit["corruption"]["value"], 0.2)

    def test_writes_every_number_as_csv(self):
        out = self.directory / "numbers"
        printed = self.succeed("report", self.run_directory, "--csv", out).stdout.splitlines()
        self.assertEqual(sorted(map(str, out.iterdir())), sorted(printed[1:]))
        results = json.loads((self.run_directory / "results.json").read_text())
        with open(out / "metrics.csv", newline="", encoding="utf-8") as file:
            rows = {(row["protocol"], row["arm"], row["metric"]): row for row in csv.DictReader(file)}
        with open(out / "curves.csv", newline="", encoding="utf-8") as file:
            curves = list(csv.DictReader(file))
        for protocol in results["protocols"]:
            for arm in protocol["arms"]:
                for metric, estimate in arm["metrics"].items():
                    if not (isinstance(estimate, dict) and "iqm" in estimate):
                        continue
                    row = rows[protocol["name"], arm["name"], metric]
                    self.assertEqual([float(row[end]) for end in ("value", "low", "high")],
                                     [estimate[end] for end in ("iqm", "low", "high")])
                own = [row for row in curves if (row["protocol"], row["arm"]) == (protocol["name"], arm["name"])]
                self.assertEqual([float(row["iqm"]) for row in own], arm["curve"]["iqm"])

    def test_says_what_it_cannot_make_a_report_of(self):
        empty = self.directory / "empty"
        empty.mkdir()
        self.assert_exit(run("report", empty), 1, str(empty), "results.json")
        self.assert_exit(run("report"), 2, "RUN is required")
        (self.run_directory / "timing.json").write_text("{")
        (self.run_directory / "report.html").write_text("as it was")
        self.assert_exit(run("report", self.run_directory), 7, "timing.json")
        self.assertEqual((self.run_directory / "report.html").read_text(), "as it was")

    def test_says_that_there_is_no_browser(self):
        variables = {**environment(), "PATH": "/nowhere"}
        variables.pop("DYNAJOB_BROWSER", None)
        process = run("report", self.run_directory, "--png", self.directory / "figures", env=variables)
        self.assert_exit(process, 1, "chromium", "DYNAJOB_BROWSER")
        self.assertFalse((self.directory / "figures").exists())

    def test_says_that_a_browser_failed(self):
        browser = self.directory / "browser"
        for script, words in (("echo no display >&2; exit 1", "no display"), ("echo '<html></html>'", "to their end")):
            browser.write_text(f"#!/bin/sh\n{script}\n")
            os.chmod(browser, 0o755)
            process = run("report", self.run_directory, "--png", self.directory / "figures",
                          env={**environment(), "DYNAJOB_BROWSER": str(browser)})
            self.assert_exit(process, 1, words)
