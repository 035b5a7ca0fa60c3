import { describe, expect, it } from 'vitest';
import { verifyChecksum } from '../../../src/sctp/wire/crc32c.ts';
import { decodePacket } from '../../../src/sctp/wire/packet.ts';
import type { Chunk, CommonHeader } from '../../../src/sctp/wire/types.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import { reordering } from '../../harness/links/reordering.ts';
import { makeCore } from './transfer.ts';

interface Spoken {
  readonly run: number;
  readonly from: string;
  readonly fromUdpPort: number;
  readonly bytes: Uint8Array;
  readonly header: CommonHeader;
  readonly chunks: readonly Chunk[];
}

/** All that two endpoints with two addresses each say in lossy lives that end in both ways, from each side. */
function lives(): Spoken[] {
  const spoken: Spoken[] = [];
  for (let run = 0; run < 12; run++) {
    const pair = new EndpointPair(makeCore, {
      seed: run + 1,
      link: [delay(10), loss(0.15), reordering(0.2, 30)],
      a: { addresses: ['10.0.0.1', '10.0.1.1'], udpPort: 7001, sctpPort: 5001 },
      b: { addresses: ['10.0.0.2', '10.0.1.2'], udpPort: 7002, sctpPort: 5002 },
    });
    pair.network.tap(({ fate, from, bytes }) => {
      if (fate !== 'sent') return;
      const { header, chunks, malformed } = decodePacket(bytes.slice());
      expect(malformed).toBeUndefined();
      spoken.push({ run, from: from.address, fromUdpPort: from.udpPort, bytes: bytes.slice(), header, chunks });
    });
    const ids = pair.connect();
    for (let i = 0; i < 60; i++) {
      pair.a.send(ids.a, new Uint8Array(1 + ((i * 331) % 5000)), { streamId: i % 5, unordered: i % 3 === 0 });
      pair.b.send(ids.b, new Uint8Array(1 + ((i * 97) % 900)), { streamId: i % 5 });
      if (i % 10 === 9) pair.clock.runFor(100);
    }
    pair.clock.runFor(run % 2 === 0 ? 60_000 : 50);
    const node = run % 4 < 2 ? pair.a : pair.b;
    const id = run % 4 < 2 ? ids.a : ids.b;
    if (run % 3 === 0) node.abort(id);
    else node.shutdown(id);
    pair.clock.runFor(120_000);
  }
  return spoken;
}

