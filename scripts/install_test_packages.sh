#!/usr/bin/env bash
# scripts/install_test_packages.sh NAME [--no-deps] REQUIREMENT...: makes a virtual environment with the
# requirements in build/NAME, for tests that compare dynajob with other programs; with --no-deps without
# what they depend on. Quiet when there is nothing to do; prints its interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$PWD/build/$1
shift
options=()
if [ "$1" = --no-deps ]; then
  options=(--no-deps)
  shift
fi
installed=$(cat "$target/requirements" 2>/dev/null || true)
missing=()
for requirement in "$@"; do
  grep -qxF -- "$requirement" <<< "$installed" || missing+=("$requirement")
done
if [ ${#missing[@]} -gt 0 ]; then
  scripts/install_dependencies.sh python3-venv >&2
  [ -x "$target/bin/python" ] || /usr/bin/python3 -m venv "$target" >&2
  "$target/bin/python" -m pip install --quiet --disable-pip-version-check --retries 5 "${options[@]}" "${missing[@]}" >&2
  printf '%s\n' "${missing[@]}" >> "$target/requirements"
fi
echo "$target/bin/python"
