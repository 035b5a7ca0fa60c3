import { concatBytes } from '../../src/base/bytes.ts';
import type { MessagePart } from '../../src/sctp/rx/received-message.ts';

/** Joins the parts of messages, and insists that they come as they are announced to. */
export class PartJoiner {
  readonly #unfinished = new Map<number, { readonly parts: Uint8Array[]; bytes: number }>();
  /** Messages that came in parts, wholly. */
  joined = 0;
  aborted = 0;

  /** Messages of which the end has not come. */
  get unfinished(): number {
    return this.#unfinished.size;
  }

  /** The whole message, if this is it or its last part. */
  add(data: Uint8Array, partial: MessagePart | undefined): Uint8Array | undefined {
    if (partial === undefined) return data;
    const { id, offsetBytes, state } = partial;
    const message = this.#unfinished.get(id) ?? { parts: [], bytes: 0 };
    if (offsetBytes !== message.bytes) throw new Error(`part ${id} at ${offsetBytes} after ${message.bytes} bytes`);
    if ((data.length === 0) !== (state === 'aborted')) throw new Error(`${state} with ${data.length} bytes`);
    message.parts.push(data);
    message.bytes += data.length;
    if (state === 'more') {
      this.#unfinished.set(id, message);
      return undefined;
    }
    if (message.bytes === 0) throw new Error(`message ${id} ends without having begun`);
    this.#unfinished.delete(id);
    this[state === 'complete' ? 'joined' : 'aborted']++;
    return state === 'complete' ? concatBytes(message.parts) : undefined;
  }
}
