/** How a number of equal tiles fills a space best. */

const GAP = 12;
const WIDEST = 16 / 9;
const SLIMMEST = { landscape: 4 / 3, portrait: 9 / 16 };
const STACK = 3; // people that an upright phone shows one above the other

/** The columns and rows that give the largest tiles, and the size of each: {columns, rows, width, height}. */
export function bestGrid(count, width, height) {
  if (width <= 0 || height <= 0 || count < 1) return { columns: 1, rows: 1, width: 0, height: 0 };
  const most = height > width && count <= STACK ? 1 : count;
  const grids = Array.from({ length: most }, (_, i) => gridOf(i + 1, count, width, height));
  return grids.reduce((best, grid) => (area(grid) > area(best) + 1 ? grid : best));
}

function gridOf(columns, count, width, height) {
  const rows = Math.ceil(count / columns);
  const place = { width: share(width, columns), height: share(height, rows) };
  const slimmest = height > width ? SLIMMEST.portrait : SLIMMEST.landscape;
  const ratio = Math.min(WIDEST, Math.max(slimmest, place.width / place.height));
  const fitted = Math.min(place.width, place.height * ratio);
  return { columns, rows, width: Math.floor(fitted), height: Math.floor(fitted / ratio) };
}

function share(length, parts) {
  return Math.max(1, (length - GAP * (parts - 1)) / parts);
}

function area({ width, height }) {
  return width * height;
}
