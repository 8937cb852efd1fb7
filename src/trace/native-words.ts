// The fixed parts of the two most common lines of a native trace, cut into fours, as a DataView reads them.

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
