import type { AsapMessage } from './asap.ts';
import type { PoolElementParameter } from './element.ts';
import type { EnrpMessage, PoolEntry } from './enrp.ts';
import type { PolicyParameter } from './policy.ts';
import type { PoolHandle } from './pool-handle.ts';
import type { SctpTransport, TransportParameter } from './transport.ts';

/** A longer handle ends an rsplib registrar at once. */
export const RSPLIB_MAX_HANDLE_BYTES = 32;
/** Addresses that rsplib reads of one transport. */
const MAX_ADDRESSES = 64;

/**
 * An ASAP message as rsplib can take it: weights at least 1, no elements that it cannot read, always a policy in a
 * positive response, no warnings, no ASAP transport in elements, one transport in an announcement.
 *
 * @returns `undefined` if it must not be sent to rsplib at all
 */
export function safeAsapForRsplib(message: AsapMessage): AsapMessage | undefined {
  if ('poolHandle' in message && !isShortEnough(message.poolHandle)) return undefined;
  switch (message.kind) {
    case 'registration': {
      const element = safeElement(message.element, 'asap');
      return element && { ...message, element };
    }
    case 'registration-response':
      // A cause means failure to it, and none success, whatever the R flag says.
      if (!message.rejected) return { ...message, causes: [] };
      return message.causes.length > 0 ? message : { ...message, causes: [{ kind: 'unspecified' }] };
    case 'handle-resolution-response': {
      if (message.causes.length > 0) return message;
      const elements = safeElements(message.elements, 'asap');
      // None is left of those that there are: to rsplib there is no such pool.
      if (elements.length === 0) return { ...message, elements, causes: [{ kind: 'unknown-pool-handle' }] };
      return { ...message, elements, policy: elements[0]!.policy };
    }
    case 'business-card': {
      const elements = safeElements(message.elements, 'asap');
      return elements.length === 0 ? undefined : { ...message, elements, policy: elements[0]!.policy };
    }
    case 'server-announce': {
      const transport = message.transports.find(({ protocol }) => protocol === 'sctp');
      return { ...message, transports: transport ? [limited(transport)] : [] };
    }
    default:
      return message;
  }
}

/**
 * An ENRP message as rsplib can take it: no pools and elements that it cannot read, every element with a home.
 *
 * @returns `undefined` if it must not be sent to rsplib at all
 */
export function safeEnrpForRsplib(message: EnrpMessage): EnrpMessage | undefined {
  switch (message.kind) {
    case 'presence':
      // One without both is dropped by rsplib, or answered with an error each time.
      return message.checksum === undefined || message.information === undefined ? undefined : message;
    case 'handle-update': {
      const element = isShortEnough(message.poolHandle) ? safeElement(message.element, 'enrp') : undefined;
      return element && { ...message, element };
    }
    case 'handle-table-response':
      return { ...message, pools: message.pools.flatMap(safePool) };
    default:
      return message;
  }
}

/** Whether rsplib can hold this element of this pool: what is not told to it does not belong into its checksum either. */
export function isForRsplib(poolHandle: PoolHandle, element: PoolElementParameter): boolean {
  return isShortEnough(poolHandle) && isReadable(element.userTransport) && element.policy.kind !== 'unknown';
}

function isShortEnough(handle: PoolHandle): boolean {
  return handle.bytes.length <= RSPLIB_MAX_HANDLE_BYTES;
}

function safePool({ poolHandle, elements }: PoolEntry): PoolEntry[] {
  const safe = isShortEnough(poolHandle) ? safeElements(elements, 'enrp') : [];
  return safe.length > 0 ? [{ poolHandle, elements: safe }] : [];
}

function safeElements(elements: readonly PoolElementParameter[], scope: 'asap' | 'enrp'): PoolElementParameter[] {
  return elements.map((element) => safeElement(element, scope)).filter((element) => element !== undefined);
}

function safeElement(element: PoolElementParameter, scope: 'asap' | 'enrp'): PoolElementParameter | undefined {
  const { userTransport, asapTransport, policy, ...rest } = element;
  // rsplib drops the whole message for a transport or a policy that it does not know.
  if (!isReadable(userTransport) || policy.kind === 'unknown') return undefined;
  const safe = { ...rest, userTransport: limited(userTransport), policy: withWeight(policy) };
  if (scope === 'asap') return safe;
  if (asapTransport === undefined || element.homeRegistrarIdentifier === 0) return undefined;
  return { ...safe, asapTransport: limited(asapTransport) };
}

type ReadableTransport = Extract<TransportParameter, { readonly protocol: 'sctp' | 'tcp' | 'udp' }>;

function isReadable(transport: TransportParameter): transport is ReadableTransport {
  return transport.protocol === 'sctp' || transport.protocol === 'tcp' || transport.protocol === 'udp';
}

function limited<Transport extends ReadableTransport | SctpTransport>(transport: Transport): Transport {
  const { addresses } = transport;
  return addresses.length <= MAX_ADDRESSES ? transport : { ...transport, addresses: addresses.slice(0, MAX_ADDRESSES) };
}

/** A pool whose weights sum up to 0 ends an rsplib registrar when it is resolved. */
function withWeight(policy: PolicyParameter): PolicyParameter {
  return 'weight' in policy && policy.weight === 0 ? { ...policy, weight: 1 } : policy;
}
