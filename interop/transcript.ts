import { PATIENCE_MS } from './patience.ts';

/** What a program has printed so far, and the wait for what it will print. */
export class Transcript {
  readonly #waiting = new Set<() => void>();
  text = '';

  add(text: string): void {
    this.text += text;
    for (const look of this.#waiting) look();
  }

  /** Resolves with the match when the text has it, from the `start`th character on. */
  shows(wanted: string | RegExp, limitMs = PATIENCE_MS, start = 0): Promise<RegExpExecArray> {
    const pattern = typeof wanted === 'string' ? new RegExp(escaped(wanted)) : wanted;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(limit);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        const match = pattern.exec(this.text.slice(start));
        if (match === null) return;
        end();
        resolve(match);
      };
      const limit = setTimeout(() => {
        end();
        reject(new Error(`no output ${wanted} in ${limitMs} ms; it printed ${this.text.slice(-1000)}`));
      }, limitMs);
      this.#waiting.add(look);
      look();
    });
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
