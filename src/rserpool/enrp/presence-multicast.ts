import { isUnicast } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { TransportTarget } from '../role.ts';
import type { EnrpMessage } from '../wire/enrp.ts';
import { decodeEnrp } from '../wire/enrp-codec.ts';
import type { Dialer } from './dialer.ts';
import type { PeerDialects } from './peer-dialects.ts';
import { type Peers, transportOf } from './peers.ts';
import type { OwnIdentity, Speaker } from './speaker.ts';

export interface PresenceMulticastParts {
  readonly config: RegistrarConfig;
  readonly own: OwnIdentity;
  readonly speaker: Speaker;
  readonly dialer: Dialer;
  readonly peers: Peers;
  readonly outbox: RegistrarOutbox;
  readonly dialects: PeerDialects;
}

/**
 * PRESENCE by multicast, so that registrars find each other without a configured list. RFC 5351 §3.1 has the idea, RFC
 * 5353 does not: it is off unless it is wanted. What is heard is only a hint where somebody could be called.
 */
export class PresenceMulticast {
  readonly #parts: PresenceMulticastParts;
  #at: Instant | undefined;

  constructor(parts: PresenceMulticastParts, now: Instant) {
    this.#parts = parts;
    this.#at = parts.config.enrpAnnounce ? now : undefined;
  }

  /** A datagram of the group. Nothing in it is believed, and it is never answered: whoever is there is called. */
  handleDatagram(bytes: Uint8Array, now: Instant): void {
    const { config, own, dialer, peers, dialects } = this.#parts;
    const message = decoded(bytes);
    if (message?.kind !== 'presence' || message.senderId === 0 || message.senderId === own.id) return;
    const { information, senderId } = message;
    if (information?.identifier !== senderId) return;
    // The RFC has no such datagrams, and our own ones carry our private parameter.
    const isRsplib = config.dialect === 'auto' && information.udpPort === undefined;
    const target: TransportTarget = { ...transportOf(information), ...(isRsplib && { dialect: 'rsplib' }) };
    const peer = peers.get(senderId);
    if (peer?.channel !== undefined) {
      const isThere = peer.transport !== undefined && sameEndpoint(peer.transport, target);
      if (isRsplib && isThere) dialects.handleMulticast(peer);
      return;
    }
    if (target.port === 0 || !target.addresses.every(isUnicast) || sameEndpoint(target, own.transport)) return;
    dialer.suggest(target, now);
  }

  /** @param serving whoever is not asks for answers: one of them will be its mentor */
  handleTimeout(serving: boolean, now: Instant): void {
    const { config, own, speaker, outbox } = this.#parts;
    if (this.#at === undefined || this.#at > now) return;
    this.#at = now + config.enrpAnnounceCycleMs;
    outbox.announceEnrp({ ...speaker.presence(!serving), senderId: own.id, receiverId: 0 } as EnrpMessage);
  }

  nextTimeoutAt(): Instant | undefined {
    return this.#at;
  }
}

function decoded(bytes: Uint8Array): EnrpMessage | undefined {
  try {
    return decodeEnrp(bytes);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
