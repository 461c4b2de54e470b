#!/usr/bin/env bash
# Runs the client's tests against a real engine: llama.cpp's server with a tiny model of random
# weights. It proves the protocol, not the labels.
set -euo pipefail
cd "$(dirname "$0")/.."

server=$(scripts/build_llama_server.sh)
cmake --preset release >/dev/null
cmake --build --preset release --target dynajob dynajob_llm_engine_test

model=build/llama/tiny.gguf
python3 tests/engine/tiny_gguf.py "$model"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
log=build/llama/server.log
"$server" --model "$model" --alias tiny-random --host 127.0.0.1 --port "$port" --no-webui \
  --parallel 64 --ctx-size 65536 --threads "$(nproc)" --cache-reuse 0 >"$log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true' EXIT

export OPENAI_BASE_URL=http://127.0.0.1:$port/v1
unset OPENAI_API_KEY
build/release/modules/llm/dynajob_llm_engine_test || { tail -20 "$log" >&2; exit 1; }
build/release/dynajob doctor --llm --set llm.model=tiny-random
