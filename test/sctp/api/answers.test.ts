import { describe, expect, it } from 'vitest';
import type { SctpAssociation } from '../../../src/sctp/index.ts';
import { Scope } from './scope.ts';

/** Two of them do not fit into one packet. */
const QUESTION = new Uint8Array(1000);

/** The packets that answer so many questions. */
async function answers(serve: (far: SctpAssociation) => void, questions = 2): Promise<string[]> {
  const scope = await Scope.open();
  const { near, far } = await scope.connect();
  serve(far);
  // The first DATA is acknowledged at once.
  near.trySend('hello');
  await scope.world.pass(1000);
  const packets: string[] = [];
  scope.onPacketFrom('10.0.0.2', (chunks) => packets.push(chunks.map(({ kind }) => kind).join(' ')));
  for (let i = 0; i < questions; i++) near.trySend(QUESTION);
  await scope.world.pass(100);
  return packets;
}

describe('an answer to what has to be acknowledged at once', () => {
  it('[SCTP-0562] takes the acknowledgement along if a listener gives it', async () => {
    let count = 0;
    const packets = await answers((far) => far.on('message', () => ++count === 3 && far.trySend('answer')));
    expect(packets).toEqual(['sack data']);
  });

  it('[SCTP-0562] takes the acknowledgement along if a loop that waits for messages gives it', async () => {
    const packets = await answers(async (far) => {
      let count = 0;
      for await (const { data } of far) {
        const [length] = await Promise.all([Promise.resolve(data.length)]);
        if (length > 0 && ++count === 3) await far.send('answer');
      }
    });
    expect(packets).toEqual(['sack data']);
  });

  it('[SCTP-0587] is not waited for', async () => {
    expect(await answers((far) => far.on('message', () => undefined))).toEqual(['sack']);
  });

  it('[SCTP-0587] is one of several if more packets have come at a time', async () => {
    let count = 0;
    const packets = await answers((far) => far.on('message', () => ++count === 5 && far.trySend('answer')), 4);
    expect(packets).toEqual(['sack', 'sack data']);
  });
});
