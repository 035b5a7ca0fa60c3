import type { Endpoint } from '../../../src/sctp/core/endpoint.ts';

/** RFC 9260 §1.3: two endpoints never have more than one association; and one that is there has something to wait for. */
export function checkOneAssociation(endpoint: Endpoint): void {
  const { size } = endpoint.associations;
  if (size > 1) throw new Error(`${size} associations with one peer`);
  if (size === 0 && endpoint.nextTimeoutAt() !== undefined) throw new Error('a timer runs and there is no association');
}
