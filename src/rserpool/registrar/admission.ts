import { ByteWriter } from '../../base/bytes.ts';
import { addressesOverlap, DEFAULT_UDP_PORT } from '../endpoint-match.ts';
import type { TransportTarget } from '../role.ts';
import type { ErrorCause } from '../wire/cause.ts';
import { type PoolElementParameter, poolElementBytes, writePoolElement } from '../wire/element.ts';
import { MAX_MESSAGE_BYTES } from '../wire/message-frame.ts';
import type { PoolHandle } from '../wire/pool-handle.ts';
import { writeTransport } from '../wire/transport.ts';
import type { Channel } from './channels.ts';
import type { RegistrarConfig } from './config.ts';
import type { StoredElement } from './element-store.ts';

/** Fixed fields and headers of a HANDLE_UPDATE, the longest message that an element has to fit into. */
const UPDATE_OVERHEAD_BYTES = 32;

export type Admission =
  | {
      readonly kind: 'admitted';
      /** As it goes into the handlespace. */
      readonly parameter: PoolElementParameter;
      /** What was changed: causes of a granted registration are warnings (RFC 5352 §2.2.3). */
      readonly warnings: readonly ErrorCause[];
    }
  | { readonly kind: 'refused'; readonly causes: readonly ErrorCause[] };

/**
 * Checks a registration as far as that takes no look at the pool, and completes it: the home is `ownId`, the ASAP
 * transport is where the message really came from. RFC 5352 §3.1 (4).
 */
export function admit(
  poolHandle: PoolHandle,
  element: PoolElementParameter,
  { remote }: Channel,
  ownId: number,
  owner: string | undefined,
  config: RegistrarConfig,
): Admission {
  // §2.1: between registrar and element everything runs over SCTP.
  if (remote.protocol !== 'sctp') return refuse({ kind: 'unspecified' });
  const { registrationLifeS: life, userTransport } = element;
  if (life === 0 || life < -1) return refuse(invalidElement(element));
  // §2.2.1: the element's addresses are a subset of those of the association. An opaque transport has none.
  if (userTransport.protocol !== 'opaque') {
    const foreign = userTransport.addresses.some((address) => !remote.addresses.includes(address));
    if (foreign) return refuse({ kind: 'invalid-values', parameter: bytesOf((w) => writeTransport(w, userTransport)) });
  }
  const parameter = complete(element, remote, ownId, owner, Math.min(config.maxRegistrationLifeS, life));
  if (poolHandle.bytes.length + poolElementBytes(parameter) + UPDATE_OVERHEAD_BYTES > MAX_MESSAGE_BYTES) {
    return refuse({ kind: 'lack-of-resources' });
  }
  const cut = parameter.registrationLifeS !== life;
  return { kind: 'admitted', parameter, warnings: cut ? [invalidElement(element)] : [] };
}

/**
 * Whether a message on this channel comes from the element itself: on the channel that it registered on, or from the
 * ASAP transport address that is known of it. Without authentication there is nothing better. RFC 5352 §3.1 (3), §3.2 D2.
 * With authentication it belongs to who has registered it, and to nobody else. RFC 5355 §2.3.3.
 *
 * @param owner who speaks on the channel, if that is proven
 */
export function isSameElement(existing: StoredElement, channel: Channel, owner: string | undefined): boolean {
  if (owner !== undefined && existing.parameter.owner !== undefined) return existing.parameter.owner === owner;
  if (existing.owner === channel.id) return true;
  const { asapTransport } = existing.parameter;
  return (
    asapTransport !== undefined &&
    // §2.1: a TCP port that happens to have the same number is somebody else's.
    channel.remote.protocol === 'sctp' &&
    asapTransport.port === channel.remote.port &&
    addressesOverlap(asapTransport.addresses, channel.remote.addresses)
  );
}

function complete(
  element: PoolElementParameter,
  remote: TransportTarget,
  ownId: number,
  owner: string | undefined,
  registrationLifeS: number,
): PoolElementParameter {
  const { identifier, userTransport, policy } = element;
  const remoteUdpPort = remote.udpPort ?? DEFAULT_UDP_PORT;
  // SCTP over UDP: a user transport on the same host is reached through the same port unless the element says otherwise.
  const sharesPort = userTransport.protocol === 'sctp' && addressesOverlap(userTransport.addresses, remote.addresses);
  const user = element.udpPorts?.user ?? (sharesPort ? remoteUdpPort : undefined);
  const udpPorts = {
    ...(user !== undefined && user !== DEFAULT_UDP_PORT && { user }),
    ...(remoteUdpPort !== DEFAULT_UDP_PORT && { asap: remoteUdpPort }),
  };
  return {
    identifier,
    homeRegistrarIdentifier: ownId,
    registrationLifeS,
    userTransport,
    policy,
    asapTransport: { protocol: 'sctp', port: remote.port, use: 'data-only', addresses: remote.addresses },
    ...(Object.keys(udpPorts).length > 0 && { udpPorts }),
    ...(owner !== undefined && { owner }),
  };
}

function refuse(cause: ErrorCause): Admission {
  return { kind: 'refused', causes: [cause] };
}

/** Invalid Values with the whole Pool Element parameter. RFC 5354 §3.12.4. */
function invalidElement(element: PoolElementParameter): ErrorCause {
  return { kind: 'invalid-values', parameter: bytesOf((w) => writePoolElement(w, element, 'asap')) };
}

function bytesOf(write: (w: ByteWriter) => void): Uint8Array {
  const w = new ByteWriter();
  write(w);
  return w.finish();
}
