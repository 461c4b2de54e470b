#!/usr/bin/env python3
"""Writes a tiny Llama with random weights as a GGUF file: `tiny_gguf.py FILE`.

It proves that an engine and our client speak the same protocol; what it answers means nothing. The
same file every time. Standard library only; the format is that of ggml's docs/gguf.md, version 3.
"""

import array
import random
import struct
import sys

EMBEDDING, BLOCKS, HEADS, FEED_FORWARD, CONTEXT, VOCABULARY = 64, 2, 4, 128, 8192, 512
SPECIAL_TOKENS = 3 + 256  # those before the first that stands for a character or a word
ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32_TENSOR = 0
NORMAL_TOKEN, UNKNOWN_TOKEN, CONTROL_TOKEN, BYTE_TOKEN = 1, 2, 3, 6
CHAT_TEMPLATE = ("{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n"
                 "{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}")


def vocabulary():
    """(text, type) of each token: SentencePiece's layout, so that any text can be tokenized."""
    tokens = [("<unk>", UNKNOWN_TOKEN), ("<s>", CONTROL_TOKEN), ("</s>", CONTROL_TOKEN)]
    tokens += [(f"<0x{byte:02X}>", BYTE_TOKEN) for byte in range(256)]
    tokens += [("\u2581", NORMAL_TOKEN)]  # a space
    tokens += [(chr(code), NORMAL_TOKEN) for code in range(0x21, 0x7F)]
    tokens += [(word, NORMAL_TOKEN) for word in ("IGNORE", "CLICK", "SAVE", "APPLY")]
    tokens += [(f"\u2581word{i}", NORMAL_TOKEN) for i in range(VOCABULARY - len(tokens))]
    return tokens


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def scalar(kind, value):
    if kind == STRING:
        return text(value)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def entry(key, kind, value):
    return text(key) + struct.pack("<I", kind) + scalar(kind, value)


def list_entry(key, kind, values):
    head = text(key) + struct.pack("<IIQ", ARRAY, kind, len(values))
    return head + b"".join(scalar(kind, value) for value in values)


def metadata():
    tokens = vocabulary()
    return [
        entry("general.architecture", STRING, "llama"),
        entry("general.name", STRING, "tiny-random"),
        entry("general.alignment", UINT32, ALIGNMENT),
        entry("llama.context_length", UINT32, CONTEXT),
        entry("llama.embedding_length", UINT32, EMBEDDING),
        entry("llama.block_count", UINT32, BLOCKS),
        entry("llama.feed_forward_length", UINT32, FEED_FORWARD),
        entry("llama.attention.head_count", UINT32, HEADS),
        entry("llama.attention.head_count_kv", UINT32, HEADS),
        entry("llama.attention.layer_norm_rms_epsilon", FLOAT32, 1e-5),
        entry("llama.rope.dimension_count", UINT32, EMBEDDING // HEADS),
        entry("llama.vocab_size", UINT32, VOCABULARY),
        entry("tokenizer.ggml.model", STRING, "llama"),
        list_entry("tokenizer.ggml.tokens", STRING, [token for token, _ in tokens]),
        list_entry("tokenizer.ggml.scores", FLOAT32, [-float(i) for i in range(len(tokens))]),
        list_entry("tokenizer.ggml.token_type", INT32, [kind for _, kind in tokens]),
        entry("tokenizer.ggml.unknown_token_id", UINT32, 0),
        entry("tokenizer.ggml.bos_token_id", UINT32, 1),
        entry("tokenizer.ggml.eos_token_id", UINT32, 2),
        entry("tokenizer.chat_template", STRING, CHAT_TEMPLATE),
    ]


def tensors():
    """(name, shape with the innermost dimension first)."""
    yield "token_embd.weight", (EMBEDDING, VOCABULARY)
    yield "output_norm.weight", (EMBEDDING,)
    yield "output.weight", (EMBEDDING, VOCABULARY)
    for i in range(BLOCKS):
        yield f"blk.{i}.attn_norm.weight", (EMBEDDING,)
        for part in ("q", "k", "v", "output"):
            yield f"blk.{i}.attn_{part}.weight", (EMBEDDING, EMBEDDING)
        yield f"blk.{i}.ffn_norm.weight", (EMBEDDING,)
        yield f"blk.{i}.ffn_gate.weight", (EMBEDDING, FEED_FORWARD)
        yield f"blk.{i}.ffn_up.weight", (EMBEDDING, FEED_FORWARD)
        yield f"blk.{i}.ffn_down.weight", (FEED_FORWARD, EMBEDDING)


def weights(rng, name, shape):
    """Ones for norms, else normal with the variance that keeps activations of order one."""
    if len(shape) == 1:
        return array.array("f", [1.0] * shape[0])
    deviation = shape[0] ** -0.5
    values = array.array("f", [rng.gauss(0, deviation) for _ in range(shape[0] * shape[1])])
    if name == "output.weight":
        # Control and byte tokens are never the likeliest: engines report no logprobs for bytes that
        # are no character yet, and an answer is as long as it may be.
        for i in range(shape[0] * SPECIAL_TOKENS):
            values[i] = 0.0
    return values


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def build():
    rng = random.Random(1)
    entries = metadata()
    infos, payload, count = b"", b"", 0
    for name, shape in tensors():
        infos += text(name) + struct.pack("<I", len(shape))
        infos += struct.pack(f"<{len(shape)}Q", *shape)
        infos += struct.pack("<IQ", F32_TENSOR, len(payload))
        values = weights(rng, name, shape)
        if sys.byteorder == "big":
            values.byteswap()
        payload += padded(values.tobytes())
        count += 1
    head = b"GGUF" + struct.pack("<IQQ", 3, count, len(entries))
    return padded(head + b"".join(entries) + infos) + payload


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(build())
