#!/usr/bin/env bash
# Makes sure that there is a browser for the tests of the pages: Debian's Chromium, unless the machine has
# one. Quiet when there is nothing to do; prints its path.
set -euo pipefail
cd "$(dirname "$0")"
./find_browser.sh && exit 0
./install_dependencies.sh chromium fonts-dejavu-core >&2
./find_browser.sh
