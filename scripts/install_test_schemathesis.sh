#!/usr/bin/env bash
# Makes a virtual environment in build/test-schemathesis with what checks the HTTP API: an OpenAPI
# validator, schemathesis and Prometheus' own parser. Quiet when there is nothing to do; prints its
# interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=(schemathesis==4.4.2 openapi-spec-validator==0.7.2 prometheus-client==0.23.1
  hypothesis==6.147.0)  # later ones lack what schemathesis uses of it
target=$PWD/build/test-schemathesis
if [ "$(cat "$target/requirements" 2>/dev/null || true)" != "${requirements[*]}" ]; then
  scripts/install_dependencies.sh python3-venv >&2
  [ -x "$target/bin/python" ] || /usr/bin/python3 -m venv "$target" >&2
  "$target/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 "${requirements[@]}" >&2
  printf '%s' "${requirements[*]}" > "$target/requirements"
fi
echo "$target/bin/python"
