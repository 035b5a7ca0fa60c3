import type { TransportTarget } from '../role.ts';
import type { PoolElementParameter } from '../wire/element.ts';
import type { SessionElement } from './events.ts';

/** An element that a session can use. */
export interface Candidate extends SessionElement {
  /** Whether the transport has a control channel beside the data (RFC 5352 §3.8). */
  readonly control: boolean;
}

/** How an element is reached; `undefined` if its user transport is none of `protocols`. */
export function candidateOf(
  { identifier: peIdentifier, userTransport, udpPorts }: PoolElementParameter,
  protocols: readonly TransportTarget['protocol'][],
): Candidate | undefined {
  switch (userTransport.protocol) {
    case 'sctp': {
      if (!protocols.includes('sctp')) return undefined;
      const { addresses, port, use } = userTransport;
      const target: TransportTarget = { protocol: 'sctp', addresses, port, udpPort: udpPorts?.user };
      return { peIdentifier, target, control: use === 'data-and-control' };
    }
    case 'tcp':
    case 'udp': {
      const { protocol, addresses, port } = userTransport;
      if (!protocols.includes(protocol)) return undefined;
      // RFC 5354 §3.5, §3.6: data only.
      return { peIdentifier, target: { protocol, addresses, port }, control: false };
    }
    default:
      return undefined;
  }
}
