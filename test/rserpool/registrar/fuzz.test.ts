import { describe, expect, it, vi } from 'vitest';
import type { EnrpBody } from '../../../src/rserpool/enrp/speaker.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import type { EnrpMessage } from '../../../src/rserpool/wire/enrp.ts';
import { encodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { fuzzInputs, fuzzTimeoutMs } from '../../harness/fuzz-inputs.ts';
import { SeededRandom } from '../../harness/random.ts';
import { element, host, OWN, peerElement, RegistrarLadder } from './registrar-ladder.ts';

vi.setConfig({ testTimeout: fuzzTimeoutMs(60_000) });

const LIMITS = { maxPeers: 8, maxElements: 200, maxPools: 20, maxChannels: 64, maxTableSessions: 4 };

/** A valid ASAP message about a few pools and elements, so that messages meet each other's effects. */
function asapMessage(random: SeededRandom): AsapMessage {
  const pool = poolHandle(`pool ${random.below(6)}`);
  const peIdentifier = random.below(20);
  const policies = [
    { kind: 'round-robin' },
    { kind: 'weighted-random', weight: random.below(3) },
    { kind: 'least-used', load: random.u32() },
    { kind: 'unknown', type: 0x80000000 + random.below(3), data: random.bytes(4) },
  ] as const;
  switch (random.below(7)) {
    case 0:
    case 1: {
      const policy = policies[random.below(4)]!;
      const registrationLifeS = [-2, -1, 0, 1, 600, 600, 600, 600][random.below(8)]!;
      return {
        kind: 'registration',
        poolHandle: pool,
        element: element(peIdentifier, random.below(3) + 1, { policy, registrationLifeS }),
      };
    }
    case 2:
      return { kind: 'deregistration', poolHandle: pool, peIdentifier };
    case 3:
      return { kind: 'handle-resolution', subscribe: random.chance(0.5), poolHandle: pool, itemCount: random.below(4) };
    case 4:
      return { kind: 'endpoint-keep-alive-ack', poolHandle: pool, peIdentifier };
    case 5:
      return { kind: 'endpoint-unreachable', poolHandle: pool, peIdentifier };
    default:
      return { kind: 'error', causes: [{ kind: 'unspecified' }] };
  }
}

function enrpMessage(random: SeededRandom): EnrpMessage {
  const ids = [0, OWN, 20, 30, 40, random.u32()] as const;
  const id = (): number => ids[random.below(6)]!;
  const pool = poolHandle(`pool ${random.below(6)}`);
  const member = () => peerElement(random.below(20), random.below(3) + 1, id());
  const body = ((): EnrpBody => {
    switch (random.below(10)) {
      case 0:
      case 1: {
        const information = {
          identifier: id(),
          transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`192.0.2.${random.below(40)}`] },
        } as const;
        const checksum = random.below(0x10000);
        return { kind: 'presence', replyRequired: random.chance(0.5), checksum, information };
      }
      case 2:
        return { kind: 'handle-table-request', ownChildrenOnly: random.chance(0.5) };
      case 3: {
        const pools = random.chance(0.2) ? [] : [{ poolHandle: pool, elements: [member(), member()] }];
        return { kind: 'handle-table-response', rejected: random.chance(0.2), more: random.chance(0.3), pools };
      }
      case 4:
      case 5:
        return {
          kind: 'handle-update',
          action: random.chance(0.6) ? 'add-pe' : 'del-pe',
          poolHandle: pool,
          element: member(),
        };
      case 6:
        return { kind: 'list-request' };
      case 7:
        return { kind: 'init-takeover', targetId: id() };
      case 8:
        return { kind: 'init-takeover-ack', targetId: id() };
      default:
        return { kind: 'takeover-server', targetId: id() };
    }
  })();
  return { ...body, senderId: id(), receiverId: random.chance(0.8) ? 0 : id() } as EnrpMessage;
}

