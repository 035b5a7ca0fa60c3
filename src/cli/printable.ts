/** A peer's text for a terminal: what could steer it is replaced. Tabs stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\t]/gu, '\ufffd');
}
