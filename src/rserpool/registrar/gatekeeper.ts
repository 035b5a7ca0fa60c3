import type { AccessRules } from '../access/access-rules.ts';
import { identityText, type PeerIdentity } from '../access/identity.ts';
import type { AsapMessage } from '../wire/asap.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { Channel } from './channels.ts';
import type { RegistrarEvent } from './events.ts';

/** A registrar that is secured. RFC 5352 §9.3. */
export interface RegistrarSecurity {
  readonly rules: AccessRules;
  /**
   * Whether users without TLS are answered nevertheless, which they may understand as insecure (RFC 5352 §9.3). RFC 5355
   * §2.15 wants them to be refused.
   */
  readonly answersPlainUsers: boolean;
}

/** The event that tells the operator. */
export function denied(
  { id: channel, peer }: Channel,
  what: string,
  why: string,
): Extract<RegistrarEvent, { readonly kind: 'access-denied' }> {
  return { kind: 'access-denied', who: identityText(peer), what, why, channel };
}

const PLAIN = 'this registrar is secured: TLS is needed';

/**
 * Who may do what, message by message: the whole handlespace is secure or none of it is (RFC 5355 §2.15.3), and nobody
 * changes what belongs to somebody else (§2.3.3).
 */
export class Gatekeeper {
  #security: RegistrarSecurity | undefined;

  /** @param security undefined for a registrar that lets everybody do everything */
  constructor(security: RegistrarSecurity | undefined) {
    this.#security = security;
  }

  /** Other rules, from the next message on. */
  setSecurity(security: RegistrarSecurity): void {
    this.#security = security;
  }

  /** Why a message of an element or a user is not acted upon; undefined if it is. */
  refuses(channel: Channel, message: AsapMessage): string | undefined {
    if (this.#security === undefined) return undefined;
    const { peer } = channel;
    switch (message.kind) {
      case 'registration': {
        const { poolHandle, element } = message;
        if (peer === undefined) return PLAIN;
        return this.#security.rules.refusesRegistration(peer, {
          poolHandle,
          peIdentifier: element.identifier,
          policy: element.policy,
        });
      }
      case 'handle-resolution':
        if (peer === undefined) return this.#security.answersPlainUsers ? undefined : PLAIN;
        return this.#security.rules.refusesResolution(peer, message.poolHandle);
      case 'endpoint-unreachable':
        return this.#refusesReport(peer, message.poolHandle);
      default:
        return peer === undefined ? PLAIN : undefined;
    }
  }

  /** Why somebody may not speak as a registrar; undefined if it may. */
  refusesPeer({ peer }: Channel): string | undefined {
    if (this.#security === undefined) return undefined;
    return peer === undefined ? PLAIN : this.#security.rules.refusesPeer(peer);
  }

  /** The owner of what is registered on a channel. */
  ownerOf({ peer }: Channel): string | undefined {
    return this.#security === undefined || peer === undefined ? undefined : identityText(peer);
  }

  #refusesReport(peer: PeerIdentity | undefined, poolHandle: PoolHandle): string | undefined {
    return peer === undefined ? PLAIN : this.#security?.rules.refusesResolution(peer, poolHandle);
  }
}
