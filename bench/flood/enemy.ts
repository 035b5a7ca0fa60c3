import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PPID, poolHandle } from '../../src/rserpool/index.ts';
import { clientOptions } from '../../src/rserpool/security/tls-client.ts';
import type { AsapMessage } from '../../src/rserpool/wire/asap.ts';
import { encodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import { type SctpAssociation, SctpEndpoint, SecureAssociation } from '../../src/sctp/index.ts';
import { encodePacket } from '../../src/sctp/wire/packet.ts';
import { ELEMENT_ID, ENEMY, type Flood, type Keys, LOOPBACK, type Order, POOL } from './orders.ts';
import { asapPort } from './registrar-place.ts';

const AT_A_TIME = 64;

/** One peer that asks for all it can: it has a key where there is TLS, so that it is let in. */
export class Enemy {
  readonly #udpPort: number;
  readonly #keys: Keys | undefined;
  readonly #endpoint: SctpEndpoint;
  /** So many were sent. */
  sent = 0;

  private constructor({ udpPort, keys }: Order & { readonly part: 'enemy' }, endpoint: SctpEndpoint) {
    this.#udpPort = udpPort;
    this.#keys = keys;
    this.#endpoint = endpoint;
  }

  static async start(order: Order & { readonly part: 'enemy' }): Promise<Enemy> {
    return new Enemy(order, await SctpEndpoint.bind({ addresses: [ENEMY], udpPort: 0 }));
  }

  /** Never ends. */
  async flood(kind: Flood): Promise<void> {
    if (kind === 'inits') await this.#inits();
    else if (kind === 'handshakes') {
      await Promise.all(Array.from({ length: AT_A_TIME }, (_, i) => this.#handshakes(i % 2 === 0)));
    } else await this.#messages((i) => messageOf(kind, i));
  }

  async #messages(message: (i: number) => Uint8Array): Promise<void> {
    for (;;) {
      // Who does not read its answers is sent away, and comes again.
      await this.#talk(message).catch(() => undefined);
      await nextTurn();
    }
  }

  async #talk(message: (i: number) => Uint8Array): Promise<void> {
    const association = await this.#associate(this.#endpoint);
    const write = this.#keys === undefined ? plainWriter(association) : await this.#securedWriter(association, 'enemy');
    for (;;) {
      await write(message(this.sent));
      // What comes is not read by anybody; it must be able to come.
      if (++this.sent % 1024 === 0) await nextTurn();
    }
  }

  /** @param isSilent does nothing once the association is there; else it shows a key that is wrong */
  async #handshakes(isSilent: boolean): Promise<void> {
    const endpoint = await SctpEndpoint.bind({ encapsulation: this.#endpoint.encapsulation });
    for (;;) {
      let association: SctpAssociation | undefined;
      try {
        association = await this.#associate(endpoint);
        this.sent++;
        if (this.#keys !== undefined) {
          if (isSilent) await association.closed;
          else await this.#securedWriter(association, 'nobody');
        }
      } catch {
        // Refused: once more.
      }
      association?.abort('enough');
      await association?.closed;
      await nextTurn();
    }
  }

  async #inits(): Promise<void> {
    const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
    socket.bind(0, ENEMY);
    await once(socket, 'listening');
    socket.on('error', () => undefined);
    const init = {
      kind: 'init',
      initiateTag: 1,
      advertisedRwndBytes: 65_536,
      outboundStreams: 1,
      inboundStreams: 1,
    } as const;
    for (;;) {
      for (let i = 0; i < AT_A_TIME; i++) {
        const header = {
          sourcePort: 1024 + (this.sent++ % 60_000),
          destinationPort: asapPort(this.#keys),
          verificationTag: 0,
        };
        const chunk = { ...init, initialTsn: 1, parameters: [] } as unknown as Parameters<
          typeof encodePacket
        >[1][number];
        socket.send(encodePacket(header, [chunk]), this.#udpPort, LOOPBACK);
      }
      await nextTurn();
    }
  }

  #associate(endpoint: SctpEndpoint): Promise<SctpAssociation> {
    return endpoint.connect({ addresses: [LOOPBACK], sctpPort: asapPort(this.#keys), udpPort: this.#udpPort });
  }

  async #securedWriter(association: SctpAssociation, identity: string): Promise<(bytes: Uint8Array) => Promise<void>> {
    const key = Buffer.from(this.#keys!.byIdentity[identity]!, 'hex');
    const secured = SecureAssociation.client(association, {
      tls: clientOptions({ psk: { identity, key } }, []),
      ppid: () => PPID.asap,
    });
    const socket = await secured.open(0);
    socket.resume();
    return async (bytes) => {
      if (!socket.write(bytes)) await once(socket, 'drain');
    };
  }
}

function plainWriter(association: SctpAssociation): (bytes: Uint8Array) => Promise<void> {
  association.on('message', () => undefined);
  return async (bytes) => {
    if (!association.trySend(bytes, { ppid: PPID.asap })) await association.send(bytes, { ppid: PPID.asap });
  };
}

function messageOf(kind: Exclude<Flood, 'inits' | 'handshakes'>, i: number): Uint8Array {
  const pool = poolHandle(POOL);
  if (kind === 'malformed') return Uint8Array.of(1, 0, 0, 12, 0, 9, 0, 7, 0, 0, 0, 0);
  const messages: Readonly<Record<Exclude<typeof kind, 'malformed'>, () => AsapMessage>> = {
    resolutions: () => ({ kind: 'handle-resolution', poolHandle: pool, subscribe: false }),
    reports: () => ({ kind: 'endpoint-unreachable', poolHandle: pool, peIdentifier: ELEMENT_ID }),
    registrations: () => ({
      kind: 'registration',
      poolHandle: poolHandle(`Flood${i}`),
      element: {
        identifier: (i % 0xffff_fffe) + 1,
        homeRegistrarIdentifier: 0,
        registrationLifeS: 600,
        userTransport: { protocol: 'sctp', port: 4711, use: 'data-and-control', addresses: [ENEMY] },
        policy: { kind: 'round-robin' },
      },
    }),
  };
  return encodeAsap(messages[kind]());
}
