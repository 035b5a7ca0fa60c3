import type { Certified } from '../../../src/cli/keys/authority.ts';
import {
  type JoinOptions,
  PoolElement,
  PoolUser,
  type PoolUserOptions,
  Registrar,
  type RegistrarEvent,
  type RegistrarStartOptions,
  type SessionHandler,
  type Untrusted,
} from '../../../src/rserpool/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import type { SimHost } from '../../harness/sim-substrate.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';
import { REGISTRAR_CONFIG, SCTP } from './scope.ts';

/** Makes keys, which takes long: one for all tests of a file. */
export const authority = new TestAuthority();
/** Nobody trusts it. */
export const stranger = new TestAuthority('stranger');
export const key = Buffer.alloc(32, 1);
const otherKey = Buffer.alloc(32, 2);

/** Secured registrars, elements and users on hosts of their own, good ones and rogues, on virtual time. */
export class TrustScope {
  readonly world = new SimWorld();
  readonly hosts = new Map<string, SimHost>();
  /** What registrars did, by their address: `registered`, `resolved` and so on. */
  readonly seen = new Map<string, string[]>();
  readonly untrusted: Untrusted[] = [];

  host(address: string): SimHost {
    const host = this.world.host(address, address);
    this.hosts.set(address, host);
    return host;
  }

  /** @param certificate for its address unless given */
  async registrar(
    address: string,
    options: Partial<RegistrarStartOptions> = {},
    certificate?: Certified,
  ): Promise<Registrar> {
    const registrar = await Registrar.start({
      addresses: [address],
      substrate: this.host(address),
      sctp: SCTP,
      config: REGISTRAR_CONFIG,
      security: {
        certificate: certificate ?? authority.certify(address),
        elementKeys: { find: (identity) => (identity.startsWith('pe-') ? key : undefined) },
      },
      ...options,
    });
    const seen: string[] = [];
    this.seen.set(address, seen);
    registrar.on('event', ({ kind }: RegistrarEvent) => void seen.push(kind));
    await this.world.run(registrar.whenServing());
    return registrar;
  }

  /** One that has neither the keys nor a certificate that is believed. */
  rogue(address: string, options: Partial<RegistrarStartOptions> = {}): Promise<Registrar> {
    const security = { certificate: stranger.certify(address), elementKeys: { find: () => otherKey } };
    return this.registrar(address, { security, ...options });
  }

  /** An element of the pool `Pool` that says its number with everything that it gets. */
  join(
    i: number,
    registrars: readonly string[],
    options: Partial<JoinOptions> = {},
    handler?: SessionHandler,
  ): Promise<PoolElement> {
    const address = `10.0.1.${i}`;
    return this.world.run(
      PoolElement.join(
        'Pool',
        {
          registrars,
          addresses: [address],
          substrate: this.host(address),
          sctp: SCTP,
          peIdentifier: i,
          security: { psk: { identity: `pe-${i}`, key }, certificate: authority.certify(address, `pe-${i}.example`) },
          onUntrusted: (event) => this.untrusted.push(event),
          ...options,
        },
        options.transport === undefined ? (handler ?? echo(i)) : undefined,
      ),
      60_000,
    );
  }

  async user(registrars: readonly string[], options: Partial<PoolUserOptions> = {}): Promise<PoolUser> {
    const user = await PoolUser.open({
      registrars,
      addresses: ['10.0.2.1'],
      substrate: options.substrate ?? this.host('10.0.2.1'),
      sctp: SCTP,
      security: { ca: authority.cert },
      ...options,
    });
    user.on('untrusted', (event) => this.untrusted.push(event));
    return user;
  }

  /** What was told of those that are not trusted. */
  get suspicions(): string[] {
    return [...new Set(this.untrusted.map(({ error }) => error.message))];
  }
}

function echo(i: number): SessionHandler {
  return async (session) => {
    for await (const { data } of session) {
      await session.send(`${i}: ${Buffer.from(data)}`);
      session.setCookie(Buffer.from(String(i)));
    }
  };
}
