import { WireError } from '../../base/errors.ts';
import type { UserSession } from '../index.ts';

/** Reads what an element sent. One that sends nonsense has failed: the session turns to another. */
export function understood<T>(session: UserSession, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    session.forceFailover(`malformed message: ${error.message}`);
    return undefined;
  }
}
