import { describe, expect, it } from 'vitest';
import { nodeSubstrate, SctpEndpoint, UdpEncapsulation } from '../../../src/sctp/index.ts';
import { EndpointPair } from '../../harness/endpoint-pair.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { heldHeapBytes } from '../../harness/heap.ts';
import { coreOf, makeCore } from '../core/transfer.ts';

/** What the tags of ended associations take (`MAX_SPENT_TAGS`), and the measuring itself. */
const LITTLE_BYTES = 2_000_000;

function report(what: string, rounds: number, before: number, after: number): void {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2);
  console.log(`${rounds} ${what}: heap ${megabytes(before)} MB before, ${megabytes(after)} MB after`);
}

describe('associations that are opened and aborted leave nothing', () => {
  it('[AT-87] 10,000 of them, in the core', () => {
    const pair = new EndpointPair(makeCore, { a: { record: false }, b: { record: false } });
    const openAndAbort = (rounds: number): void => {
      for (let i = 0; i < rounds; i++) {
        const id = pair.a.associate(pair.b);
        pair.clock.runWhileNot(() => pair.a.core.status(id)?.state === 'ESTABLISHED');
        pair.a.send(id, 'hello');
        (i % 2 === 0 ? pair.a : pair.b).abort(i % 2 === 0 ? id : [...coreOf(pair.b).associations][0]!.id);
        pair.clock.runFor(1);
      }
    };
    openAndAbort(5000);
    const before = heldHeapBytes();
    openAndAbort(10_000);
    const after = heldHeapBytes();
    report('associations in the core', 10_000, before, after);
    expect(after - before).toBeLessThan(LITTLE_BYTES);
    for (const node of [pair.a, pair.b]) {
      expect([coreOf(node).associations.size, node.core.nextTimeoutAt(), node.core.pollOutput()]).toEqual([
        0,
        undefined,
        undefined,
      ]);
    }
    expect(pair.clock.pending).toBe(0);
  });

  it('[AT-87] over UDP sockets: heap, sockets and timers are back', { timeout: fuzzTimeoutMs(60_000) }, async () => {
    const rounds = fuzzInputs(300);
    let [sockets, timers] = [0, 0];
    const substrate = {
      ...nodeSubstrate,
      setTimer: (at: number, fire: () => void) => {
        timers++;
        let running = true;
        const over = (): void => {
          if (running) timers--;
          running = false;
        };
        const cancel = nodeSubstrate.setTimer(at, () => {
          over();
          fire();
        });
        return () => {
          over();
          cancel();
        };
      },
      openSocket: async (options: Parameters<typeof nodeSubstrate.openSocket>[0]) => {
        const socket = await nodeSubstrate.openSocket(options);
        sockets++;
        return new Proxy(socket, {
          get: (target, name) => {
            if (name === 'close') return () => target.close().finally(() => sockets--);
            const value = Reflect.get(target, name, target);
            return typeof value === 'function' ? value.bind(target) : value;
          },
        });
      },
    };
    const open = () => UdpEncapsulation.open({ addresses: ['127.0.0.1'], udpPort: 0, substrate });
    const [near, far] = [await open(), await open()];
    const client = await SctpEndpoint.bind({ encapsulation: near, sctpPort: 5001 });
    const server = await SctpEndpoint.bind({ encapsulation: far, sctpPort: 5002 });
    const serving = (async () => {
      for await (const association of server.listen()) association.on('message', () => association.abort('enough'));
    })();
    const target = { addresses: ['127.0.0.1'], sctpPort: 5002, udpPort: far.udpPort };
    const openAndAbort = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const association = await client.connect(target);
        if (i % 2 === 0) association.abort('enough');
        else await association.send('end it');
        await association.closed;
      }
    };
    await openAndAbort(Math.min(rounds, 5000));
    const before = heldHeapBytes();
    await openAndAbort(rounds);
    const after = heldHeapBytes();
    report('associations over UDP', rounds, before, after);
    expect(after - before).toBeLessThan(LITTLE_BYTES);
    await Promise.all([near.close(), far.close(), serving]);
    expect([client.associations.length, server.associations.length, sockets, timers]).toEqual([0, 0, 0, 0]);
  });
});
