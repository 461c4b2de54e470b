"""Writes what the Python package computes, as expectations for the tests of this folder's parent.

    make_expectations.py MODEL      (a folder of all-MiniLM-L6-v2; `make verify-minilm` makes the
                                     environment that this needs: sentence-transformers)

tiny_bert.json         tokens of tiny_vocab.txt and vectors of small BERT models, whose weights are the
                       function `weight` below, in three variants; the test makes the same models
tiny_checkpoint.bin    a state_dict as torch.save writes it
minilm.jsonl           50 texts with the token ids and the vector (float16) of MODEL
"""

import json
import pathlib
import sys
import zlib

import numpy
import sentence_transformers
import tokenizers
import torch
import transformers

HERE = pathlib.Path(__file__).resolve().parent

TEXTS = [
    "",
    " \t\r\n ",
    "a",
    "python",
    "Machine learning",
    "C++, C# and .NET (5+ years)",
    "Senior Software Engineer",
    "Registered nurse, night shift, 12-hour rotations; BLS/ACLS required.",
    "We're looking for someone who doesn't mind working with customers' data!",
    "machine learning " * 5000,
    "word " * 10000,
    "x" * 99 + " " + "y" * 100 + " " + "z" * 101,
    "internationalization antidisestablishmentarianism supercalifragilisticexpialidocious",
    "\U0001F600 emoji \U0001F469\u200d\U0001F4BB and flags \U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7 done\u2705",
    "\u8f6f\u4ef6\u5de5\u7a0b\u5e08\uff0c\u719f\u6089Python\u548cC++\u3002",
    "\u6a5f\u68b0\u5b66\u7fd2\u30a8\u30f3\u30b8\u30cb\u30a2 \u304c\u5fc5\u8981\u3067\u3059",
    "\uac1c\ubc1c\uc790 \uc11c\uc6b8 \ud55c\uad6d\uc5b4",
    "\u0645\u0647\u0646\u062f\u0633 \u0628\u0631\u0645\u062c\u064a\u0627\u062a\u060c \u062e\u0628\u0631\u0629 \u0663 \u0633\u0646\u0648\u0627\u062a\u061f",
    "\u0645\u064f\u0647\u064e\u0646\u0652\u062f\u0650\u0633\u064c",
    "\u05de\u05d4\u05e0\u05d3\u05e1 \u05ea\u05d5\u05db\u05e0\u05d4",
    "\u0938\u0949\u092b\u094d\u091f\u0935\u0947\u092f\u0930 \u0907\u0902\u091c\u0940\u0928\u093f\u092f\u0930",
    "\u0418\u043d\u0436\u0435\u043d\u0435\u0440-\u043f\u0440\u043e\u0433\u0440\u0430\u043c\u043c\u0438\u0441\u0442 \u0439\u043e\u0433",
    "\u039c\u03b7\u03c7\u03b1\u03bd\u03b9\u03ba\u03cc\u03c2 \u039b\u039f\u0393\u0399\u03a3\u039c\u0399\u039a\u039f\u03a5 \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03a3",
    "r\u00e9sum\u00e9 na\u00efve caf\u00e9 Z\u00fcrich \u00c5ngstr\u00f6m",
    "re\u0301sume\u0301 nai\u0308ve cafe\u0301 Zu\u0308rich A\u030angstro\u0308m",
    "e\u0301\u0302\u0303\u0304\u0305 z\u0351\u036b\u0343\u036a\u0302\u036b\u033da\u0328\u0301l\u034f\u0321go",
    "\u0130stanbul \u0131\u015f\u0131k \u1e9eStra\u00dfe \ufb01nance \u2167 \u00bd \u00b2",
    "na\u00adive\u200bzero\u200cwidth\u200djoiner\ufeffbom",
    "tab\tnew\nline\rreturn\x0bvertical\x0cform\x1cfile\x85next\u2028line\u2029paragraph\u00a0nbsp\u3000wide",
    "nul\x00 bell\x07 escape\x1b[31m delete\x7f",
    "[CLS] is a token, [SEP] too; [MASK][PAD][UNK] [cls] [ SEP ]",
    "##ing ## # ##",
    "\u201cquotes\u201d \u2018single\u2019 \u00ab\u00bb \u2014 \u2013 \u2026 \u2022 \u00b7 \u00a7 \u00b6",
    "$100,000\u2013$150,000/yr \u20ac80k \u00a350 \u00a55000 \u20b910L ~ ^ ` | < > = +",
    "http://example.org/a?b=c&d=e#f user@example.org @handle #tag",
    "\u0e27\u0e34\u0e28\u0e27\u0e01\u0e23\u0e0b\u0e2d\u0e1f\u0e15\u0e4c\u0e41\u0e27\u0e23\u0e4c",
    "\U00020000\U0002A6DF\U0002B81D \uf900\ufaff \U0002F800",
    "\U0001D400\U0001D41B \uff26\uff55\uff4c\uff4c \u2460 \u33a1",
    "\ue000private\uf8ff \U000F0000 \ufdd0",
    "\u166d \U000111c9 \u1734a \u09fd \u2e43 \u1ab0",
    "9 to 5; 24/7; 3.14159; 1,000,000; 50%",
    "<p>We offer:</p><ul><li>401(k)</li><li>Health &amp; dental</li></ul>",
    "ALL CAPS JOB TITLE!!! APPLY NOW!!!",
    "The quick brown fox jumps over the lazy dog. " * 40,
]
BROKEN = [
    b"caf\xe9 latin-1 r\xe9sum\xe9",
    b"cut \xe2\x82",
    b"\xff\xfe\x00u\x00t\x00f\x001\x006",
    b"overlong \xc0\x80 \xe0\x80\xaf surrogate \xed\xa0\x80 beyond \xf4\x90\x80\x80 end",
    b"wo\x80rd joi\xf0\x9f\x98ned \xf0\x9f\x98\x80",
    b"\xe4\xb8\xad\xe6\x96 \xe4\xb8\xad\xe6\x96\x87",
]
TINY_TEXTS = [0, 2, 3, 4, 5, 8, 13, 14, 17, 23, 24, 30]
VARIANTS = [("gelu", "mean"), ("gelu_new", "cls"), ("relu", "max")]


