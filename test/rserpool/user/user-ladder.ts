import type { UserEvent } from '../../../src/rserpool/user/events.ts';
import type { SessionOptions } from '../../../src/rserpool/user/session-options.ts';
import { UserRole } from '../../../src/rserpool/user/user.ts';
import type { UserRoleOptions } from '../../../src/rserpool/user/user-options.ts';
import type { PoolElementParameter } from '../../../src/rserpool/wire/element.ts';
import type { PolicyParameter } from '../../../src/rserpool/wire/policy.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { host, RoleLadder } from '../asap/role-ladder.ts';

export const POOL = poolHandle('abc');

/** Element n of a pool, at 192.0.2.n. */
export function element(n: number, change: Partial<PoolElementParameter> = {}): PoolElementParameter {
  return {
    identifier: n,
    homeRegistrarIdentifier: 1,
    registrationLifeS: 600,
    userTransport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: [`192.0.2.${n}`] },
    policy: { kind: 'round-robin' },
    ...change,
  };
}

export interface Answer {
  readonly policy?: PolicyParameter;
  readonly acceptedSubscription?: boolean;
  readonly pool?: typeof POOL;
}

/** A pool user with scripted registrars at 192.0.2.1, .2, … and scripted elements. */
export class UserLadder extends RoleLadder<UserEvent, UserRole> {
  constructor(registrars = 1, config: UserRoleOptions['config'] = {}, options: Partial<UserRoleOptions> = {}) {
    super(
      new UserRole({
        registrars: Array.from({ length: registrars }, (_, i) => host(i + 1)),
        profile: 'rfc',
        config,
        entropy: new SeededRandom(7),
        ...options,
      }),
    );
  }

  /** The registrar at 192.0.2.1 becomes home over channel 1. */
  home(): void {
    this.call((role, now) => role.start(now));
    this.up(1);
    this.take();
  }

  answer(channel: number, elements: readonly (number | PoolElementParameter)[], answer: Answer = {}): void {
    this.asap(channel, {
      kind: 'handle-resolution-response',
      acceptedSubscription: answer.acceptedSubscription ?? false,
      poolHandle: answer.pool ?? POOL,
      policy: answer.policy,
      elements: elements.map((each) => (typeof each === 'number' ? element(each) : each)),
      causes: [],
    });
  }

  unknownPool(channel: number, pool = POOL): void {
    this.asap(channel, {
      kind: 'handle-resolution-response',
      acceptedSubscription: false,
      poolHandle: pool,
      elements: [],
      causes: [{ kind: 'unknown-pool-handle' }],
    });
  }

  open(options: SessionOptions = {}): number {
    return this.call((role, now) => role.openSession(POOL, options, now));
  }

  send(session: number, text: string): boolean {
    return this.call((role, now) => role.sendData(session, { bytes: new TextEncoder().encode(text) }, now));
  }

  /** A session that is up with the first of these elements, over channel 3; nothing of it stays in `take`. */
  session(elements: readonly (number | PoolElementParameter)[], options: SessionOptions = {}): number {
    this.home();
    const session = this.open(options);
    this.answer(1, elements);
    this.up(3);
    this.take();
    return session;
  }

  cookie(channel: number, text: string): void {
    this.asap(channel, { kind: 'cookie', cookie: new TextEncoder().encode(text) });
  }
}
