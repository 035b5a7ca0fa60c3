import { turn } from './clock.ts';
import type { Service } from './service.ts';

const MESSAGE_BYTES = 1024;
/** The printable characters of ASCII. RFC 864 §Character Generator. */
const FIRST = 0x20;
const COUNT = 95;
const LINE_CHARACTERS = 72;
const LINE_BYTES = LINE_CHARACTERS + 2;

/** Sends characters as fast as the user reads them: the lines of RFC 864, in messages of 1024 bytes. */
export function chargenService(): Service {
  return {
    pool: 'CharGenPool',
    maxSessions: 4,
    async serve(session, { clock }) {
      for (let at = 0; !session.closed; at = (at + MESSAGE_BYTES) % PERIOD_BYTES) {
        await session.send(characters(at, MESSAGE_BYTES));
        // A user who goes takes nothing more, and nothing would wait for it.
        await turn(clock);
      }
    },
  };
}

/** The lines begin with each of the characters in turn, and then it all begins anew. */
const PERIOD_BYTES = COUNT * LINE_BYTES;

/** A piece of the endless text. */
export function characters(from: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => characterAt(from + i));
}

function characterAt(at: number): number {
  const column = at % LINE_BYTES;
  if (column >= LINE_CHARACTERS) return column === LINE_CHARACTERS ? 0x0d : 0x0a;
  return FIRST + ((Math.floor(at / LINE_BYTES) + column) % COUNT);
}
