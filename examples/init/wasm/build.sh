#!/bin/sh
# Builds target.wasm. Needs clang and wasm-ld (Debian: apt-get install clang lld).
set -eu
cd "$(dirname "$0")"
"${CC:-clang}" --target=wasm32 -std=c11 -O2 -Wall -nostdlib -ffreestanding -I . -Wl,--no-entry \
	-Wl,--export=__data_end -Wl,--export=__global_base -o target.wasm target.c
