// The words of native traces as bytes; those of the two most common lines cut into fours, as a DataView reads them.

/** Four ASCII characters as the number that a DataView reads. */
function four(text: string): number {
  return Array.from(text).reduce((word, character) => word * 256 + character.charCodeAt(0), 0);
}

// Cut into fours: {"op ":"a lloc ","o rder ": 3 ,"pf n": 64}   {"op ":"f ree" ,"pf n": 64 ,"or der" : 3}
export const OPENING: number = four('{"op');
export const COLON_A: number = four('":"a');
export const COLON_F: number = four('":"f');
export const LLOC: number = four("lloc");
export const REE_: number = four('ree"');
export const THEN_O: number = four('","o');
export const RDER: number = four("rder");
export const THEN_OR: number = four(',"or');
export const DER_: number = four('der"');
export const THEN_PF: number = four(',"pf');
export const END_OF_KEY: number = four('":');

// Words that are compared byte by byte, with the quote behind them where they are keys or texts.
export const SNAPSHOT_WORD: Uint8Array = new TextEncoder().encode('snapshot"');
export const NULL_WORD: Uint8Array = new TextEncoder().encode("null");
export const TRUE_WORD: Uint8Array = new TextEncoder().encode("true");
export const FALSE_WORD: Uint8Array = new TextEncoder().encode("false");
export const ZONE_KEY: Uint8Array = new TextEncoder().encode('zone"');
export const T_END_KEY: Uint8Array = new TextEncoder().encode('t_end"');
export const ZEROED_KEY: Uint8Array = new TextEncoder().encode('zeroed"');
export const ADDR_KEY: Uint8Array = new TextEncoder().encode('addr"');
export const HEADER_KEY: Uint8Array = new TextEncoder().encode('buddytrace"');
export const CACHED_KEY: Uint8Array = new TextEncoder().encode('cached"');

/** The number, of digits and perhaps a fraction, that starts here. */
export function numberAt(bytes: Uint8Array, start: number): number {
  let end = start;
  while (((bytes[end] as number) >= 0x30 && (bytes[end] as number) <= 0x39) || bytes[end] === 0x2e) end++;
  return Number(new TextDecoder().decode(bytes.subarray(start, end)));
}
