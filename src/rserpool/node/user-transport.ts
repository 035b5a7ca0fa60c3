import { classifyIp } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';
import type { TransportParameter } from '../wire/transport.ts';

type WithAddresses = Exclude<TransportParameter, { readonly protocol: 'opaque' }>;

/** A transport with or without addresses. */
type Offered<Transport> = Transport extends WithAddresses
  ? Omit<Transport, 'addresses'> & { readonly addresses?: readonly string[] | undefined }
  : Transport;

/**
 * Where the program itself serves users, by a transport that is none of this library's: TCP, UDP, UDP-Lite, DCCP, an SCTP
 * stack of its own, or anything at all (`opaque`). Addresses are those of the element's own endpoint unless given, and a
 * registrar takes no others (RFC 5352 §2.2.1); all but SCTP have exactly one.
 */
export type UserTransport = Offered<TransportParameter>;

/** The transport as it is registered. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
export function transportParameter(offered: UserTransport, ownAddresses: readonly string[]): TransportParameter {
  if (offered.protocol === 'opaque') return offered;
  const { port } = offered;
  if (!(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `transport.port is a number from 1 to 65535, not ${port}`, {
      transport: offered,
    });
  }
  const addresses = offered.addresses ?? (offered.protocol === 'sctp' ? ownAddresses : ownAddresses.slice(0, 1));
  // A wildcard stands for whatever the system chooses: the registrar will see, and refuse what is wrong.
  const isWildcard = ownAddresses.every((address) => classifyIp(address) === 'unspecified');
  const foreign = addresses.find((address) => !ownAddresses.includes(address));
  if (foreign !== undefined && !isWildcard) {
    const text = `transport.addresses: ${foreign} is none of the element's own addresses, ${ownAddresses.join(', ')} (RFC 5352 §2.2.1)`;
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { transport: offered });
  }
  return { ...offered, addresses } as TransportParameter;
}
