import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const COLORS: Readonly<Record<string, Style>> = { registrar: 'cyan', element: 'green', user: 'yellow', demo: 'bold' };

/** What happens, line by line: time since the start, who, what. */
export class Timeline {
  readonly #print: (line: string) => void;
  readonly #color: boolean;
  readonly #startedAt = performance.now();

  constructor(print: (line: string) => void, color: boolean) {
    this.#print = print;
    this.#color = color;
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  tell(who: string, what: string, style?: Style): void {
    const time = `${(this.elapsedMs / 1000).toFixed(3).padStart(7)} s`;
    const name = this.#styled(COLORS[who.replace(/-\d+$/, '')] ?? 'reset', who.padEnd(11));
    this.#print(`${this.#styled('dim', time)}  ${name}  ${style === undefined ? what : this.#styled(style, what)}`);
  }

  #styled(style: Style, text: string): string {
    return this.#color ? styleText(style, text) : text;
  }
}
