import { ElementRole } from '../../../src/rserpool/element/element.ts';
import type { ElementRoleOptions } from '../../../src/rserpool/element/element-options.ts';
import type { ElementEvent } from '../../../src/rserpool/element/events.ts';
import type { RegistrationRequest } from '../../../src/rserpool/element/profile.ts';
import type { ErrorCause } from '../../../src/rserpool/wire/cause.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { SeededRandom } from '../../harness/random.ts';
import { host, RoleLadder } from '../asap/role-ladder.ts';

export const POOL = poolHandle('abc');

/** A pool element with scripted registrars at 192.0.2.1, .2, … and scripted users. */
export class ElementLadder extends RoleLadder<ElementEvent, ElementRole> {
  constructor(registrars = 2, config: ElementRoleOptions['config'] = {}, options: Partial<ElementRoleOptions> = {}) {
    super(
      new ElementRole({
        registrars: Array.from({ length: registrars }, (_, i) => host(i + 1)),
        profile: 'rfc',
        config: { businessCards: false, ...config },
        entropy: new SeededRandom(7),
        ...options,
      }),
    );
  }

  /** Asks for a registration. */
  register(request: Partial<RegistrationRequest> = {}): number {
    return this.call((role, now) => role.register({ poolHandle: POOL, peIdentifier: 7, ...request }, now));
  }

  /** Registers with the registrar at 192.0.2.1 over channel 1; nothing of it stays in `take`. */
  join(request: Partial<RegistrationRequest> = {}): void {
    this.register(request);
    this.up(1);
    this.granted(1, request.peIdentifier);
    this.take();
  }

  granted(channel: number, peIdentifier = 7, causes: readonly ErrorCause[] = []): void {
    this.asap(channel, { kind: 'registration-response', rejected: false, poolHandle: POOL, peIdentifier, causes });
  }

  rejected(channel: number, causes: readonly ErrorCause[], peIdentifier = 7): void {
    this.asap(channel, { kind: 'registration-response', rejected: true, poolHandle: POOL, peIdentifier, causes });
  }

  deregistered(channel: number, causes: readonly ErrorCause[] = [], peIdentifier = 7): void {
    this.asap(channel, { kind: 'deregistration-response', poolHandle: POOL, peIdentifier, causes });
  }

  keepAlive(channel: number, home: boolean, registrarIdentifier = 0x0badcafe, peIdentifier?: number): void {
    this.asap(channel, { kind: 'endpoint-keep-alive', home, registrarIdentifier, poolHandle: POOL, peIdentifier });
  }

  /** A user or a registrar opens a channel. */
  incoming(channel: number, n = 50): void {
    this.up(channel, host(n, 40_000), 'remote');
  }
}
