import type { TlsSessions } from './secure-association.ts';

/** The session that a server has handed out last: for the other pairs of an association, and for others. RFC 3436 §8.2. */
export class NewestSession implements TlsSessions {
  #newest: Buffer | undefined;

  take(): Buffer | undefined {
    const session = this.#newest;
    this.#newest = undefined;
    return session;
  }

  put(session: Buffer): void {
    this.#newest = session;
  }
}