/** Flips, cuts, lengthens or leaves alone. */
function mutate(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const mutant = bytes.slice();
  switch (random.below(5)) {
    case 0:
      for (let i = 0; i <= random.below(4); i++) mutant[random.below(mutant.length)] = random.below(256);
      return mutant;
    case 1:
      return mutant.subarray(0, random.below(mutant.length + 1));
    case 2: {
      const longer = new Uint8Array(mutant.length + 4 * random.below(5));
      longer.set(random.bytes(longer.length));
      longer.set(mutant);
      if (longer.length >= 4) new DataView(longer.buffer).setUint16(2, longer.length);
      return longer;
    }
    default:
      return mutant;
  }
}

function someBytes(random: SeededRandom): readonly [ppid: number, bytes: Uint8Array] {
  const ppid = random.chance(0.5) ? PPID.asap : PPID.enrp;
  if (random.chance(0.1)) return [ppid, random.bytes(random.below(80))];
  const valid = ppid === PPID.asap ? encodeAsap(asapMessage(random)) : encodeEnrp(enrpMessage(random));
  return [random.chance(0.02) ? random.u32() : ppid, mutate(valid, random)];
}

describe('hostile input', () => {
  it('messages on three channels: nothing is thrown, and all state stays within its limits', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = new SeededRandom(seed);
      const ladder = RegistrarLadder.serving(LIMITS);
      const open: number[] = [];
      let nextId = 2;
      let reached = 0;
      for (let i = 0; i < fuzzInputs(10_000); i++) {
        while (open.length < 3) {
          ladder.up(nextId, host(random.below(3) + 1, random.chance(0.5) ? 4711 : 9901));
          open.push(nextId);
          nextId += 2;
        }
        const channel = open[random.below(3)]!;
        const [ppid, bytes] = someBytes(random);
        ladder.bytes(channel, ppid, bytes);
        for (const line of ladder.take()) {
          // The driver's part: what is closed goes down, what is called comes up or does not.
          const [verb, id] = line.split(' ');
          if (verb === 'close' || verb === 'connect') {
            const number = Number(id);
            const index = open.indexOf(number);
            if (verb === 'close' && index >= 0) open.splice(index, 1);
            if (verb === 'connect' && random.chance(0.5)) ladder.up(number, host(random.below(3) + 1, 4711), 'local');
            else ladder.down(number, random.chance(0.5));
          }
        }
        if (random.chance(0.02)) ladder.advance(random.below(random.chance(0.05) ? 20_000 : 300));
        if (i % 100 === 0) {
          const snapshot = ladder.role.snapshot();
          const elements = snapshot.pools.reduce((sum, pool) => sum + pool.elements.length, 0);
          expect(elements).toBeLessThanOrEqual(LIMITS.maxElements);
          expect(snapshot.pools.length).toBeLessThanOrEqual(LIMITS.maxPools);
          expect(snapshot.peers.length).toBeLessThanOrEqual(LIMITS.maxPeers);
          expect(snapshot.channels).toBeLessThanOrEqual(LIMITS.maxChannels);
          expect(snapshot.watchedElements).toBeLessThanOrEqual(elements);
          expect(snapshot.tableSessions).toBeLessThanOrEqual(LIMITS.maxTableSessions);
          reached = Math.max(reached, elements);
        }
      }
      // It was no dead end: elements and peers came into being.
      expect(reached).toBeGreaterThan(5);
      expect(ladder.eventsOf('peer-up').length).toBeGreaterThan(10);
      expect(ladder.eventsOf('registered').length).toBeGreaterThan(30);
    }
  });

  it('announcements of any bytes do no harm', () => {
    const random = new SeededRandom(1);
    const ladder = RegistrarLadder.serving(LIMITS);
    for (let i = 0; i < 5000; i++) {
      const bytes = random.chance(0.5)
        ? random.bytes(random.below(60))
        : mutate(encodeAsap(asapMessage(random)), random);
      ladder.input({ kind: 'announcement', from: { address: '192.0.2.1', udpPort: 3863 }, bytes });
    }
    expect(ladder.take()).toEqual([]);
  });
});
