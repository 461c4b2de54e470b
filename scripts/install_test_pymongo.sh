#!/usr/bin/env bash
# Makes a virtual environment with pymongo in build/test-pymongo, for the tests that read and write as a
# Python program would. Quiet when there is nothing to do; prints its interpreter. Further arguments are
# requirements to install beside it.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=(pymongo==4.10.1 "$@")
target=$PWD/build/test-pymongo
installed=$(cat "$target/requirements" 2>/dev/null || true)
missing=()
for requirement in "${requirements[@]}"; do
  grep -qxF -- "$requirement" <<< "$installed" || missing+=("$requirement")
done
if [ ${#missing[@]} -gt 0 ]; then
  scripts/install_dependencies.sh python3-venv >&2
  [ -x "$target/bin/python" ] || /usr/bin/python3 -m venv "$target" >&2
  "$target/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 "${missing[@]}" >&2
  printf '%s\n' "${missing[@]}" >> "$target/requirements"
fi
echo "$target/bin/python"