def raw_texts():
    return [text.encode() for text in TEXTS] + BROKEN


def weight(name, count):
    """The same numbers as TinyWeight of minilm_test.cc."""
    bits = (zlib.crc32(name.encode()) + numpy.arange(count, dtype=numpy.uint64) * 2654435761) % 2**32
    for _ in range(2):
        bits = ((bits ^ (bits >> numpy.uint64(16))) * numpy.uint64(0x45D9F3B)) % 2**32
    bits ^= bits >> numpy.uint64(16)
    values = bits.astype(numpy.float64) / 2**32 - 0.5
    return values + 1 if name.endswith("LayerNorm.weight") else values


def tiny_model(activation, vocabulary):
    config = transformers.BertConfig(
        vocab_size=vocabulary, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
        intermediate_size=40, max_position_embeddings=64, type_vocab_size=2, hidden_act=activation)
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    state = {name: torch.tensor(weight(name, tensor.numel()).reshape(tensor.shape), dtype=torch.float32)
             for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
    model.load_state_dict(state, strict=False)
    return model


def pool(states, pooling):
    vector = {"mean": states.mean(0), "cls": states[0], "max": states.max(0).values}[pooling]
    return (vector / vector.norm()).tolist()


def write_tiny():
    vocabulary = (HERE / "tiny_vocab.txt").read_text().split("\n")[:-1]
    wordpiece = tokenizers.Tokenizer(tokenizers.models.WordPiece(
        {token: i for i, token in enumerate(vocabulary)}, unk_token="[UNK]", max_input_chars_per_word=100))
    wordpiece.normalizer = tokenizers.normalizers.BertNormalizer()
    wordpiece.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    wordpiece.post_processor = tokenizers.processors.BertProcessing(
        ("[SEP]", vocabulary.index("[SEP]")), ("[CLS]", vocabulary.index("[CLS]")))
    wordpiece.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    wordpiece.enable_truncation(40)
    texts = [raw_texts()[i] for i in TINY_TEXTS] + BROKEN
    ids = [wordpiece.encode(text.decode("utf-8", errors="replace")).ids for text in texts]
    result = {"texts": [text.hex() for text in texts], "ids": ids, "variants": []}
    for activation, pooling in VARIANTS:
        model = tiny_model(activation, len(vocabulary))
        with torch.inference_mode():
            vectors = [pool(model(torch.tensor([row])).last_hidden_state[0], pooling) for row in ids]
        result["variants"].append({"activation": activation, "pooling": pooling,
                                   "vectors": [[round(x, 7) for x in row] for row in vectors]})
    (HERE / "tiny_bert.json").write_text(json.dumps(result) + "\n")
    model = tiny_model("gelu", len(vocabulary))
    state = model.state_dict()
    keep = {name: state[name] for name in ("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")}
    keep["half"] = torch.tensor([1.0, -2.0, 65504.0], dtype=torch.float16)
    keep["brain"] = torch.tensor([[1.0], [-0.5]], dtype=torch.bfloat16)
    keep["numbers"] = torch.arange(3)
    keep["part"] = torch.arange(12, dtype=torch.float32).reshape(4, 3)[1:3]
    state.clear()
    state.update(keep)  # an OrderedDict with attributes, as models have
    torch.save(state, HERE / "tiny_checkpoint.bin")


def write_minilm(folder):
    model = sentence_transformers.SentenceTransformer(folder, device="cpu")
    raw = raw_texts()
    assert len(raw) == 50, len(raw)
    texts = [text.decode("utf-8", errors="replace") for text in raw]
    ids = model.tokenizer(texts, truncation=True, max_length=model.max_seq_length)["input_ids"]
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    with open(HERE / "minilm.jsonl", "w") as out:
        for text, row, vector in zip(raw, ids, vectors):
            unit = next((n for n in (5, 17, 45) if len(text) > 1000 and text == text[:n] * (len(text) // n)), 0)
            entry = {"text": text.hex(), "repeat": 1}
            if unit:
                entry = {"text": text[:unit].hex(), "repeat": len(text) // unit}
            entry |= {"ids": list(row), "vector": vector.astype("<f2").tobytes().hex()}
            out.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    write_tiny()
    write_minilm(sys.argv[1])
