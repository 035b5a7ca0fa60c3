import { setTimeout as pass } from 'node:timers/promises';
import { PoolElement, PoolUser } from '../../src/rserpool/index.ts';
import { ELEMENT_ID, LOOPBACK, type Order, POOL, type Told } from './orders.ts';
import { registrarPlace } from './registrar-place.ts';

const RESOLVE_EVERY_MS = 5;
const REGISTER_EVERY_MS = 50;

/** An element that is registered, elements that come and go, and a user: how long they wait for the registrar. */
export class Honest {
  readonly #options: { readonly registrars: readonly string[]; readonly addresses: readonly string[] };
  readonly #elementSecurity: Parameters<typeof PoolElement.join>[1]['security'];
  readonly #user: PoolUser;
  #nextId = ELEMENT_ID + 1;

  private constructor(order: Order & { readonly part: 'honest' }, user: PoolUser) {
    this.#options = { registrars: [registrarPlace(order)], addresses: [LOOPBACK] };
    this.#elementSecurity = elementSecurity(order);
    this.#user = user;
  }

  static async start(order: Order & { readonly part: 'honest' }): Promise<Honest> {
    const { keys } = order;
    const user = await PoolUser.open({
      registrars: [registrarPlace(order)],
      security: keys && { ca: keys.ca },
    });
    const honest = new Honest(order, user);
    await honest.#join(ELEMENT_ID);
    await user.populate(POOL);
    return honest;
  }

  async measure(durationMs: number): Promise<Told> {
    const end = performance.now() + durationMs;
    let failed = 0;
    const repeat = async (everyMs: number, act: () => Promise<() => Promise<void>>): Promise<number[]> => {
      const times: number[] = [];
      while (performance.now() < end) {
        const from = performance.now();
        let after = async (): Promise<void> => undefined;
        try {
          after = await act();
          times.push(performance.now() - from);
        } catch {
          failed++;
        }
        await after();
        await pass(Math.max(0, everyMs - (performance.now() - from)));
      }
      return times;
    };
    const [registrations, resolutions] = await Promise.all([
      repeat(REGISTER_EVERY_MS, async () => {
        const element = await this.#join(this.#nextId++);
        return () => element.leave();
      }),
      repeat(RESOLVE_EVERY_MS, async () => {
        await this.#user.populate(POOL);
        return async () => undefined;
      }),
    ]);
    return { kind: 'measured', registrations, resolutions, failed };
  }

  #join(peIdentifier: number): Promise<PoolElement> {
    return PoolElement.join(POOL, { ...this.#options, peIdentifier, security: this.#elementSecurity }, () => undefined);
  }
}

function elementSecurity({
  keys,
}: Order & { readonly part: 'honest' }): Parameters<typeof PoolElement.join>[1]['security'] {
  const key = keys?.byIdentity.honest;
  return key === undefined ? undefined : { psk: { identity: 'honest', key: Buffer.from(key, 'hex') } };
}
