#!/usr/bin/env bash
# scripts/test_dashboard.sh unit | browser [FILE]: the tests of dashboard/, of its functions or of its pages in
# a browser (with DYNAJOB_BINARY, the program that makes them). Ends with 77, skipped, where there is no browser.
set -euo pipefail
cd "$(dirname "$0")/../dashboard"
kind=$1
shift
if [ "$kind" = browser ]; then
  DYNAJOB_BROWSER=$(../scripts/find_browser.sh) || {
    echo "skipped: no browser of the Chromium family (scripts/install_test_browser.sh installs one)"
    exit 77
  }
  export DYNAJOB_BROWSER
fi
exec node_modules/.bin/vitest run --dir "tests/$kind" "$@"
