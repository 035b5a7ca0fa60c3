import { describe, expect, it } from 'vitest';
import { SctpEndpoint } from '../../../src/sctp/index.ts';
import { SimWorld } from './sim-world.ts';

const CONFIG = { receiveBufferBytes: 16_384, sendBufferBytes: 16_384, rtoInitialMs: 100, rtoMinMs: 50, rtoMaxMs: 200 };
const MESSAGES = 200;

describe('a window that stays closed', () => {
  it('[SCTP-0547] data that was in flight when the window closed is no error as long as the peer answers', async () => {
    const world = new SimWorld();
    const [a, b] = [world.host('a', '10.0.0.1'), world.host('b', '10.0.0.2')];
    const config = { ...CONFIG, associationMaxRetrans: 3 };
    const sender = await world.run(SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: a, config }));
    const receiver = await world.run(
      SctpEndpoint.bind({ addresses: ['10.0.0.2'], sctpPort: 5, udpPort: 9899, substrate: b, config }),
    );
    const listener = receiver.listen();
    const association = await world.run(sender.connect({ addresses: ['10.0.0.2'], sctpPort: 5 }));
    const { value: incoming } = await world.run(listener.next());
    const sending = (async () => {
      // 1000 does not divide the window: its rest is told as 0 (§6.2) when one more message is on its way.
      for (let i = 0; i < MESSAGES; i++) await association.send(new Uint8Array(1000).fill(i));
    })();
    await world.pass(60_000);
    expect(association.stats()?.t3Expirations).toBeGreaterThan(10);
    const reading = (async () => {
      for (let i = 0; i < MESSAGES; i++) expect((await incoming!.receive()).data[0]).toBe(i);
    })();
    await world.run(Promise.all([sending, reading]));
  });
});
