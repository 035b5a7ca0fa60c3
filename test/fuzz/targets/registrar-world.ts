import { AccessRules } from '../../../src/rserpool/access/access-rules.ts';
import type { PeerIdentity } from '../../../src/rserpool/access/identity.ts';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { RegistrarRole } from '../../../src/rserpool/registrar/registrar.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { ABC, element, host, OWN, peerElement } from '../../rserpool/registrar/registrar-ladder.ts';
import { type FuzzInput, must } from '../fuzz-target.ts';
import { RoleWorld } from './role-world.ts';

export type RegistrarWorld = RoleWorld<RegistrarEvent, RegistrarRole>;

/** Where an input begins; the peers are registrars 20 and 30 on channels 2 and 4, an element is on channel 6. */
export const STAGES = ['alone', 'with peers', 'looking for a mentor', 'downloading', 'taking over', 'secured'] as const;
type Stage = (typeof STAGES)[number];

const LIMITS = { maxPeers: 5, maxElements: 10, maxPools: 5, maxChannels: 12, maxTableSessions: 2 };
const QUIET = { peerHeartbeatCycleMs: 1e7, keepAlivePeriodMs: 0 };
const HONEST = poolHandle('honest');
const HONEST_IDENTITY: PeerIdentity = { kind: 'psk', name: 'honest' };
/** More than a start without a mentor needs. */
const START_MS = 120_000;

export function registrarWorld(stage: Stage, ppid: number): RegistrarWorld {
  const isStarting = stage === 'looking for a mentor' || stage === 'downloading';
  const secured = stage === 'secured';
  const rules = new AccessRules([
    { who: 'psk:pe-1', register: ['abc*'], elements: ['1-10'], resolve: ['*'] },
    { who: 'psk:registrar-20', peer: true },
    { who: 'psk:honest', register: ['honest'], resolve: ['honest'] },
  ]);
  const role = new RegistrarRole(
    {
      entropy: new SeededRandom(1),
      enrp: host(9),
      asap: [host(9, 3863)],
      registrarId: OWN,
      profile: 'rfc',
      config: { ...LIMITS, ...(stage === 'taking over' && QUIET) },
      ...(isStarting && { peers: [host(20)] }),
      ...(secured && { security: { rules, answersPlainUsers: true } }),
    },
    0,
  );
  const world: RegistrarWorld = new RoleWorld(role, ppid);
  if (isStarting) startWith(world, stage === 'downloading');
  else if (stage !== 'alone') meetPeers(world, secured);
  if (stage === 'taking over') loseOne(world);
  return world;
}

function presence(world: RegistrarWorld, channel: number, senderId: number): void {
  const transport = { protocol: 'sctp', port: 9901, use: 'data-only', addresses: [`192.0.2.${senderId}`] } as const;
  const information = { identifier: senderId, transport };
  world.enrp(channel, {
    kind: 'presence',
    senderId,
    receiverId: 0,
    replyRequired: false,
    checksum: 0xffff,
    information,
  });
}

/** Its mentor is registrar 20 on channel 1. */
function startWith(world: RegistrarWorld, asks: boolean): void {
  world.up(1, host(20), 'local');
  if (!asks) return;
  presence(world, 1, 20);
  world.enrp(1, { kind: 'list-response', senderId: 20, receiverId: OWN, rejected: false, registrars: [] });
}

function meetPeers(world: RegistrarWorld, secured: boolean): void {
  const psk = (name: string): PeerIdentity | undefined => (secured ? { kind: 'psk', name } : undefined);
  for (const id of [20, 30]) presence(world, world.open(host(id), psk(`registrar-${id}`)), id);
  for (const identifier of [1, 2]) {
    const member = peerElement(identifier, identifier, 20);
    const update = { kind: 'handle-update', senderId: 20, receiverId: 0, action: 'add-pe', poolHandle: ABC } as const;
    world.enrp(2, { ...update, element: member });
  }
  const channel = world.open(host(3, 4711), psk('pe-1'));
  world.asap(channel, { kind: 'registration', poolHandle: ABC, element: element(3, 3) });
}

/** Registrar 20 falls silent; the other one is asked whether we may take it over. */
function loseOne(world: RegistrarWorld): void {
  world.pass(60_000);
  presence(world, 4, 30);
  world.pass(6000);
}

/** Plays an input; then nothing has grown beyond its limit, and somebody honest is served as ever. */
export function playAtRegistrar([first = new Uint8Array(1), ...steps]: FuzzInput, ppid: number): void {
  const world = registrarWorld(STAGES[(first[0] ?? 0) % STAGES.length]!, ppid);
  for (const bytes of steps) world.play(bytes);
  checkLimits(world);
  checkHonest(world);
}

function checkLimits({ role }: RegistrarWorld): void {
  const { pools, peers, tableSessions, channels, watchedElements } = role.snapshot();
  const elements = pools.reduce((sum, pool) => sum + pool.elements.length, 0);
  const atMost = (what: string, count: number, limit: number): void =>
    must(count <= limit, () => `${what}: ${count}, the limit is ${limit}`);
  atMost('elements', elements, LIMITS.maxElements);
  atMost('pools', pools.length, LIMITS.maxPools);
  atMost('peers', peers.length, LIMITS.maxPeers);
  // Those that it opens itself, to elements and peers, are not refused.
  atMost('channels', channels, LIMITS.maxChannels + LIMITS.maxElements + LIMITS.maxPeers);
  atMost('downloads', tableSessions, LIMITS.maxTableSessions);
  atMost('watched elements', watchedElements, elements);
}

function checkHonest(world: RegistrarWorld): void {
  if (world.role.state === 'starting') {
    // The mentor may have been driven away, and others called instead: nobody answers them.
    world.pass(START_MS);
    if (world.role.state === 'starting') return;
  }
  const { pools, channels } = world.role.snapshot();
  const elements = pools.reduce((sum, pool) => sum + pool.elements.length, 0);
  const isFull = elements >= LIMITS.maxElements || pools.length >= LIMITS.maxPools || channels >= LIMITS.maxChannels;
  if (isFull) return;
  const channel = world.open(host(77, 4711), HONEST_IDENTITY);
  const ask = (message: AsapMessage): AsapMessage => {
    const before = world.sent.length;
    world.asap(channel, message);
    const answer = world.sent.slice(before).find((sent) => sent.channel === channel && sent.ppid === PPID.asap);
    must(answer !== undefined, () => `no answer to an honest ${message.kind}`);
    return decodeAsap(answer!.bytes);
  };
  const peIdentifier = 777;
  const granted = ask({ kind: 'registration', poolHandle: HONEST, element: element(peIdentifier, 77) });
  const isGranted = granted.kind === 'registration-response' && !granted.rejected;
  must(isGranted, () => `an honest registration: ${JSON.stringify(granted)}`);
  const resolved = ask({ kind: 'handle-resolution', subscribe: false, poolHandle: HONEST });
  const isFound = resolved.kind === 'handle-resolution-response' && resolved.elements.length === 1;
  must(isFound, () => `an honest resolution: ${JSON.stringify(resolved)}`);
  const ended = ask({ kind: 'deregistration', poolHandle: HONEST, peIdentifier });
  const isEnded = ended.kind === 'deregistration-response' && ended.causes.length === 0;
  must(isEnded, () => `an honest deregistration: ${JSON.stringify(ended)}`);
}
