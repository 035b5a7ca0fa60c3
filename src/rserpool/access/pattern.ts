/** A text in which `*` stands for any characters, none included. Takes no more time than both lengths multiplied. */
export class Pattern {
  readonly #pieces: readonly string[];

  constructor(text: string) {
    this.#pieces = text.split('*');
  }

  matches(text: string): boolean {
    const [first = '', ...others] = this.#pieces;
    const last = others.pop();
    if (last === undefined) return text === first;
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of others) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  }
}
