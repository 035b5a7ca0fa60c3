import {
  ASAP_PORT,
  ASAP_TLS_PORT,
  ENRP_PORT,
  ENRP_TLS_PORT,
  type JoinOptions,
  PoolElement,
  type PoolElementParameter,
  PoolUser,
  type PoolUserOptions,
  PPID,
  Registrar,
  type RegistrarStartOptions,
  type SessionHandler,
} from '../../src/rserpool/index.ts';
import type { AsapMessage } from '../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import type { EnrpMessage } from '../../src/rserpool/wire/enrp.ts';
import { encodeEnrp } from '../../src/rserpool/wire/enrp-codec.ts';
import { poolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import type { SimHost } from '../harness/sim-substrate.ts';
import { REGISTRAR_CONFIG, SCTP, Scope } from '../rserpool/node/scope.ts';
import { type Call, Contact } from './contact.ts';
import { authority, guessed, guessedKeys, keysOf, psk, rogueAuthority } from './credentials.ts';
import { OnPath } from './on-path.ts';

export type Configuration = 'plain' | 'secured';

/** The pool of all attacks. */
export const POOL = 'AttackedPool';
/** Where attackers are. */
export const ATTACKER = '10.0.9.1';

/** A way in that an outsider tries. */
export interface WayIn {
  readonly sctpPort: number;
  readonly tls?: Call['tls'];
}

/**
 * A scope in virtual time with registrars 10.0.0.1 …, elements 10.0.1.1 …, users 10.0.2.1 … and attackers 10.0.9.1 …,
 * plain or secured by TLS: keys for elements and registrars, certificates for users.
 */
export class Arena {
  readonly isSecured: boolean;
  readonly wire = new OnPath();
  readonly scope: Scope;
  readonly registrars: Registrar[] = [];

  constructor(configuration: Configuration) {
    this.isSecured = configuration === 'secured';
    this.scope = new Scope([this.wire.stage]);
  }

  run<T>(until: Promise<T>, limitMs = 120_000): Promise<T> {
    return this.scope.world.run(until, limitMs);
  }

  pass(durationMs: number): Promise<void> {
    return this.scope.world.pass(durationMs);
  }

  /** The error's code if the call fails, else `no error`. */
  codeOf(call: Promise<unknown>): Promise<string> {
    return this.scope.codeOf(call);
  }

  /** A host, made when it is first asked for. */
  host(address: string): SimHost {
    return this.scope.hosts.get(address) ?? this.scope.host(address, address);
  }

  /** The registrar 10.0.0.`n`, which knows those before it, and serves. */
  async registrar(n: number, options: Partial<RegistrarStartOptions> = {}): Promise<Registrar> {
    const address = `10.0.0.${n}`;
    const registrar = await Registrar.start({
      addresses: [address],
      substrate: this.host(address),
      sctp: SCTP,
      peers: this.registrars.map((_, i) => `10.0.0.${i + 1}`),
      registrarId: n,
      config: REGISTRAR_CONFIG,
      ...(this.isSecured && {
        security: {
          certificate: authority.certify(address),
          elementKeys: keysOf('pe-'),
          peerKeys: keysOf('registrar-'),
          psk: psk(`registrar-${n}`),
        },
      }),
      ...options,
    });
    this.registrars.push(registrar);
    await this.run(registrar.whenServing());
    await this.pass(2000);
    return registrar;
  }

  /** A registrar of an attacker, who has neither keys of the scope nor its authority's signature. */
  async rogueRegistrar(options: Partial<RegistrarStartOptions> = {}, address = ATTACKER): Promise<Registrar> {
    const registrar = await Registrar.start({
      addresses: [address],
      substrate: this.host(address),
      sctp: SCTP,
      registrarId: 666,
      config: REGISTRAR_CONFIG,
      ...(this.isSecured && {
        security: {
          certificate: rogueAuthority.certify(address),
          elementKeys: guessedKeys,
          peerKeys: guessedKeys,
          psk: guessed('registrar-1'),
        },
      }),
      ...options,
    });
    await this.run(registrar.whenServing());
    return registrar;
  }

  /** The element 10.0.1.`n`: says who it is with everything that it echoes. */
  element(n: number, options: Partial<JoinOptions> = {}, handler = echo(`element ${n}`)): Promise<PoolElement> {
    const address = `10.0.1.${n}`;
    return this.run(
      PoolElement.join(
        POOL,
        {
          registrars: ['10.0.0.1'],
          addresses: [address],
          substrate: this.host(address),
          sctp: SCTP,
          peIdentifier: n,
          ...(this.isSecured && { security: { psk: psk(`pe-${n}`), certificate: authority.certify(address) } }),
          ...options,
        },
        handler,
      ),
    );
  }

  /** An element of an attacker. It is not waited for. */
  rogueElement(options: Partial<JoinOptions> = {}, address = ATTACKER): Promise<PoolElement> {
    return PoolElement.join(
      POOL,
      {
        registrars: ['10.0.0.1'],
        addresses: [address],
        substrate: this.host(address),
        sctp: SCTP,
        peIdentifier: 666,
        ...(this.isSecured && {
          security: { psk: guessed('pe-1'), certificate: rogueAuthority.certify(address) },
        }),
        ...options,
      },
      echo('attacker'),
    );
  }

  user(options: Partial<PoolUserOptions> = {}, address = '10.0.2.1'): Promise<PoolUser> {
    return PoolUser.open({
      registrars: ['10.0.0.1'],
      addresses: [address],
      substrate: this.host(address),
      sctp: SCTP,
      ...(this.isSecured && { security: { ca: authority.cert } }),
      ...options,
    });
  }

  /**
   * How an outsider comes to a registrar: without TLS; where TLS is spoken, without it, with a guessed key under a name
   * that is known, and without any key, as users come.
   */
  waysTo(ppid: number): readonly WayIn[] {
    const [plain, secured] = ppid === PPID.enrp ? [ENRP_PORT, ENRP_TLS_PORT] : [ASAP_PORT, ASAP_TLS_PORT];
    if (!this.isSecured) return [{ sctpPort: plain }];
    const name = ppid === PPID.enrp ? 'registrar-1' : 'pe-1';
    return [
      { sctpPort: plain },
      { sctpPort: secured },
      { sctpPort: secured, tls: { psk: guessed(name) } },
      { sctpPort: secured, tls: { ca: rogueAuthority.cert } },
    ];
  }

  /** An attacker's association with registrar 1, unless another one is given. */
  contact(way: WayIn, ppid: number, call: Partial<Call> = {}): Promise<Contact> {
    const from = this.host(ATTACKER);
    const { sctpPort, tls } = way;
    return this.run(Contact.open({ from, address: '10.0.0.1', sctpPort, ppid, tls, ...call }));
  }

  /**
   * An outsider comes by every way that there is, and does the same each time.
   *
   * @returns what it saw, each thing once
   */
  async byAllWays(
    ppid: number,
    act: (contact: Contact) => Promise<unknown>,
    call: Partial<Call> = {},
  ): Promise<readonly string[]> {
    const sights = new Set<string>();
    for (const way of this.waysTo(ppid)) {
      const contact = await this.contact(way, ppid, call).catch(() => undefined);
      if (contact !== undefined) await act(contact);
      for (const sight of contact?.sights() ?? ['the handshake fails']) sights.add(sight);
      contact?.abort();
      await this.pass(100);
    }
    return [...sights];
  }

  /** Elements in the pool, as a registrar has them: `id@address`. */
  elements(registrar = this.registrars[0]!): string[] {
    const pools = registrar.snapshot().pools;
    return pools.flatMap(({ elements }) =>
      elements.map(({ identifier, userTransport }) => {
        const where = userTransport.protocol === 'opaque' ? 'opaque' : userTransport.addresses.join(',');
        return `${identifier}@${where}`;
      }),
    );
  }

  /** What a user hears when it says something to the pool; the error's code if it hears nothing. */
  async ask(user: PoolUser, limitMs = 20_000): Promise<string> {
    try {
      const session = await this.run(user.connect(POOL, { signal: this.#timeout(limitMs) }));
      await this.run(session.send('secret'));
      const { data } = await this.run(session.receive({ signal: this.#timeout(limitMs) }));
      return Buffer.from(data).toString();
    } catch (error) {
      return (error as { code?: string }).code ?? 'nothing';
    }
  }

  /** Aborts after some virtual time. */
  #timeout(durationMs: number): AbortSignal {
    const controller = new AbortController();
    this.scope.world.clock.after(durationMs, () =>
      controller.abort(Object.assign(new Error('late'), { code: 'late' })),
    );
    return controller.signal;
  }
}

/** Serves a user by echoing everything with a name. */
export function echo(name: string): SessionHandler {
  return async (session) => {
    for await (const { data } of session) await session.send(Buffer.concat([Buffer.from(`${name}: `), data]));
  };
}

/** A REGISTRATION as anybody can write it. */
export function registration(
  peIdentifier: number,
  address: string,
  port: number,
  { pool = POOL, udpPort }: { readonly pool?: string; readonly udpPort?: number } = {},
): Uint8Array {
  const element: PoolElementParameter = {
    identifier: peIdentifier,
    homeRegistrarIdentifier: 0,
    registrationLifeS: 3600,
    userTransport: { protocol: 'sctp', port, use: 'data-and-control', addresses: [address] },
    policy: { kind: 'round-robin' },
    ...(udpPort !== undefined && { udpPorts: { user: udpPort } }),
  };
  return asap({ kind: 'registration', poolHandle: poolHandle(pool), element });
}

export function deregistration(peIdentifier: number): Uint8Array {
  return asap({ kind: 'deregistration', poolHandle: poolHandle(POOL), peIdentifier });
}

export const asap = (message: AsapMessage): Uint8Array => encodeAsap(message);
export const enrp = (message: EnrpMessage): Uint8Array => encodeEnrp(message);
