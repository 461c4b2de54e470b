#!/usr/bin/env bash
# Runs the client and the program against a real engine: llama.cpp's server with a tiny model of
# random weights. It proves the protocol, not the labels.
#
# The engine is $LLAMA_SERVER, or built by build_llama_server.sh. Exit code 77: there is no engine,
# and nothing was tested.
set -euo pipefail
cd "$(dirname "$0")/.."

server=${LLAMA_SERVER:-}
if [ -n "$server" ] && [ ! -x "$server" ]; then
  echo "error: LLAMA_SERVER=$server is not a program" >&2
  exit 2
fi
[ -n "$server" ] || server=$(scripts/build_llama_server.sh)
cmake --preset release >/dev/null
cmake --build --preset release --target dynajob dynajob_llm_engine_test

mkdir -p build/llama
model=build/llama/tiny.gguf
log=build/llama/server.log
python3 tests/engine/tiny_gguf.py "$model"
unset OPENAI_API_KEY
pid=
stop_engine() {
  [ -z "$pid" ] || { kill "$pid" && wait "$pid"; } 2>/dev/null || true
  pid=
}
trap stop_engine EXIT

# start_engine SLOTS TOKENS: that many calls at once, each with that much context. Long prompts are
# refused instead of cut. One thread: with more, those of so small a model mostly wait for another.
start_engine() {
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$server" --model "$model" --alias tiny-random --host 127.0.0.1 --port "$port" --no-webui \
    --parallel "$1" --ctx-size "$(($1 * $2))" --no-context-shift --threads 1 >"$log" 2>&1 &
  pid=$!
  export OPENAI_BASE_URL=http://127.0.0.1:$port/v1
}

fail() {
  tail -20 "$log" >&2
  exit 1
}

start_engine 64 1024
build/release/modules/llm/dynajob_llm_engine_test || fail
stop_engine
start_engine 4 8192
PYTHONDONTWRITEBYTECODE=1 python3 tests/engine/test_engine.py -v || fail
