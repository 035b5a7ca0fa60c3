import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import { encodeAsap } from '../wire/asap-codec.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { PolicyParameter } from '../wire/policy.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import type { TransportParameter, TransportUse } from '../wire/transport.ts';

/** REGISTRATION.REQUEST: RFC 5352 §6.1. */
export interface RegistrationRequest {
  readonly poolHandle: PoolHandle;
  /** PE identifier, 1 to 2^32 - 1; random unless given. It must not be used by another element of the pool. */
  readonly peIdentifier?: number | undefined;
  /** Round robin unless given. */
  readonly policy?: PolicyParameter | undefined;
  /** Seconds, or -1 for ever; `registrationLifeS` of the configuration unless given. */
  readonly registrationLifeS?: number | undefined;
  /** Where users find the service; the SCTP endpoint that talks to the registrar unless given (RFC 5352 §6.1). */
  readonly userTransport?: TransportParameter | undefined;
  /** UDP encapsulation port of `userTransport`, where it is not 9899. */
  readonly userUdpPort?: number | undefined;
  /** Use of the endpoint's own transport; data and control unless given. */
  readonly use?: TransportUse | undefined;
  /** What the element's business card lists, in the order of preference; the element itself unless given. */
  readonly preferredElements?: readonly PoolElementParameter[] | undefined;
}

/** What can be changed of a registration. RFC 5352 §3.1. */
export type RegistrationUpdate = Pick<RegistrationRequest, 'policy' | 'registrationLifeS' | 'preferredElements'>;

/** What an element tells about itself. */
export interface RegistrationProfile {
  readonly poolHandle: PoolHandle;
  readonly peIdentifier: number;
  readonly policy: PolicyParameter;
  /** Seconds; -1 never expires. */
  readonly registrationLifeS: number;
  /** `undefined`: the SCTP endpoint that talks to the registrar serves users as well (RFC 5352 §6.1). */
  readonly userTransport: TransportParameter | undefined;
  /** UDP encapsulation port of `userTransport`. */
  readonly userUdpPort: number | undefined;
  /** Of the endpoint's own transport. */
  readonly use: TransportUse;
  /** What a business card lists; `undefined`: this element alone. */
  readonly preferredElements: readonly PoolElementParameter[] | undefined;
}

/**
 * The profile of a registration that was asked for, complete and checked.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
 */
export function newProfile(
  request: RegistrationRequest,
  defaults: { readonly peIdentifier: number; readonly registrationLifeS: number },
): RegistrationProfile {
  return checked({
    poolHandle: request.poolHandle,
    peIdentifier: request.peIdentifier ?? defaults.peIdentifier,
    policy: request.policy ?? { kind: 'round-robin' },
    registrationLifeS: request.registrationLifeS ?? defaults.registrationLifeS,
    userTransport: request.userTransport,
    userUdpPort: request.userUdpPort,
    use: request.use ?? 'data-and-control',
    preferredElements: request.preferredElements,
  });
}

/**
 * A profile with some things changed.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`
 */
export function changedProfile(profile: RegistrationProfile, change: RegistrationUpdate): RegistrationProfile {
  return checked({
    ...profile,
    policy: change.policy ?? profile.policy,
    registrationLifeS: change.registrationLifeS ?? profile.registrationLifeS,
    preferredElements: change.preferredElements ?? profile.preferredElements,
  });
}

/**
 * The Pool Element parameter as it is registered over a channel with this local side. RFC 5352 §3.1 R2. It has the UDP
 * ports in any case: our private parameter tells the registrar that the life is in seconds.
 */
export function elementParameter(profile: RegistrationProfile, local: TransportTarget): PoolElementParameter {
  const { peIdentifier, policy, registrationLifeS, userTransport, userUdpPort, use } = profile;
  return {
    identifier: peIdentifier,
    homeRegistrarIdentifier: 0,
    registrationLifeS,
    userTransport: userTransport ?? { protocol: 'sctp', port: local.port, use, addresses: local.addresses },
    policy,
    udpPorts: {
      user: userTransport === undefined ? (local.udpPort ?? SCTP_TUNNELING_PORT) : userUdpPort,
      asap: local.udpPort ?? SCTP_TUNNELING_PORT,
    },
  };
}

/** Where SCTP is unless another port is known. RFC 6951 §6. */
const SCTP_TUNNELING_PORT = 9899;

/** More addresses than any endpoint has, to see whether a registration will fit. */
const WIDEST_ENDPOINT: TransportTarget = {
  protocol: 'sctp',
  addresses: new Array<string>(256).fill('::1'),
  port: 1,
  udpPort: 1,
};

function checked(profile: RegistrationProfile): RegistrationProfile {
  checkIdentifier(profile.peIdentifier);
  checkLife(profile.registrationLifeS);
  checkEncodable(profile);
  return profile;
}

function checkIdentifier(peIdentifier: number): void {
  if (!Number.isInteger(peIdentifier) || peIdentifier < 1 || peIdentifier > 0xffffffff) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'a PE identifier is a number from 1 to 2^32 - 1', {
      peIdentifier,
    });
  }
}

function checkLife(registrationLifeS: number): void {
  const fits = Number.isInteger(registrationLifeS) && registrationLifeS <= 0x7fffffff;
  if (!fits || (registrationLifeS < 1 && registrationLifeS !== -1)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'a registration life is 1 to 2^31 - 1 seconds, or -1', {
      registrationLifeS,
    });
  }
}

/** A message that does not fit must fail here, in the caller's hands, and not when a channel comes up. */
function checkEncodable(profile: RegistrationProfile): void {
  const { poolHandle, preferredElements } = profile;
  try {
    encodeAsap({ kind: 'registration', poolHandle, element: elementParameter(profile, WIDEST_ENDPOINT) });
    if (preferredElements !== undefined) {
      encodeAsap({ kind: 'business-card', poolHandle, elements: preferredElements });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `cannot be registered: ${error.message}`, {}, error);
  }
}
