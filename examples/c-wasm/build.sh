#!/bin/sh
# Builds page_alloc.c with its adapter, target.c, for buddycheck; with a number, the mutant of mutants.txt.
#
#   ./build.sh wasm [MUTANT]       page_alloc.wasm      needs clang and wasm-ld (Debian: apt-get install clang lld)
#   ./build.sh process [MUTANT]    page_alloc           needs any C compiler
#
# They are written to the current folder. OUT names another file to write, CC another compiler.
set -eu
here=$(dirname "$0")
as=${1:-wasm}
set -- -std=c11 -O2 -Wall -Wextra -Wpedantic -I "$here/../../include" -D "MUTANT=${2:-0}" "$here/target.c" "$here/page_alloc.c"
case $as in
wasm)
	exec "${CC:-clang}" --target=wasm32 -nostdlib -ffreestanding -Wl,--no-entry \
		-Wl,--export=__data_end -Wl,--export=__global_base -o "${OUT:-page_alloc.wasm}" "$@" ;;
process)
	exec "${CC:-cc}" -o "${OUT:-page_alloc}" "$@" ;;
*)
	echo "usage: $0 wasm|process [MUTANT]" >&2
	exit 2 ;;
esac
