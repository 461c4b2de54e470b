"""Compares dynajob's MiniLM with the Python package's, and their speed, in one run.

    verify_minilm.py --program minilm_throughput [--model DIR] [--data DIR] [--count 1000] [--threads 1]

Texts: job postings and résumés of DIR (real_jobs.jsonl.gz and real_candidates.jsonl.gz, beside the
checkout), from single skills to whole descriptions, and odd bytes made of them. On every text the token
ids must be identical and the cosine of the vectors at least 0.9999. Ends with 1 if they are not, and
with 0 and a message when there is no data. Needs sentence-transformers; `make verify-minilm` installs it.
"""

import argparse
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

LEAST_COSINE = 0.9999


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def choose_texts(folder, count):
    """Evenly from every kind of text, in a fixed order."""
    jobs = rows(folder / "real_jobs.jsonl.gz")
    people = rows(folder / "real_candidates.jsonl.gz")
    kinds = [
        [row.get("description") or "" for row in jobs],
        [row.get("title") or "" for row in jobs],
        [f"{row.get('title')}, {row.get('company')}, {row.get('location')}" for row in jobs],
        [row.get("resume") or "" for row in people],
        [skill for row in people for skill in (row.get("hard_skills") or []) + (row.get("soft_skills") or [])],
    ]
    texts = []
    for kind in kinds:
        share = count // len(kinds)
        step = max(1, len(kind) // share)
        texts += [text.encode() for text in kind[::step][:share]]
    # The rest: more descriptions, every fifth of them damaged as transfers damage text.
    for index, row in enumerate(jobs[1::2][: count - len(texts)]):
        text = (row.get("description") or "").encode()
        if index % 5 == 0:
            text = text[:1000] + b"\xe2\x82" + text[1000:2000] + b"\xff\xc0\x80\xed\xa0\x80" + text[2000:]
        texts.append(text)
    return texts


def run_dynajob(program, model, texts, threads, dimension):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "texts").write_bytes(b"".join(struct.pack("<Q", len(text)) + text for text in texts))
        output = subprocess.run(
            [program, "--model", model, "--texts", folder / "texts", "--out", folder / "out",
             "--workers", str(threads), "--repeat", "1"],
            check=True, stdout=subprocess.PIPE,
        ).stdout
        data = (folder / "out").read_bytes()
    ids, vectors, at = [], [], 0
    for _ in texts:
        (count,) = struct.unpack_from("<Q", data, at)
        ids.append(list(struct.unpack_from(f"<{count}i", data, at + 8)))
        vectors.append(struct.unpack_from(f"<{dimension}f", data, at + 8 + 4 * count))
        at += 8 + 4 * count + 4 * dimension
    return json.loads(output), ids, vectors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    parser.add_argument("--model", default=str(pathlib.Path(cache) / "dynajob" / "models" / "all-MiniLM-L6-v2"))
    parser.add_argument("--data", default=pathlib.Path(__file__).resolve().parents[1] / ".." / "shared" / "data")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--has-data", action="store_true", help="only say whether there is data: exit code 0 or 1")
    options = parser.parse_args()
    data = pathlib.Path(options.data)
    if not (data / "real_jobs.jsonl.gz").exists():
        print(f"skipped: there is no real_jobs.jsonl.gz in {data}")
        return 1 if options.has_data else 0
    if options.has_data:
        return 0

    import numpy
    import torch
    import transformers
    import sentence_transformers

    torch.set_num_threads(options.threads)
    transformers.logging.set_verbosity_error()
    model = sentence_transformers.SentenceTransformer(options.model, device="cpu")
    raw = choose_texts(data, options.count)
    texts = [text.decode("utf-8", errors="replace") for text in raw]

    # In turn, so that whatever else the machine does hits both; the best run of each counts.
    runs, reports = [], []
    for _ in range(options.repeat):
        start, processor_start = time.monotonic(), time.process_time()
        expected = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
        runs.append((time.monotonic() - start, time.process_time() - processor_start))
        report, ids, vectors = run_dynajob(
            options.program, options.model, raw, options.threads, expected.shape[1])
        reports.append(report)
    seconds, processor = (min(column) for column in zip(*runs))
    own_seconds = min(report["seconds"] for report in reports)
    own_processor = min(report["processor_seconds"] for report in reports)
    share = max(report["matrix_share"] for report in reports)

    expected_ids = model.tokenizer(texts, truncation=True, max_length=model.max_seq_length)["input_ids"]
    different = [i for i in range(len(texts)) if list(expected_ids[i]) != ids[i]]
    cosines = (numpy.asarray(vectors, dtype=numpy.float64) * expected.astype(numpy.float64)).sum(axis=1)
    far = [i for i in range(len(texts)) if not cosines[i] >= LEAST_COSINE]
    tokens = sum(map(len, ids))
    print(f"texts {len(texts)}, tokens {tokens}, threads {options.threads}")
    print(f"token ids: {len(texts) - len(different)} identical, {len(different)} different")
    print(f"cosine: lowest {cosines.min():.9f}, {len(far)} below {LEAST_COSINE}")
    print(f"sentence-transformers {sentence_transformers.__version__} (torch {torch.__version__}): "
          f"{len(texts) / seconds:.1f} texts/s, {tokens / seconds:.0f} tokens/s, processor time {processor:.1f} s")
    print(f"dynajob: {len(texts) / own_seconds:.1f} texts/s, {tokens / own_seconds:.0f} tokens/s, "
          f"processor time {own_processor:.1f} s; matrix multiplication is {100 * share:.1f} % of its time")
    print(f"dynajob is {seconds / own_seconds:.2f} times as fast by the clock, "
          f"{processor / own_processor:.2f} times by processor time")
    for i in (different + far)[:5]:
        print(f"differs: {raw[i][:200]!r} cosine {cosines[i]}", file=sys.stderr)
    return 1 if different or far else 0


if __name__ == "__main__":
    sys.exit(main())