describe('rules that hold for every packet', () => {
  const spoken = lives();
  const having = (...kinds: Chunk['kind'][]): Spoken[] =>
    spoken.filter(({ chunks }) => chunks.some(({ kind }) => kinds.includes(kind)));

  it('there is something of everything to look at', () => {
    const kinds = new Set(spoken.flatMap(({ chunks }) => chunks.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([
      'abort',
      'cookie-ack',
      'cookie-echo',
      'data',
      'heartbeat',
      'heartbeat-ack',
      'init',
      'init-ack',
      'pad',
      'sack',
      'shutdown',
      'shutdown-ack',
      'shutdown-complete',
    ]);
  });

  it('[SCTP-0706, UDPE-0025] the checksum is right', () => {
    for (const { bytes } of spoken) expect(verifyChecksum(bytes)).toBe(true);
  });

  it('[SCTP-0031, SCTP-0354, SCTP-0734] INIT, INIT ACK and SHUTDOWN COMPLETE are alone', () => {
    for (const { chunks } of having('init', 'init-ack', 'shutdown-complete')) expect(chunks.length).toBe(1);
  });

  it('[SCTP-0092, SCTP-0347, SCTP-0351, SCTP-0412] COOKIE ECHO and COOKIE ACK are the first chunks of their packets', () => {
    for (const { chunks } of having('cookie-echo', 'cookie-ack'))
      expect(chunks[0]!.kind).toMatch(/^cookie-(echo|ack)$/);
  });

  it('[SCTP-0286, SCTP-0282] who takes a cookie says COOKIE ACK before any DATA or SACK; who sends one says COOKIE ECHO before', () => {
    for (const [first, side] of [
      ['cookie-ack', '2'],
      ['cookie-echo', '1'],
    ] as const) {
      for (let run = 0; run < 12; run++) {
        const kinds = spoken
          .filter((packet) => packet.run === run && packet.from.endsWith(side))
          .flatMap(({ chunks }) => chunks.map(({ kind }) => kind));
        const at = kinds.findIndex((kind) => kind === 'data' || kind === 'sack');
        if (at >= 0) expect(kinds.slice(0, at)).toContain(first);
      }
    }
  });

  it('[SCTP-0540, SCTP-0727, SCTP-0728, SCTP-0729, SCTP-0236] control before DATA; TSNs ascend; no DATA beside SHUTDOWN, SHUTDOWN ACK or ABORT', () => {
    for (const { chunks } of having('data')) {
      const first = chunks.findIndex(({ kind }) => kind === 'data');
      const data = chunks.slice(first);
      expect(data.every(({ kind }) => kind === 'data')).toBe(true);
      const tsns = data.map((chunk) => (chunk.kind === 'data' ? chunk.tsn : 0));
      for (let i = 1; i < tsns.length; i++) expect((tsns[i]! - tsns[i - 1]!) | 0).toBeGreaterThan(0);
      expect(chunks.some(({ kind }) => kind === 'shutdown' || kind === 'shutdown-ack' || kind === 'abort')).toBe(false);
    }
  });

  it('[SCTP-0064, SCTP-0725, SCTP-0713, UDPE-0050] a multiple of four bytes, and no more than the path takes', () => {
    for (const { bytes, chunks } of spoken) {
      // What has to be fragmented is alone, and just longer than the link takes.
      const toBeFragmented = chunks.length === 2 && chunks[0]!.kind === 'pad' && chunks[1]!.kind === 'data';
      expect([bytes.length % 4, bytes.length <= (toBeFragmented ? 1476 : 1472)]).toEqual([0, true]);
    }
  });

  it('[SCTP-0590, SCTP-0704] one SACK in a packet at most', () => {
    for (const { chunks } of spoken) expect(chunks.filter(({ kind }) => kind === 'sack').length).toBeLessThanOrEqual(1);
  });

  it('[SCTP-0130, SCTP-0165, SCTP-0169, SCTP-0182, SCTP-0156, SCTP-0126, ERR-0039] INIT and INIT ACK have no host names, and no parameter twice but addresses', () => {
    for (const { chunks } of having('init', 'init-ack')) {
      const [init] = chunks;
      if (init?.kind !== 'init' && init?.kind !== 'init-ack') throw new Error('not alone');
      const kinds = init.parameters.map((parameter) =>
        parameter.kind === 'ip-address' ? parameter.address : parameter.kind,
      );
      expect(new Set(kinds).size).toBe(kinds.length);
      expect(kinds).not.toContain('host-name-address');
      for (const parameter of init.parameters) {
        if (parameter.kind === 'supported-address-types') expect(parameter.types).not.toContain(11);
        if (parameter.kind === 'ip-address') expect(parameter.address).not.toContain('::ffff:');
      }
      expect([init.initiateTag, init.outboundStreams, init.maxInboundStreams]).not.toContain(0);
      expect(init.advertisedRwndBytes).toBeGreaterThanOrEqual(1500);
    }
  });

  it('[SCTP-0038, SCTP-0138, SCTP-0492, SCTP-0890, SCTP-0892] the tag is 0 for INIT, and the one tag of the receiver in all other packets', () => {
    for (let run = 0; run < 12; run++) {
      for (const side of ['1', '2']) {
        const packets = spoken.filter((packet) => packet.run === run && packet.from.endsWith(side));
        const tags = packets.filter(({ chunks }) => {
          const [chunk] = chunks;
          return (
            chunk!.kind !== 'init' &&
            !(chunk!.kind === 'abort' && chunk!.tagReflected) &&
            !(chunk!.kind === 'shutdown-complete' && chunk!.tagReflected)
          );
        });
        expect(new Set(tags.map(({ header }) => header.verificationTag)).size).toBe(1);
        expect(tags[0]!.header.verificationTag).not.toBe(0);
      }
    }
    for (const { header } of having('init')) expect(header.verificationTag).toBe(0);
  });

  it('[SCTP-0011, UDPE-0014, UDPE-0022] one SCTP port and one UDP port for all addresses of an endpoint', () => {
    for (const { from, fromUdpPort, header } of spoken) {
      expect([fromUdpPort, header.sourcePort]).toEqual(from.endsWith('1') ? [7001, 5001] : [7002, 5002]);
    }
  });

  it('[SCTP-0717, SCTP-0721] a TSN always means the same fragment', () => {
    const known = new Map<string, string>();
    for (const { run, from, chunks } of spoken) {
      for (const chunk of chunks) {
        if (chunk.kind !== 'data') continue;
        const key = `${run} ${from.endsWith('1')} ${chunk.tsn}`;
        const { streamId, ssn, ppid, unordered, beginning, ending, userData } = chunk;
        const content = JSON.stringify([streamId, ssn, ppid, unordered, beginning, ending, userData.length]);
        expect(known.get(key) ?? content).toBe(content);
        known.set(key, content);
      }
    }
  });
});
