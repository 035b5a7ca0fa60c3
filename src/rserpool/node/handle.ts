import { RSerPoolError } from '../errors.ts';
import { type PoolHandle, poolHandle } from '../wire/pool-handle.ts';

/** A pool handle from what a caller gave. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function handleOf(pool: string | Uint8Array): PoolHandle {
  try {
    return poolHandle(pool);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', error.message, { pool }, error);
  }
}
