/**
 * The array with room for `index`: itself, or a copy of at least twice the length; what is new is 0. Arrays of numbers
 * side by side, one for each property, take far less memory than an object for each item, and are faster to walk.
 */
export function withRoom<Column extends Float64Array | Int32Array | Uint8Array>(column: Column, index: number): Column {
  if (index < column.length) return column;
  const larger = new (column.constructor as new (length: number) => Column)(Math.max(index + 1, 2 * column.length));
  larger.set(column);
  return larger;
}
