import { concatBytes } from '../../src/base/bytes.ts';
import type { AssociationEvent } from '../../src/sctp/core/contract.ts';

type MessageEvent = Extract<AssociationEvent, { kind: 'message' }>;

/** Puts the parts of messages together again. */
export class Parts {
  readonly #begun = new Map<number, Uint8Array[]>();

  /** The whole message, once its last part is here; a whole one at once. */
  add({ data, partial }: MessageEvent): Uint8Array | undefined {
    if (partial === undefined) return data;
    const { id, offsetBytes, state } = partial;
    const parts = this.#begun.get(id) ?? [];
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (offsetBytes !== bytes) throw new Error(`a part at byte ${offsetBytes} where ${bytes} were to be`);
    if (state === 'aborted' && data.length > 0) throw new Error('a part that was aborted has bytes');
    if (state === 'more') {
      this.#begun.set(id, [...parts, data]);
      return undefined;
    }
    this.#begun.delete(id);
    return state === 'complete' ? concatBytes([...parts, data]) : undefined;
  }

  /** The association is over, or begins anew: every message that was begun has to have its end. */
  checkEnd(): void {
    if (this.#begun.size > 0) throw new Error(`${this.#begun.size} messages were begun and not ended`);
  }
}
