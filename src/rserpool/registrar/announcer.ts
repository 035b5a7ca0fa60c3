import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { DEFAULT_UDP_PORT } from '../endpoint-match.ts';
import type { TransportTarget } from '../role.ts';
import type { ServerAnnounce } from '../wire/asap.ts';
import { decodeAsap } from '../wire/asap-codec.ts';
import type { RegistrarConfig } from './config.ts';
import type { RegistrarOutbox } from './outbox.ts';

/** SERVER_ANNOUNCE by multicast: about one per T6 from all registrars together. RFC 5352 §3.6. */
export class Announcer {
  readonly #config: RegistrarConfig;
  readonly #own: { readonly id: number };
  readonly #transports: readonly TransportTarget[];
  readonly #outbox: RegistrarOutbox;
  /** Other registrars that announce themselves, and when they did last. */
  readonly #others = new Map<number, Instant>();
  #at: Instant | undefined;

  constructor(
    config: RegistrarConfig,
    own: { readonly id: number },
    transports: readonly TransportTarget[],
    outbox: RegistrarOutbox,
  ) {
    this.#config = config;
    this.#own = own;
    this.#transports = transports;
    this.#outbox = outbox;
  }

  /** Service begins: so does announcing it. */
  start(now: Instant): void {
    if (!this.#config.announce) return;
    this.#at = now;
    this.handleTimeout(now);
  }

  /** A datagram of the announcement group. Nothing in it is trusted, and nothing is answered. RFC 5352 §9.2. */
  handleAnnouncement(bytes: Uint8Array, now: Instant): void {
    let registrarId: number;
    try {
      const message = decodeAsap(bytes);
      if (message.kind !== 'server-announce') return;
      registrarId = message.registrarIdentifier;
    } catch (error) {
      if (error instanceof WireError) return;
      throw error;
    }
    if (registrarId === this.#own.id) return;
    if (this.#others.has(registrarId) || this.#others.size < this.#config.maxPeers) this.#others.set(registrarId, now);
  }

  handleTimeout(now: Instant): void {
    if (this.#at === undefined || this.#at > now) return;
    // With many registrars each one announces itself less often than the outdate time: they do it as often as we.
    const outdateMs = Math.max(this.#config.announceOutdateMs, 3 * this.#pauseMs);
    for (const [id, at] of this.#others) if (now - at > outdateMs) this.#others.delete(id);
    this.#at = now + this.#pauseMs;
    this.#outbox.announce(this.#message());
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#at;
  }

  get #pauseMs(): number {
    return (this.#others.size + 1) * this.#config.announceCycleMs;
  }

  #message(): ServerAnnounce {
    const transports: ServerAnnounce['transports'][number][] = [];
    let udpPort: number | undefined;
    for (const { protocol, port, addresses, udpPort: own } of this.#transports) {
      // §2.2.10: SCTP and TCP only.
      if (protocol === 'sctp') {
        transports.push({ protocol, port, use: 'data-only', addresses });
        if (own !== undefined && own !== DEFAULT_UDP_PORT) udpPort = own;
      } else if (protocol === 'tcp') transports.unshift({ protocol, port, addresses });
    }
    return {
      kind: 'server-announce',
      registrarIdentifier: this.#own.id,
      transports,
      ...(udpPort !== undefined && { udpPort }),
    };
  }
}
