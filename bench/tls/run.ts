/** What TLS costs. `--help` tells more; docs/performance.md says what the rows mean. */
import { runBench } from '../bench.ts';
import { associations } from '../cases/associations.ts';
import type { Case } from '../cases/case.ts';
import { ping } from '../cases/ping.ts';
import { resolutions } from '../cases/resolutions.ts';
import { stream } from '../cases/stream.ts';
import { findOurs } from '../sides/ours.ts';
import { findTcp } from '../sides/tcp.ts';
import { withTls } from './with-tls.ts';

/** Fewer than without TLS: a handshake takes ten times as long. */
const handshakes: Case = {
  ...associations,
  settings: (_side, { warmup }) => ({ mtu: 1500, warmup: 2 * warmup, count: 2 * warmup }),
};

await runBench({
  command: 'npm run bench:tls',
  cases: [
    stream(1024, '1 KiB'),
    stream(16_384, '16 KiB'),
    stream(65_536, '64 KiB', 32_768),
    ping,
    handshakes,
    resolutions(1, 1, 'one user, one at a time'),
    resolutions(16, 8, '16 users, 8 at a time'),
  ],
  findSides: [
    findOurs,
    withTls(findOurs, 'key'),
    withTls(findOurs, 'certificate'),
    findTcp,
    withTls(findTcp, 'key'),
    withTls(findTcp, 'certificate'),
  ],
});
