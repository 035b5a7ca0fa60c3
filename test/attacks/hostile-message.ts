/** A message that nobody should send, and what comes back. Drawn by hand from the figures of RFC 5352, 5353 and 5354. */
export interface HostileMessage {
  readonly name: string;
  /** Bytes of a message; of several ones with `|` between them. */
  readonly hex: string;
  /** What is answered, in words; nothing where it is dropped without a word. */
  readonly answers: readonly string[];
  /** Which warnings the program hears. */
  readonly warnings: readonly string[];
}

export function hostile(
  name: string,
  hex: string,
  answers: readonly string[] = [],
  warnings: readonly string[] = [],
): HostileMessage {
  return { name, hex, answers, warnings };
}

/** A message of these parameters, all of them with their padding: type and flags, then its true length. */
export function message(typeAndFlags: string, ...parameters: readonly string[]): string {
  const body = parameters.join(' ');
  return `${typeAndFlags}${length16(body, 4)} ${body}`;
}

/** The length of some bytes and `more`, as 16 bits. */
export function length16(hex: string, more: number): string {
  return (hex.replaceAll(' ', '').length / 2 + more).toString(16).padStart(4, '0');
}
