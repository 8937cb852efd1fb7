// Where a page lies in the picture of a pool, and which page lies where.
//
//  1. Rows: pages from left to right, then down. The number of columns is a power of two, so that buddies of small
//     orders stand side by side and those of large ones above each other.
//  2. Hilbert's curve: a block of even order is a square, one of odd order two squares side by side, and pages that are
//     near each other in memory are near each other in the picture.
//  3. A cell is one page, or `4^k` pages where there are more pages than the picture can hold.
//
// Source: D. Hilbert, Über die stetige Abbildung einer Linie auf ein Flächenstück, Math. Ann. 38 (1891).

export interface Layout {
  readonly kind: "rows" | "hilbert";
  readonly columns: number;
  readonly rows: number;
  /** Pages of a cell, from its first on. */
  readonly pagesPerCell: number;
  readonly cells: number;
}

/** Rows about `aspect` times as wide as high. */
export function rowsLayout(pages: number, aspect: number, cellsMax: number): Layout {
  const pagesPerCell = sharing(pages, cellsMax);
  const cells = Math.ceil(pages / pagesPerCell);
  let columns = 1;
  while (columns < cells && columns * columns < cells * aspect) columns *= 2;
  return { kind: "rows", columns, rows: Math.max(1, Math.ceil(cells / columns)), pagesPerCell, cells };
}

/** A square of Hilbert's curve that holds all pages. */
export function hilbertLayout(pages: number, cellsMax: number): Layout {
  const pagesPerCell = sharing(pages, cellsMax);
  const cells = Math.ceil(pages / pagesPerCell);
  let side = 1;
  while (side * side < cells) side *= 2;
  return { kind: "hilbert", columns: side, rows: side, pagesPerCell, cells };
}

function sharing(pages: number, cellsMax: number): number {
  let pagesPerCell = 1;
  while (pages / pagesPerCell > cellsMax) pagesPerCell *= 4;
  return pagesPerCell;
}

/** Place of a cell in the picture, as `row * columns + column`. */
export function placeOf(layout: Layout, cell: number): number {
  if (layout.kind === "rows") return cell;
  let [column, row] = [0, 0];
  let rest = cell;
  // From the smallest square to the largest: each quarter is turned as it is put into its place.
  for (let side = 1; side < layout.columns; side *= 2) {
    const right = (rest >> 1) & 1;
    const down = (rest ^ right) & 1;
    [column, row] = turned(column, row, side, right, down);
    column += side * right;
    row += side * down;
    rest >>= 2;
  }
  return row * layout.columns + column;
}

/** Cell at a place of the picture, or -1 where the pool has ended. */
export function cellAt(layout: Layout, column: number, row: number): number {
  if (column < 0 || row < 0 || column >= layout.columns || row >= layout.rows) return -1;
  const cell = layout.kind === "rows" ? row * layout.columns + column : hilbertCell(layout.columns, column, row);
  return cell < layout.cells ? cell : -1;
}

function hilbertCell(columns: number, atColumn: number, atRow: number): number {
  let [column, row] = [atColumn, atRow];
  let cell = 0;
  for (let side = columns / 2; side >= 1; side /= 2) {
    const right = column >= side ? 1 : 0;
    const down = row >= side ? 1 : 0;
    cell += side * side * ((3 * right) ^ down);
    [column, row] = turned(column - side * right, row - side * down, side, right, down);
  }
  return cell;
}

/** The upper quarters are mirrored: the left one along one diagonal, the right one along the other. */
function turned(column: number, row: number, side: number, right: number, down: number): [number, number] {
  if (down === 1) return [column, row];
  return right === 1 ? [side - 1 - row, side - 1 - column] : [row, column];
}
