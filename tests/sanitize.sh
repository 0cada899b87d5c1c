#!/usr/bin/env bash
# Builds tests with a sanitizer and runs them.
#
#   tests/sanitize.sh <preset> <build folder> <test or folder of tests>...
#
# For example: tests/sanitize.sh asan build/asan tests/core/http tst_registry
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1 build=$2
shift 2

targets=() folders=() names=
for item; do
    case $item in
        */*) targets+=("$item/all") folders+=("$item") ;;
        *) targets+=("$item") names+="${names:+|}$item" ;;
    esac
done

jobs=${CORACLE_JOBS:-$(nproc)}
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=64
export UBSAN_OPTIONS=print_stacktrace=1
# QProcess forks while threads run.
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:die_after_fork=0:suppressions=$PWD/tests/tsan.supp

cmake --preset "$preset" -B "$build" >/dev/null
cmake --build "$build" -j "$jobs" --target "${targets[@]}"

failed=
run() { ctest --output-on-failure --no-tests=error -j "$jobs" "$@" || failed=yes; }
for folder in "${folders[@]}"; do run --test-dir "$build/$folder"; done
[ -z "$names" ] || run --test-dir "$build" -R "^($names)\$"
[ -z "$failed" ]
