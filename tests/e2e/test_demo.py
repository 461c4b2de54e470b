"""The demo and the comparison: what they leave behind, and that it repeats to the byte."""

import json
import shlex
import subprocess

from support import BINARY, TINY, EndToEndTest, MarketTest, environment, run, settings


class DemoTest(MarketTest):
    def test_leaves_store_results_report_and_model(self):
        for name in ("market.db", "results.json", "report.html", "timing.json", "config.toml",
                     "label_audit.json", "model/model.safetensors", "model/model.json", "model/config.toml",
                     "model/progress.csv", "model/progress.jsonl"):
            self.assertTrue((self.demo / name).is_file(), name)
        results = json.loads((self.demo / "results.json").read_text())
        self.assertEqual(results["schema"], "dynajob.results/1")
        self.assertEqual(results["llm"], {"kind": "surrogate"})
        self.assertEqual([p["name"] for p in results["protocols"]], ["new-user", "new-system"])
        for protocol in results["protocols"]:
            names = {arm["name"] for arm in protocol["arms"]}
            self.assertEqual(names, {"baseline", "cosine", "llm", "hybrid", "random", "cosine-rank",
                                     "hybrid-frozen", "oracle"})

    def test_runs_again_and_prints_working_next_steps(self):
        out = self.directory / "demo"
        processes = [self.succeed("demo", "--out", out, *settings(*TINY)) for _ in range(2)]
        self.assertEqual(processes[0].stdout, processes[1].stdout)
        self.assertEqual((out / "results.json").read_bytes(),
                         (self.demo / "results.json").read_bytes())
        steps, _, serving = processes[1].stderr.split("try next:")[1].partition("serve it (docs/http_api.md):")
        lines = steps.strip().splitlines()
        self.assertGreaterEqual(len(lines), 3)
        for line in lines:
            arguments = shlex.split(line)
            self.assertEqual(arguments[0], BINARY)
            process = subprocess.run(arguments, capture_output=True, text=True, check=False,
                                     env=environment(), timeout=120)
            self.assert_exit(process, 0)
        arguments = shlex.split(serving)
        self.assertEqual(arguments[0], BINARY)
        with subprocess.Popen([*arguments, "--set", "serve.port=0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL, env=environment()) as server:
            first = server.stdout.readline()
            server.terminate()
        self.assertIn("serving ", first)
        self.assertEqual(server.returncode, 0)

    def test_keeps_out_of_directories_of_others(self):
        out = self.directory / "mine"
        out.mkdir()
        (out / "config.toml").write_text("# mine\n")
        self.assert_exit(run("demo", "--out", out, *settings(*TINY)), 2, "--out", "config.toml")
        self.assertEqual((out / "config.toml").read_text(), "# mine\n")

    def test_prints_a_table_with_verdicts_that_fits_the_terminal(self):
        process = self.compare(self.directory / "out")
        self.assert_exit(process, 0)
        for part in ("Protocol new-user", "Protocol new-system", "hybrid vs baseline", "oracle",
                     "a rule-based", "Judge: responses"):
            self.assertIn(part, process.stdout)
        self.assertLessEqual(max(map(len, process.stdout.splitlines())), 100)

    def test_recommends_as_text_and_json(self):
        process = self.recommend("--candidate", "candidate-000003", "-k", "4", "--json")
        self.assert_exit(process, 0)
        answer = json.loads(process.stdout)
        self.assertEqual(answer["candidate"], "candidate-000003")
        self.assertEqual(len(answer["recommendations"]), 4)
        values = [job["q"] for job in answer["recommendations"]]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertEqual(set(answer["recommendations"][0]),
                         {"job_id", "title", "company", "q", "predicted_reward", "cosine",
                          "matched_skills", "missing_skills"})
        text = self.recommend("--candidate", "candidate-000003", "-k", "80")
        self.assert_exit(text, 0)
        self.assertIn(answer["recommendations"][0]["job_id"], text.stdout)

    def test_validate_says_that_the_store_is_ready(self):
        process = self.succeed("validate", "--store", self.store, *settings(*TINY))
        self.assertIn("ready for compare: yes", process.stdout)
        report = json.loads(self.succeed("validate", "--store", self.store, *settings(*TINY),
                                         "--json").stdout)
        self.assertTrue(report["ready_for_compare"])
        self.assertEqual(report["jobs"]["count"], 80)


class RepeatabilityTest(MarketTest):
    def test_results_do_not_depend_on_run_or_workers(self):
        outs = []
        for name, workers in (("a", 1), ("b", 1), ("c", 2)):
            out = self.directory / name
            self.assert_exit(self.compare(out, "--workers", workers), 0)
            outs.append((out / "results.json").read_bytes())
        self.assertEqual(outs[0], outs[1])
        self.assertEqual(outs[0], outs[2])

    def test_a_run_directory_configures_the_same_run_again(self):
        first, again = self.directory / "first", self.directory / "again"
        self.assert_exit(self.compare(first, "--seed", 5), 0)
        process = self.succeed("compare", "--store", self.store, "--out", again, "--config",
                               first / "config.toml", "--json")
        self.assertEqual((first / "results.json").read_text(), process.stdout)

    def test_another_seed_gives_other_results(self):
        for name, seed in (("a", 1), ("b", 7)):
            self.assert_exit(self.compare(self.directory / name, "--seed", seed), 0)
        self.assertNotEqual((self.directory / "a/results.json").read_bytes(),
                            (self.directory / "b/results.json").read_bytes())


class TerminalTest(MarketTest):
    def test_a_pipe_gets_neither_colours_nor_control_characters(self):
        process = self.compare(self.directory / "out")
        self.assertNotIn("\x1b", process.stdout + process.stderr)
        self.assertNotIn("\r", process.stderr)

    def test_quiet_is_quiet(self):
        process = self.compare(self.directory / "out", "--quiet")
        self.assert_exit(process, 0)
        self.assertEqual(process.stderr, "")
        self.assertIn("Protocol new-user", process.stdout)

    def test_the_environment_configures_below_flags(self):
        variables = {**environment(), "DYNAJOB_COMPARE_SEEDS": "1", "DYNAJOB_COMPARE_STEPS": "15"}
        process = run("compare", "--seeds", "3", "--print-config", env=variables)
        self.assert_exit(process, 0)
        self.assertIn("seeds = 3  # command line", process.stdout)
        self.assertIn("steps = 15  # environment", process.stdout)


class DoctorTest(EndToEndTest):
    def test_finds_the_machine_in_order(self):
        process = self.succeed("doctor", "--out", self.directory)
        self.assertIn("SQLite", process.stdout)
        self.assertNotIn("fail", process.stdout)

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run([BINARY, "doctor", "--config-keys"], stdout=full,
                                     stderr=subprocess.PIPE, text=True, check=False,
                                     env=environment(), timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("standard output", process.stderr)
