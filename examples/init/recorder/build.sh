#!/bin/sh
# Builds the program `recorded` and runs it: it writes trace.jsonl.
set -eu
cd "$(dirname "$0")"
"${CC:-cc}" -std=c11 -O2 -g -Wall -I . -o recorded recorded.c
./recorded trace.jsonl
