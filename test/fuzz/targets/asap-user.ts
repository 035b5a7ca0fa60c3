import { PPID } from '../../../src/rserpool/role.ts';
import type { UserEvent } from '../../../src/rserpool/user/events.ts';
import { UserRole } from '../../../src/rserpool/user/user.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { host } from '../../rserpool/asap/role-ladder.ts';
import { element } from '../../rserpool/user/user-ladder.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';
import { clientSeeds } from './client-seeds.ts';
import { RoleWorld } from './role-world.ts';

type World = RoleWorld<UserEvent, UserRole>;

/** Where an input begins. The registrar is on channel 1, the element of the session on channel 3. */
const STAGES = ['looking for a registrar', 'resolving', 'with a session', 'with messages'] as const;
const POOL = poolHandle('abc');
const HONEST = poolHandle('honest');
const LIMITS = {
  maxCacheEntries: 3,
  maxSessions: 4,
  maxFailedElements: 8,
  maxQueuedBytes: 200,
  maxElementChannels: 10,
};

/** What an application may do at any moment. */
function call(role: UserRole, body: Uint8Array, now: number): void {
  const [what = 0, n = 0] = body;
  const pool = poolHandle(n % 2 === 0 ? 'abc' : 'other');
  const session = 1 + (n % 6);
  switch (what % 8) {
    case 0:
      role.openSession(pool, { resend: n % 3 === 0, ...(n % 5 === 0 && { giveUpAfterMs: 100 * n }) }, now);
      break;
    case 1:
      role.resolve(pool, now);
      break;
    case 2:
      role.transportFailure(pool, n % 7, now);
      break;
    case 3:
      role.sendData(session, { bytes: body }, now);
      break;
    case 4:
      role.send({ poolHandle: pool }, { bytes: body }, { to: (['one', 'last', 'all'] as const)[n % 3]! }, now);
      break;
    case 5:
      role.closeSession(session, n % 2 === 0 ? 'shutdown' : 'abort', 'fuzz');
      break;
    case 6:
      role.purge(pool);
      break;
    default:
      role.pick(pool, now);
  }
}

function worldOf(stage: (typeof STAGES)[number]): World {
  const role = new UserRole({
    registrars: [host(1), host(2), host(3)],
    announcements: true,
    profile: 'rfc',
    config: { ...LIMITS, subscribe: true },
    entropy: new SeededRandom(7),
  });
  const world: World = new RoleWorld(role, PPID.asap, call);
  role.start(0);
  world.drain();
  if (stage === 'looking for a registrar') return world;
  world.up(1, host(1), 'local');
  if (stage === 'with messages') role.send({ poolHandle: POOL }, { bytes: Uint8Array.of(1) }, { to: 'all' }, 0);
  else role.openSession(POOL, {}, 0);
  world.drain();
  if (stage === 'resolving') return world;
  world.asap(1, resolution(POOL));
  for (const [channel, state] of [...world.channels])
    if (state === 'connecting') world.up(channel, host(channel), 'local');
  return world;
}

function resolution(pool: typeof POOL): AsapMessage {
  const elements = [element(1), element(2), element(3)];
  return { kind: 'handle-resolution-response', acceptedSubscription: true, poolHandle: pool, elements, causes: [] };
}

function checkLimits({ role }: World): void {
  must(role.sessionCount <= LIMITS.maxSessions, () => `${role.sessionCount} sessions`);
  must(role.cacheSize <= LIMITS.maxCacheEntries, () => `${role.cacheSize} pools in the cache`);
}

/** Registrars and elements that are called answer: a session with another pool comes about. */
function checkHonest(world: World): void {
  const { role } = world;
  if (role.sessionCount === LIMITS.maxSessions) return;
  const from = world.sent.length;
  const session = role.openSession(HONEST, {}, world.now);
  world.drain();
  const isServed = (): boolean => world.channels.get(role.channelOf(session) ?? -1) === 'up';
  const answer = (message: AsapMessage): AsapMessage | undefined =>
    message.kind === 'handle-resolution' ? resolution(message.poolHandle) : undefined;
  must(world.becomesTrue(isServed, from, answer), () => 'a user finds no element any more');
}

const TO_USER: readonly AsapMessage[] = [
  resolution(POOL),
  {
    kind: 'handle-resolution-response',
    acceptedSubscription: false,
    poolHandle: POOL,
    elements: [],
    causes: [{ kind: 'unknown-pool-handle' }],
  },
  { kind: 'server-announce', registrarIdentifier: 3, transports: [] },
  { kind: 'cookie', cookie: new Uint8Array(20) },
  { kind: 'business-card', poolHandle: POOL, elements: [element(1), element(2)] },
  { kind: 'error', causes: [{ kind: 'unspecified' }] },
];

export const asapUser: FuzzTarget = {
  name: 'asap-user',
  about: 'ASAP messages of registrars and elements into a pool user',
  shape: 'tlv',
  maxSteps: 40,
  weight: 4,
  seeds: () => clientSeeds({ stages: STAGES.length, calls: 8, messages: TO_USER, announcement: TO_USER[2]! }),
  run: ([first = new Uint8Array(1), ...steps]) => {
    const world = worldOf(STAGES[(first[0] ?? 0) % STAGES.length]!);
    for (const bytes of steps) world.play(bytes);
    checkLimits(world);
    checkHonest(world);
  },
};
