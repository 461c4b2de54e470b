# Every target does all the set-up it needs: packages, configure, build.
.PHONY: all demo test test-api test-llm minilm verify-minilm sample-vectors asan tsan fuzz clean help \
        dependencies

all: dependencies
	@cmake --preset release >/dev/null
	@cmake --build --preset release

demo: all
	./build/release/dynajob demo

test: all
	@scripts/install_minilm.sh || echo 'MiniLM could not be fetched: its tests will be skipped'
	@scripts/install_test_browser.sh >/dev/null || echo 'There is no browser: the tests of pages will be skipped'
	tests/servers/with_mongodb ctest --preset release

# The HTTP API against an OpenAPI validator, schemathesis (5,000 requests and more) and Prometheus' parser.
test-api: all
	$$(scripts/install_test_schemathesis.sh) tests/api/check_api.py build/release/dynajob

test-llm: dependencies
	@scripts/test_llm.sh

# The model for `dynajob embed --model minilm`.
minilm: dependencies
	@scripts/install_minilm.sh

# The vectors of the sample market that are compiled in: after a change of its phrases.
sample-vectors: dependencies minilm
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target make_sample_vectors
	build/release/modules/market/make_sample_vectors modules/market/data/sample_vectors.safetensors

# Where the real texts are that verify-minilm compares on.
DATA ?= ../shared/data

# Whether it equals the Python package, and how fast both are. Installs that package (some 6 GB).
verify-minilm: dependencies minilm
	@cmake --preset release -DDYNAJOB_BUILD_BENCHMARKS=ON >/dev/null
	@cmake --build --preset release --target minilm_throughput
	@scripts/verify_minilm.sh build/release/benchmarks/minilm_throughput --data $(DATA)

asan: dependencies
	@cmake --preset asan-ubsan >/dev/null
	@cmake --build --preset asan-ubsan
	tests/servers/with_mongodb ctest --preset asan-ubsan

tsan: dependencies
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan
	tests/servers/with_mongodb ctest --preset tsan

FUZZ_SECONDS ?= 60

fuzz: dependencies
	@scripts/install_dependencies.sh clang-16 libclang-rt-16-dev
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz
	@for fuzzer in $$(find build/fuzz/modules -type f -name 'fuzz_*' -perm -u+x); do \
	  echo "== $$fuzzer" && $$fuzzer -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 || exit 1; \
	done

dependencies:
	@scripts/install_dependencies.sh

clean:
	rm -rf build

help:
	@echo 'make        install what is missing, configure, build build/release/dynajob'
	@echo 'make demo   the same, then train and compare on a sample market (runs/demo)'
	@echo 'make test   the same, then all tests, with a MongoDB server of their own'
	@echo 'make test-llm  the LLM client and the program against llama.cpp, with a tiny model of random weights'
	@echo 'make minilm put the embedding model all-MiniLM-L6-v2 where embed --model minilm looks'
	@echo 'make verify-minilm  compare it with the Python package (installs that, some 6 GB)'
	@echo 'make sample-vectors  make the sample market'"'"'s built-in vectors anew, with MiniLM'
	@echo 'make test-api  check the HTTP API with schemathesis and an OpenAPI validator'
	@echo 'make asan   build and test with the address and undefined-behaviour sanitizers'
	@echo 'make tsan   build and test with the thread sanitizer'
	@echo 'make fuzz   build the fuzzers with clang and run each for FUZZ_SECONDS (60)'
	@echo 'make clean  remove what was built'
