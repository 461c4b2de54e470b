"""Embedding a store with a model in a folder: a small one with random weights, made here."""

import json
import random
import struct

from support import TINY, MarketTest, environment, run, settings

HIDDEN, INNER, POSITIONS, LAYERS = 16, 32, 32, 2
CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789+#.,-"
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *CHARACTERS, *("##" + c for c in CHARACTERS[:36])]


def safetensors(shapes):
    """A file with seeded random float32 tensors."""
    rng = random.Random(1)
    header, data = {}, bytearray()
    for name, shape in shapes.items():
        count = 1
        for size in shape:
            count *= size
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += struct.pack(f"<{count}f", *(rng.uniform(-0.5, 0.5) for _ in range(count)))
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(data)


def write_model(folder):
    shapes = {
        "embeddings.word_embeddings.weight": [len(VOCABULARY), HIDDEN],
        "embeddings.position_embeddings.weight": [POSITIONS, HIDDEN],
        "embeddings.token_type_embeddings.weight": [1, HIDDEN],
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        linear = {f"attention.self.{part}": (HIDDEN, HIDDEN) for part in ("query", "key", "value")}
        linear |= {"attention.output.dense": (HIDDEN, HIDDEN), "intermediate.dense": (INNER, HIDDEN),
                   "output.dense": (HIDDEN, INNER)}
        for name, (rows, columns) in linear.items():
            shapes[f"{prefix}{name}.weight"] = [rows, columns]
            shapes[f"{prefix}{name}.bias"] = [rows]
        norms += [prefix + "attention.output.LayerNorm", prefix + "output.LayerNorm"]
    for norm in norms:
        shapes[norm + ".weight"] = [HIDDEN]
        shapes[norm + ".bias"] = [HIDDEN]
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({
        "model_type": "bert", "vocab_size": len(VOCABULARY), "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": 2, "intermediate_size": INNER, "max_position_embeddings": POSITIONS,
        "type_vocab_size": 1, "hidden_act": "gelu"}))
    (folder / "vocab.txt").write_text("".join(token + "\n" for token in VOCABULARY))
    (folder / "model.safetensors").write_bytes(safetensors(shapes))


class EmbedTest(MarketTest):
    def setUp(self):
        super().setUp()
        self.folder = self.directory / "bert"
        write_model(self.folder)

    def embedders(self):
        """Of all fields that have vectors, as `validate` reports them."""
        report = json.loads(self.succeed("validate", "--store", self.store, "--json", *settings(*TINY)).stdout)
        found = set()

        def collect(value):
            if isinstance(value, dict):
                if value.get("embedder"):
                    found.add((value["embedder"], value["dimension"]))
                value = list(value.values())
            if isinstance(value, list):
                for entry in value:
                    collect(entry)

        collect(report)
        return found

    def test_a_model_in_a_folder_makes_all_vectors(self):
        process = self.succeed("embed", "--store", self.store, "--model", self.folder, "--json")
        report = json.loads(process.stdout)
        self.assertRegex(report["embedder"], r"^bert:unnamed:d16:t32:mean:l2:windows:[0-9a-f]{16}$")
        self.assertEqual(report["job"]["title"]["made"], 80)
        self.assertEqual(self.embedders(), {(report["embedder"], 16)})
        again = self.succeed("embed", "--store", self.store, "--json", *settings(
            f"embeddings.model={self.folder}", "embeddings.workers=1"))
        self.assertEqual(again.stdout, process.stdout)

    def test_a_policy_of_other_vectors_is_refused_naming_both_embedders(self):
        made = json.loads(self.succeed("embed", "--store", self.store, "--model", self.folder, "--json").stdout)
        process = self.recommend("--candidate", "candidate-000000")
        self.assertNotEqual(process.returncode, 0)
        self.assertIn(made["embedder"], process.stderr)
        self.assertIn("sample-market+spelling:bert", process.stderr)

    def test_the_sample_market_has_vectors_of_minilm_without_a_model(self):
        empty = environment() | {"XDG_CACHE_HOME": str(self.directory)}
        process = self.succeed("embed", "--store", self.store, "--model", "sample", "--json", env=empty)
        report = json.loads(process.stdout)
        self.assertRegex(report["embedder"], r"^sample-market\+spelling:bert:MiniLM-L6-H384-uncased:d384:.*:f16:[0-9a-f]{8}:d384$")
        self.assertEqual({field: counts["made"] for field, counts in report["job"].items()},
                         dict.fromkeys(("title", "tech", "soft", "experience"), 80))
        self.assertEqual(self.embedders(), {(report["embedder"], 384)})

        rows = self.directory / "rows.jsonl"
        rows.write_text('{"job_id": "1", "title": "Zookeeper of Utrecht", "skills": ["SQL"]}\n')
        foreign = self.directory / "foreign.db"
        self.succeed("import", rows, "--store", foreign)
        process = self.succeed("embed", "--store", foreign, "--model", "sample")
        self.assertIn("placed by their spelling", process.stderr)
        self.assertIn("--model minilm", process.stderr)
        self.assert_exit(run("embed", "--store", foreign, "--model", "sample", *settings("embeddings.dimension=385")),
                         2, "embeddings.dimension is 385", "have 384")

    def test_missing_makes_only_what_is_not_there(self):
        whole = json.loads(self.succeed("embed", "--store", self.store, "--model", self.folder, "--json").stdout)
        rows = self.directory / "rows.jsonl"
        rows.write_text('{"job_id": "new", "title": "Zookeeper of Utrecht", "skills": ["SQL"]}\n')
        self.succeed("import", rows, "--store", self.store)
        process = self.succeed("embed", "--store", self.store, "--model", self.folder, "--missing", "--json")
        report = json.loads(process.stdout)
        self.assertEqual(report["job"]["title"]["made"], 1)
        self.assertEqual(report["candidate"]["hard"]["made"], 0)
        self.assertEqual(report["kept"], whole["job"]["title"]["made"] + whole["candidate"]["hard"]["made"])
        self.assertEqual(self.embedders(), {(report["embedder"], 16)})
        self.assert_exit(run("embed", "--store", self.store, "--missing", "--replace"), 2, "--missing", "--replace")

    def test_unknown_and_unsupported_models_are_refused_and_leave_the_vectors(self):
        before = self.embedders()
        self.assert_exit(run("embed", "--store", self.store, "--model", "no-such-model"), 1,
                         "no-such-model", "make minilm")
        empty = environment() | {"XDG_CACHE_HOME": str(self.directory)}
        self.assert_exit(run("embed", "--store", self.store, "--model", "minilm", env=empty), 1, "make minilm")
        config = json.loads((self.folder / "config.json").read_text())
        (self.folder / "config.json").write_text(json.dumps(config | {"model_type": "roberta"}))
        self.assert_exit(run("embed", "--store", self.store, "--model", self.folder), 2, "'roberta'")
        (self.folder / "config.json").write_text(json.dumps(config))
        (self.folder / "model.safetensors").write_bytes(b"\0" * 64)
        self.assert_exit(run("embed", "--store", self.store, "--model", self.folder), 7, "model.safetensors")
        self.assertEqual(self.embedders(), before)
