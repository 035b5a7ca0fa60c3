import { RSerPoolError } from '../errors.ts';
import { type PoolHandle, poolHandle } from '../wire/pool-handle.ts';

/** A pool by its name; of a PE handle the pool handle within counts. RFC 5352 §6.3, §6.4. */
export type PoolName = string | Uint8Array | { readonly poolHandle: PoolHandle };

/** A pool handle from what a caller gave. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function handleOf(pool: PoolName): PoolHandle {
  if (typeof pool === 'object' && 'poolHandle' in pool) return pool.poolHandle;
  try {
    return poolHandle(pool);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', error.message, { pool }, error);
  }
}
