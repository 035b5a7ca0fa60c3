import { ElementRole } from '../../../src/rserpool/element/element.ts';
import type { ElementEvent } from '../../../src/rserpool/element/events.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import type { AsapMessage } from '../../../src/rserpool/wire/asap.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { host } from '../../rserpool/asap/role-ladder.ts';
import { element } from '../../rserpool/registrar/registrar-ladder.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';
import { clientSeeds } from './client-seeds.ts';
import { RoleWorld } from './role-world.ts';

type World = RoleWorld<ElementEvent, ElementRole>;

/** Where an input begins. The registrar is on channel 1, a user on channel 2. */
const STAGES = ['looking for a registrar', 'registering', 'registered', 'serving', 'secured'] as const;
const POOL = poolHandle('abc');
const HONEST = poolHandle('honest');
const MAX_SESSIONS = 5;
const REGISTRAR = { kind: 'psk', name: 'registrar-20' } as const;

/** What an application may do at any moment. */
function call(role: ElementRole, body: Uint8Array, now: number): void {
  const [what = 0, n = 0] = body;
  const pool = poolHandle(n % 2 === 0 ? 'abc' : 'other');
  const peIdentifier = 7 + ((n >> 1) % 3);
  const session = 2 * (n % 16);
  switch (what % 7) {
    case 0:
      role.register({ poolHandle: pool, peIdentifier }, now);
      break;
    case 1:
      role.deregister(pool, peIdentifier, now);
      break;
    case 2:
      role.update(pool, peIdentifier, { policy: { kind: 'weighted-random', weight: n } }, now);
      break;
    case 3:
      role.sendData(session, { bytes: body });
      break;
    case 4:
      role.setCookie(session, body);
      break;
    case 5:
      role.sendBusinessCard(session, pool, [element(1, 1)]);
      break;
    default:
      role.closeSession(session, n % 2 === 0 ? 'shutdown' : 'abort', 'fuzz');
  }
}

function worldOf(stage: (typeof STAGES)[number]): World {
  const secured = stage === 'secured';
  const role = new ElementRole({
    registrars: [host(1), host(2), host(3)],
    announcements: true,
    profile: 'rfc',
    config: { maxIncomingChannels: MAX_SESSIONS },
    entropy: new SeededRandom(7),
    ...(secured && { isRegistrar: (peer) => peer.kind === 'psk' && peer.name.startsWith('registrar') }),
  });
  const world: World = new RoleWorld(role, PPID.asap, call);
  role.register({ poolHandle: POOL, peIdentifier: 7 }, 0);
  world.drain();
  if (stage === 'looking for a registrar') return world;
  world.up(1, host(1), 'local', secured ? REGISTRAR : undefined);
  if (stage !== 'registering') world.asap(1, granted(POOL, 7));
  if (stage === 'serving' || secured) {
    const user = world.open(host(50, 40_000), secured ? { kind: 'anonymous' } : undefined);
    world.bytes(user, 0, Uint8Array.of(1, 2, 3));
  }
  return world;
}

function granted(pool: typeof POOL, peIdentifier: number): AsapMessage {
  return { kind: 'registration-response', rejected: false, poolHandle: pool, peIdentifier, causes: [] };
}

/** Registrars that are called answer, and grant what is asked: the element registers once more, elsewhere. */
function checkHonest(world: World): void {
  must(world.role.sessionCount <= MAX_SESSIONS, () => `${world.role.sessionCount} sessions`);
  const { role } = world;
  const from = world.sent.length;
  role.register({ poolHandle: HONEST, peIdentifier: 99 }, world.now);
  world.drain();
  const isRegistered = (): boolean =>
    world.events.some((event) => event.kind === 'registered' && event.peIdentifier === 99);
  const answer = (message: AsapMessage): AsapMessage | undefined =>
    message.kind === 'registration' ? granted(message.poolHandle, message.element.identifier) : undefined;
  must(world.becomesTrue(isRegistered, from, answer, REGISTRAR), () => 'an element cannot register any more');
}

const PE = { poolHandle: POOL, peIdentifier: 7 };
const TO_ELEMENT: readonly AsapMessage[] = [
  granted(POOL, 7),
  { kind: 'registration-response', rejected: true, ...PE, causes: [{ kind: 'lack-of-resources' }] },
  { kind: 'deregistration-response', ...PE, causes: [] },
  { kind: 'endpoint-keep-alive', home: false, registrarIdentifier: 1, poolHandle: POOL },
  { kind: 'endpoint-keep-alive', home: true, registrarIdentifier: 2, ...PE },
  { kind: 'server-announce', registrarIdentifier: 3, transports: [] },
  { kind: 'cookie-echo', cookie: new Uint8Array(20) },
  { kind: 'business-card', poolHandle: POOL, elements: [element(1, 1), element(2, 2)] },
  { kind: 'error', causes: [{ kind: 'unspecified' }] },
];

export const asapElement: FuzzTarget = {
  name: 'asap-element',
  about: 'ASAP messages of registrars and users into a pool element, plain and secured',
  shape: 'tlv',
  maxSteps: 40,
  weight: 4,
  seeds: () => clientSeeds({ stages: STAGES.length, calls: 7, messages: TO_ELEMENT, announcement: TO_ELEMENT[5]! }),
  run: ([first = new Uint8Array(1), ...steps]) => {
    const world = worldOf(STAGES[(first[0] ?? 0) % STAGES.length]!);
    for (const bytes of steps) world.play(bytes);
    checkHonest(world);
  },
};
