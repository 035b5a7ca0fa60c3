import { describe, expect, it } from 'vitest';
import { type EndpointConfig, type SctpAssociation, SctpEndpoint, type SctpMessage } from '../../../src/sctp/index.ts';
import { delay } from '../../harness/links/delay.ts';
import { rate } from '../../harness/links/rate.ts';
import { PartJoiner } from '../../harness/part-joiner.ts';
import { SimWorld } from './sim-world.ts';

const LONG_BYTES = 200_000;

/** Two programs with an association, on a line of 10 Mbit/s. */
async function setUp(
  config: Partial<EndpointConfig>,
): Promise<{ world: SimWorld; near: SctpAssociation; far: SctpAssociation }> {
  const world = new SimWorld([rate({ bitsPerSecond: 10_000_000, queueBytes: 200_000 }), delay(5)]);
  const [a, b] = [world.host('a', '10.0.0.1'), world.host('b', '10.0.0.2')];
  const one = await world.run(SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: a, config }));
  const two = await world.run(SctpEndpoint.bind({ addresses: ['10.0.0.2'], sctpPort: 5, substrate: b, config }));
  const incoming = two.listen();
  const near = await world.run(one.connect({ addresses: ['10.0.0.2'], sctpPort: 5, udpPort: two.udpPort }));
  const { value: far } = await world.run(incoming.next());
  return { world, near, far: far! };
}

const long = (): Uint8Array => new Uint8Array(LONG_BYTES).fill(7);

describe('long messages, as programs see them', () => {
  it.each([false, true])(
    '[SCTP-0724] a message of ten times the receive buffer is read in parts by receive, by a loop and by a listener; interleaving %s',
    async (interleaving) => {
      const config = { receiveBufferBytes: 20_000, partialDeliveryBytes: 5000, interleaving };
      const { world, near, far } = await setUp(config);
      const parts = new PartJoiner();
      const wholes: number[] = [];
      const take = ({ data, partial }: SctpMessage): boolean => {
        const whole = parts.add(data, partial);
        if (whole !== undefined) wholes.push(whole.length);
        return whole !== undefined;
      };
      for (let i = 0; i < 3; i++) await near.send(long());
      await world.run(
        (async () => {
          while (!take(await far.receive()));
          for await (const message of far) if (take(message)) break;
        })(),
      );
      far.on('message', take);
      await near.send('short');
      const ended = near.shutdown();
      await world.run(ended);
      expect(wholes).toEqual([LONG_BYTES, LONG_BYTES, LONG_BYTES, 5]);
      expect([parts.joined, parts.unfinished]).toEqual([3, 0]);
    },
  );

  it('[API-0101] a reader learns in its turn that the rest of a message will not come', async () => {
    const { world, near, far } = await setUp({ receiveBufferBytes: 20_000, partialDeliveryBytes: 5000 });
    await near.send(long());
    await world.pass(1000);
    near.abort('no more');
    await world.run(far.closed);
    const states: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const { partial } of far) states.push(partial?.state);
    })();
    await expect(world.run(reading)).rejects.toMatchObject({ code: 'ERR_SCTP_ABORTED_BY_PEER' });
    expect(states.length).toBeGreaterThan(2);
    expect(states.at(-1)).toBe('aborted');
    expect(states.slice(0, -1).every((state) => state === 'more')).toBe(true);
  });

  it.each([false, true])(
    '[IDATA-0056] [IDATA-0063] a short message of high priority overtakes a long one that is under way if they are interleaved: %s',
    async (interleaving) => {
      const { world, near, far } = await setUp({ interleaving, scheduler: 'priority' });
      near.setStreamPriority(1, 0);
      const arrived: number[] = [];
      far.on('message', ({ stream }) => arrived.push(stream));
      await near.send(long(), { stream: 0 });
      await world.pass(50);
      await near.send('urgent', { stream: 1 });
      await world.run(near.shutdown());
      expect(arrived).toEqual(interleaving ? [1, 0] : [0, 1]);
    },
  );

  it('[IDATA-0058] weights share the line', async () => {
    const { world, near, far } = await setUp({ interleaving: true, scheduler: 'weighted-fair' });
    near.setStreamWeight(1, 3 * 256);
    const bytes = [0, 0];
    far.on('message', ({ data, stream }) => {
      bytes[stream]! += data.length;
    });
    for (let i = 0; i < 100; i++) for (const stream of [0, 1]) near.trySend(new Uint8Array(5000), { stream });
    await world.pass(300);
    expect(bytes[1]! / bytes[0]!).toBeGreaterThan(2.5);
    expect(bytes[1]! / bytes[0]!).toBeLessThan(3.5);
    near.abort();
    expect(() => near.setStreamWeight(0, 1)).toThrow(/aborted/);
  });

  it('[IDATA-0059] [SCTP-1013] the SSN is told, or the low 16 bits of the MID', async () => {
    for (const interleaving of [false, true]) {
      const { world, near, far } = await setUp({ interleaving });
      for (const unordered of [false, true, false, true]) await near.send('x', { unordered });
      const numbers: (number | undefined)[] = [];
      for (let i = 0; i < 4; i++) numbers.push((await world.run(far.receive())).ssn);
      expect(numbers).toEqual(interleaving ? [0, 0, 1, 1] : [0, 0, 1, 0]);
    }
  });

  it('[IDATA-0061] [IDATA-0062] interleaving and scheduler are settings; whether it was agreed on, status tells', async () => {
    const { near } = await setUp({ interleaving: true });
    expect(near.status()?.extensions.interleaving).toBe(true);
    near.configure({ scheduler: 'round-robin' });
    expect(() => near.configure({ interleaving: false } as never)).toThrow(/cannot be changed/);
    const plain = await setUp({});
    expect(plain.near.status()?.extensions.interleaving).toBe(false);
  });
});
