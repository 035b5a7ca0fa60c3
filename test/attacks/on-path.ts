import type { IpAddress } from '../../src/base/address.ts';
import { decodePacket, encodePacket } from '../../src/sctp/wire/packet.ts';
import type { Chunk } from '../../src/sctp/wire/types.ts';
import type { SimDatagram, StageFactory } from '../harness/links/stage.ts';

/** A whole user message in one DATA chunk, as who sits between two hosts sees it. */
export interface Overheard {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly ppid: number;
  readonly streamId: number;
  readonly bytes: Uint8Array;
}

/** What becomes of a message under way: itself, something else in its place, or nothing. */
export type Edit = (message: Overheard) => Uint8Array | undefined;

/**
 * An attacker on every path of the network: it hears all that is sent, and can put other messages in the place of those
 * under way. The packets that it makes are valid: it sees tags and TSNs, and CRC32c needs no key.
 */
export class OnPath {
  /** Every datagram that went by. */
  readonly datagrams: SimDatagram[] = [];
  /** Every user message that went by in one chunk. */
  readonly messages: Overheard[] = [];
  /** Associations that somebody aborted. */
  aborts = 0;
  /** Whether each datagram comes again, at once and later. */
  repeats = false;
  #edit: Edit | undefined;
  /** Who has sent DATA to whom, be it a message or a part of one: a ClientHello may take several packets. */
  readonly #ways = new Set<string>();

  /** From now on; undefined leaves everything as it is. */
  edit(edit: Edit | undefined): void {
    this.#edit = edit;
  }

  /** To be a stage of all links. */
  readonly stage: StageFactory = () => ({
    name: 'on-path',
    counters: {},
    pass: (datagram, at, out) => {
      const onward = this.#through(datagram);
      for (const later of this.repeats ? [0, 0, 700] : [0]) out.forward(onward, at + later);
    },
  });

  /** Whether some bytes were seen on the way, whole. */
  saw(needle: Uint8Array): boolean {
    const wanted = Buffer.from(needle);
    return this.datagrams.some(({ bytes }) => Buffer.from(bytes).includes(wanted));
  }

  /** Whether somebody was told something in one message. */
  saidTo(address: IpAddress, text: string): boolean {
    return this.messages.some(({ to, bytes }) => to === address && Buffer.from(bytes).includes(text));
  }

  /** Whether a host whose address begins like this has said anything at all to somebody. */
  hasSpoken(prefix: string, to: IpAddress): boolean {
    return [...this.#ways].some((way) => way.startsWith(prefix) && way.endsWith(` ${to}`));
  }

  #through(datagram: SimDatagram): SimDatagram {
    this.datagrams.push({ ...datagram, bytes: datagram.bytes.slice() });
    const { header, chunks } = decodePacket(datagram.bytes);
    const [from, to] = [datagram.from.address, datagram.to.address];
    if (chunks.some(({ kind }) => kind === 'data')) this.#ways.add(`${from} ${to}`);
    let isEdited = false;
    if (chunks.some(({ kind }) => kind === 'abort')) this.aborts++;
    const edited = chunks.map((chunk): Chunk => {
      if (chunk.kind !== 'data' || !chunk.beginning || !chunk.ending) return chunk;
      const { ppid, streamId, userData } = chunk;
      const message: Overheard = { from, to, ppid, streamId, bytes: userData.slice() };
      this.messages.push(message);
      const other = this.#edit?.(message);
      if (other === undefined) return chunk;
      isEdited = true;
      return { ...chunk, userData: other };
    });
    return isEdited ? { ...datagram, bytes: encodePacket(header, edited).slice() } : datagram;
  }
}
