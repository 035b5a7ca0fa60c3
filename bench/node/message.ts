/**
 * A message begins with its number; the last one of a run has 8 bytes and begins with END, then the count. Big-endian,
 * in the programs of all sides.
 */
const END = 0xffffffff;
const END_BYTES = 8;

/** Senders may keep what they are given until it is acknowledged: this is far above any send buffer here. */
const RING_BYTES = 4 * 1024 * 1024;

/** Messages of one length, used again and again. */
export class MessageRing {
  readonly #messages: readonly Buffer[];

  constructor(bytes: number) {
    this.#messages = Array.from({ length: Math.ceil(RING_BYTES / bytes) }, () => Buffer.alloc(bytes));
  }

  /** The message with this number. */
  message(number: number): Buffer {
    const message = this.#messages[number % this.#messages.length]!;
    message.writeUInt32BE(number);
    return message;
  }
}

export function numberOf(message: Uint8Array): number {
  return ((message[0]! << 24) | (message[1]! << 16) | (message[2]! << 8) | message[3]!) >>> 0;
}

export function endMessage(count: number): Buffer {
  const message = Buffer.alloc(END_BYTES);
  message.writeUInt32BE(END);
  message.writeUInt32BE(count, 4);
  return message;
}

export function isEnd(message: Uint8Array): boolean {
  return message.length === END_BYTES && numberOf(message) === END;
}

/** The number of messages that were sent, by the last one. */
export function countOf(end: Uint8Array): number {
  return numberOf(end.subarray(4));
}
