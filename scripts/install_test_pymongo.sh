#!/usr/bin/env bash
# Makes a virtual environment with pymongo in build/test-pymongo, for the tests that read and write as a
# Python program would; prints its interpreter. Further arguments are requirements to install beside it.
exec "$(dirname "$0")/install_test_packages.sh" test-pymongo pymongo==4.10.1 "$@"
