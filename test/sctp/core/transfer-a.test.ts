import { describe, it } from 'vitest';
import { forEachSeed } from '../../harness/seeds.ts';
import { tenMegabytes } from './transfer.ts';

describe('10 MB at 5 % loss with reordering, seeds 1 to 100', () => {
  it('[SCTP-0691, SCTP-0712, AT-55] arrives byte by byte and in order, with the invariants kept after every event', {
    timeout: 600_000,
  }, () => {
    forEachSeed(100, (seed) => tenMegabytes(seed));
  });
});
