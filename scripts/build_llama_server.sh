#!/usr/bin/env bash
# Builds llama.cpp's own server into build/llama and prints the path of the binary. Quiet and quick
# when it is there already; the first time takes several minutes.
#
# The source comes from PyPI: the source distribution of llama-cpp-python carries the whole of
# llama.cpp, tools/server included. Nothing of the Python package is built or used. Exit code 77: it
# cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.3.16
sha256=34ed0f9bd9431af045bb63d9324ae620ad0536653740e9bb163a2e1fcb973be6
directory=build/llama
binary=$directory/$version/bin/llama-server
if [ ! -x "$binary" ]; then
  scripts/install_dependencies.sh python3-pip python3-venv >&2
  mkdir -p "$directory/download"
  archive=$directory/download/llama_cpp_python-$version.tar.gz
  if [ ! -f "$archive" ]; then
    echo "Downloading llama.cpp (51 MB)" >&2
    echo "llama-cpp-python==$version --hash=sha256:$sha256" >"$directory/download/requirements.txt"
    python3 -m pip download --quiet --no-deps --no-binary llama-cpp-python \
      --requirement "$directory/download/requirements.txt" --dest "$directory/download" >&2 || {
      echo "SKIPPED, nothing was tested: llama.cpp could not be downloaded from PyPI (see above)." >&2
      echo "Name an engine that you have: LLAMA_SERVER=/path/to/llama-server make test-llm" >&2
      exit 77
    }
  fi
  tar -xzf "$archive" -C "$directory" "llama_cpp_python-$version/vendor/llama.cpp"
  echo "Building llama-server" >&2
  cmake -S "$directory/llama_cpp_python-$version/vendor/llama.cpp" -B "$directory/$version" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DGGML_OPENMP=OFF \
    -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF >"$directory/build.log" 2>&1 &&
    nice cmake --build "$directory/$version" -j "${JOBS:-$(nproc)}" --target llama-server \
      >>"$directory/build.log" 2>&1 ||
    { tail -40 "$directory/build.log" >&2; exit 1; }
fi
echo "$binary"
