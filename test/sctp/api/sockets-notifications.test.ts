import { describe, expect, it } from 'vitest';
import type { SctpAssociation, SctpAssociationEvents, ShuttingDown } from '../../../src/sctp/index.ts';
import { ScriptedPeer } from '../../harness/scripted-peer.ts';
import { Scope } from './scope.ts';

/** Writes down the names of all events of an association, in their order. */
function eventsOf(association: SctpAssociation): string[] {
  const names: (keyof SctpAssociationEvents)[] = ['send-failed', 'dry', 'shutting-down', 'closed', 'peer-error'];
  const seen: string[] = [];
  for (const name of names) association.on(name, () => seen.push(name));
  return seen;
}

describe('notifications of RFC 6458 §6', () => {
  it('[API-0087] [API-0088] COMM_UP is the first event, with who began and the streams both ways', () => {
    const active = new ScriptedPeer().connect();
    const passive = new ScriptedPeer().establish();
    for (const [peer, initiator] of [
      [active, 'local'],
      [passive, 'remote'],
    ] as const) {
      expect(peer.node.events[0]!.event).toMatchObject({
        kind: 'up',
        initiator,
        outboundStreams: 10,
        inboundStreams: 10,
      });
    }
  });

  it('[API-0092] what both ends support is told with COMM_UP and in the status', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect({ config: { partialReliability: false, streamReconfiguration: true } });
    for (const { extensions } of [near.status()!, far.status()!]) {
      expect(extensions.partialReliability).toBe(false);
    }
    const other = await scope.connect();
    expect(other.near.status()!.extensions).toEqual(other.far.status()!.extensions);
  });

  it('[API-0094] an ERROR chunk is told with all its causes', () => {
    const peer = new ScriptedPeer().connect();
    const causes = [
      { kind: 'invalid-stream-identifier', streamId: 3 },
      { kind: 'unrecognized-chunk-type', chunk: new Uint8Array([63, 0, 0, 4]) },
    ] as const;
    peer.send({ kind: 'error', causes });
    expect(peer.node.eventsOf('peer-error')).toEqual([{ kind: 'peer-error', causes }]);
  });

  it('[API-0097] [API-0098] a failed message comes back whole, as it was given, sent in part or not at all', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect();
    const failures: { data: Uint8Array; partlySent: boolean }[] = [];
    near.on('send-failed', ({ data, partlySent }) => failures.push({ data, partlySent }));
    const [long, short] = [new Uint8Array(50_000).fill(7), new TextEncoder().encode('behind it')];
    near.trySend(long);
    near.trySend(short);
    // One round trip: the first fragments are there and acknowledged.
    await scope.world.pass(25);
    far.abort();
    await scope.world.run(near.closed);
    expect(failures.map(({ partlySent }) => partlySent)).toEqual([true, false]);
    expect(failures.map(({ data }) => Buffer.compare(data, data.length === 9 ? short : long))).toEqual([0, 0]);
  });

  it('[API-0035] [API-0099] a graceful end: SHUTDOWN from the peer is told before the end is', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect();
    const [nearSees, farSees] = [eventsOf(near), eventsOf(far)];
    const states: ShuttingDown[] = [];
    far.on('shutting-down', (state) => states.push(state));
    await near.send('x');
    await near.send('y');
    await scope.world.run(near.shutdown());
    await scope.world.run(far.closed);
    expect(states).toEqual([{ messagesReceived: 2, bufferedBytes: 0 }]);
    expect(nearSees).toEqual(['dry', 'closed']);
    expect(farSees).toEqual(['shutting-down', 'closed']);
  });

  it('[API-0107] each event is subscribed to by itself', async () => {
    const scope = await Scope.open();
    const { near, far } = await scope.connect();
    let dry = 0;
    near.on('dry', () => dry++);
    await near.send('x');
    far.abort();
    await scope.world.run(near.closed);
    expect(near.listenerCount('closed') + near.listenerCount('send-failed')).toBe(0);
    expect(dry).toBeLessThanOrEqual(1);
  });

  it('[API-0021] [API-0032] a set-up without messages carries none', async () => {
    const scope = await Scope.open();
    const sent = scope.chunksSentBy('10.0.1.1');
    await scope.connect();
    await scope.world.pass(1000);
    expect(sent.map(({ kind }) => kind)).toEqual(['init', 'cookie-echo']);
  });

  it('[API-0032] [API-0120] the first messages ride in the packet of COOKIE ECHO', async () => {
    const scope = await Scope.open();
    const packets: string[] = [];
    scope.onPacketFrom('10.0.1.1', (chunks) => packets.push(chunks.map(({ kind }) => kind).join(' + ')));
    await scope.connect({ messages: [{ data: 'one' }, { data: 'two' }] });
    expect(packets.slice(0, 2)).toEqual(['init', 'cookie-echo + data + data']);
  });
});
