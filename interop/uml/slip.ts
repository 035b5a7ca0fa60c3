/** Serial Line IP: packets in a stream of bytes. RFC 1055. */
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/** Longer than any packet of an Ethernet; what is longer is cut off and dropped. */
const MAX_PACKET_BYTES = 65_536;

/** One packet, ready for the line. */
export function slipFrame(packet: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 * packet.length + 2);
  let at = 0;
  frame[at++] = END;
  for (let i = 0; i < packet.length; i++) {
    const byte = packet[i]!;
    if (byte === END || byte === ESC) {
      frame[at++] = ESC;
      frame[at++] = byte === END ? ESC_END : ESC_ESC;
    } else frame[at++] = byte;
  }
  frame[at++] = END;
  return frame.subarray(0, at);
}

/** Finds the packets in what a line delivers, piece by piece. */
export class SlipReader {
  readonly #onPacket: (packet: Uint8Array) => void;
  readonly #packet = new Uint8Array(MAX_PACKET_BYTES);
  #length = 0;
  #escaped = false;

  /** @param onPacket gets a copy of its own */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  read(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === END) this.#end();
      else if (byte === ESC) this.#escaped = true;
      else this.#add(byte);
    }
  }

  #add(byte: number): void {
    const escaped = this.#escaped;
    this.#escaped = false;
    if (this.#length === MAX_PACKET_BYTES) return;
    this.#packet[this.#length++] = escaped && byte === ESC_END ? END : escaped && byte === ESC_ESC ? ESC : byte;
  }

  #end(): void {
    const length = this.#length;
    this.#length = 0;
    if (length > 0 && length < MAX_PACKET_BYTES) this.#onPacket(this.#packet.slice(0, length));
  }
}
