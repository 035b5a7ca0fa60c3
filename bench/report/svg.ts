import type { Result, Row } from '../results.ts';
import { isOurs } from '../sides/sides.ts';

const WIDTH = 760;
const LABEL_WIDTH = 90;
const BAR_WIDTH = 480;
const BAR_HEIGHT = 16;
const ROW_HEIGHT = 22;
const TITLE_HEIGHT = 34;
const GAP = 18;

const COLOURS = { ours: '#2f6fde', peer: '#8d99ab', ceiling: '#d7dce3' } as const;
const STYLE = 'text{font:13px system-ui,sans-serif;fill:#3b4252}.title{font-weight:600}.of{fill:#6b7280}';

/** Bars for every case, by the figure that sides are compared by; sides without one have no bar. */
export function benchSvg(results: readonly Result[]): string {
  let top = GAP;
  const pieces: string[] = [];
  for (const result of results) {
    pieces.push(`<g transform="translate(${GAP} ${top})">${panel(result)}</g>`);
    top += TITLE_HEIGHT + result.rows.length * ROW_HEIGHT + GAP;
  }
  const size = `viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}"`;
  const background = `<rect width="${WIDTH}" height="${top}" rx="8" fill="#fff"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><title>Side by side: what each stack reached in each case</title><style>${STYLE}</style>${background}\n${pieces.join('\n')}\n</svg>\n`;
}

function panel({ case: { name, columns, better }, rows }: Result): string {
  const { key, head, digits } = columns[0]!;
  const most = Math.max(...rows.map(({ medians }) => medians?.[key] ?? 0));
  const title = `<text class="title" y="14">${escaped(name)}</text>`;
  const unit = `<text class="of" x="${WIDTH - 2 * GAP}" y="14" text-anchor="end">${escaped(head)}, ${better} is better</text>`;
  const bars = rows.map((row, i) => {
    const value = row.medians?.[key];
    const label = value === undefined ? 'failed' : value.toLocaleString('en', { maximumFractionDigits: digits });
    return bar(row, most === 0 ? 0 : (value ?? 0) / most, label, TITLE_HEIGHT + i * ROW_HEIGHT);
  });
  return [title, unit, ...bars].join('');
}

/** @param part of the longest bar, 0 to 1 */
function bar({ side, ceiling }: Row, part: number, label: string, y: number): string {
  const width = Math.max(1, Math.round(part * BAR_WIDTH));
  const colour = isOurs(side) ? COLOURS.ours : ceiling ? COLOURS.ceiling : COLOURS.peer;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${y}" text-anchor="end">${escaped(side)}</text>`,
    `<rect x="${LABEL_WIDTH}" y="${y - BAR_HEIGHT + 4}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${colour}"/>`,
    `<text x="${LABEL_WIDTH + width + 6}" y="${y}">${escaped(label)}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
