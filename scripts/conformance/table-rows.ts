/** A row of a Markdown table, cell by cell; `\|` is a bar inside a cell. Other lines give `undefined`. */
export function tableCells(line: string): string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  return cells.slice(1, -1);
}

const REQUIREMENT_ID = /^[A-Z]+-\d+$/;

/** The rows of a Markdown text whose first cell is a requirement id, as `[line number, cells]`. */
export function requirementRows(markdown: string): [number, string[]][] {
  const rows: [number, string[]][] = [];
  for (const [index, line] of markdown.split('\n').entries()) {
    const cells = tableCells(line);
    if (cells !== undefined && REQUIREMENT_ID.test(cells[0] ?? '')) rows.push([index + 1, cells]);
  }
  return rows;
}
