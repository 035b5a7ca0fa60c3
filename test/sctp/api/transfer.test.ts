import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type SctpAssociation, SctpEndpoint } from '../../../src/sctp/index.ts';

const TOTAL_BYTES = 100_000_000;
const STREAM_COUNT = 8;

/** Messages of changing lengths, from one byte to 64 KiB, until `TOTAL_BYTES`; the same ones for the same seed. */
function* messages(seed: number): Generator<Uint8Array, void, undefined> {
  const pattern = new Uint8Array(65_536 + 256).map((_, i) => (i * 31 + seed) & 0xff);
  for (let sent = 0, i = 0; sent < TOTAL_BYTES; i++) {
    const length = Math.min(TOTAL_BYTES - sent, 1 + ((i * 7919 + seed * 104_729) % 65_536));
    yield pattern.subarray(i % 256, (i % 256) + length);
    sent += length;
  }
}

async function sendAll(association: SctpAssociation, seed: number): Promise<void> {
  let i = 0;
  for (const message of messages(seed)) await association.send(message, { stream: i++ % STREAM_COUNT, ppid: i });
}

/** Checks every message against what was sent, in the order of its stream. */
async function receiveAll(association: SctpAssociation, seed: number): Promise<{ bytes: number; sha256: string }> {
  const expected = new Map<number, Uint8Array>();
  const hash = createHash('sha256');
  const source = messages(seed);
  let produced = 0;
  let bytes = 0;
  const lastOnStream = new Map<number, number>();
  for await (const { data, ppid, stream } of association) {
    while (produced < ppid) {
      const { value } = source.next();
      if (value !== undefined) expected.set(++produced, value);
    }
    if (Buffer.compare(data, expected.get(ppid)!) !== 0) throw new Error(`message ${ppid} came changed`);
    expected.delete(ppid);
    if ((lastOnStream.get(stream) ?? 0) >= ppid) throw new Error(`message ${ppid} came late on stream ${stream}`);
    lastOnStream.set(stream, ppid);
    hash.update(data);
    bytes += data.length;
    if (bytes >= TOTAL_BYTES) break;
  }
  return { bytes, sha256: hash.digest('hex') };
}

describe('transfer over loopback', () => {
  it('[SCTP-0691] [SCTP-0712] 100 MB in both directions at once arrive byte for byte', {
    timeout: 120_000,
  }, async () => {
    await using a = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0 });
    await using b = await SctpEndpoint.bind({ addresses: ['127.0.0.1'], udpPort: 0 });
    const incoming = b.listen()[Symbol.asyncIterator]();
    const fromA = await a.connect({ addresses: ['127.0.0.1'], sctpPort: b.sctpPort, udpPort: b.udpPort });
    const fromB = (await incoming.next()).value as SctpAssociation;

    const [, , atB, atA] = await Promise.all([
      sendAll(fromA, 1),
      sendAll(fromB, 2),
      receiveAll(fromB, 1),
      receiveAll(fromA, 2),
    ]);

    expect([atA.bytes, atB.bytes]).toEqual([TOTAL_BYTES, TOTAL_BYTES]);
    expect(atA.sha256).not.toBe(atB.sha256);
    await fromA.shutdown();
  });
});
