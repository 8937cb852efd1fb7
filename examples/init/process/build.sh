#!/bin/sh
# Builds the program `target`.
set -eu
cd "$(dirname "$0")"
"${CC:-cc}" -std=c11 -O2 -g -Wall -I . -o target target.c
