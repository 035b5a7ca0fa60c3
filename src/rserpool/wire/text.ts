import { toHex } from '../../base/bytes.ts';
import type { AsapMessage } from './asap.ts';
import type { ErrorCause } from './cause.ts';
import type { PoolElementParameter } from './element.ts';
import type { EnrpMessage } from './enrp.ts';
import type { PolicyParameter } from './policy.ts';
import type { RegistrarInformation } from './registrar-information.ts';
import { rsplibCauseText } from './rsplib-cause.ts';
import type { TransportParameter } from './transport.ts';

/** One line about an ASAP message, for traces and people. */
export function describeAsap(message: AsapMessage): string {
  return join('ASAP', nameOf(message), ...asapParts(message), unrecognizedText(message.unrecognized));
}

/** One line about an ENRP message, for traces and people. */
export function describeEnrp(message: EnrpMessage): string {
  const ids = message.kind === 'unknown' ? '' : `${id(message.senderId)} > ${id(message.receiverId)}`;
  return join('ENRP', nameOf(message), ids, ...enrpParts(message), unrecognizedText(message.unrecognized));
}

/** One line about a pool element. */
export function describeElement(element: PoolElementParameter): string {
  const { asapTransport, udpPorts } = element;
  return join(
    `pe ${id(element.identifier)}`,
    `home ${id(element.homeRegistrarIdentifier)}`,
    element.registrationLifeS === -1 ? 'life unlimited' : `life ${element.registrationLifeS} s`,
    describeTransport(element.userTransport) + udpText(udpPorts?.user),
    describePolicy(element.policy),
    asapTransport ? `asap ${describeTransport(asapTransport)}${udpText(udpPorts?.asap)}` : udpText(udpPorts?.asap),
  );
}

/** One line about a transport. */
export function describeTransport(transport: TransportParameter): string {
  if (transport.protocol === 'opaque') return `opaque 0x${toHex(transport.bytes)}`;
  const control = transport.protocol === 'sctp' && transport.use === 'data-and-control' ? ' (data and control)' : '';
  const service = transport.protocol === 'dccp' ? ` service ${id(transport.serviceCode)}` : '';
  return `${transport.protocol} ${transport.addresses.join(',')} port ${transport.port}${service}${control}`;
}

/** One line about a policy. */
export function describePolicy(policy: PolicyParameter): string {
  switch (policy.kind) {
    case 'weighted-round-robin':
    case 'weighted-random':
      return `${policy.kind} weight ${policy.weight}`;
    case 'priority':
      return `priority ${policy.priority}`;
    case 'least-used':
    case 'randomized-least-used':
      return `${policy.kind} load ${percent(policy.load)}`;
    case 'weighted-random-with-delay-penalty':
      return `${policy.kind} weight ${policy.weight} dpf ${percent(policy.weightDpf)} distance ${policy.distanceMs} ms`;
    case 'least-used-with-delay-penalty':
      return `${policy.kind} load ${percent(policy.load)} dpf ${percent(policy.loadDpf)} distance ${policy.distanceMs} ms`;
    case 'least-used-with-degradation-and-delay-penalty':
      return join(
        `${policy.kind} load ${percent(policy.load)} degradation ${percent(policy.degradation)}`,
        `dpf ${percent(policy.loadDpf)} distance ${policy.distanceMs} ms`,
      );
    case 'least-used-with-degradation':
    case 'priority-least-used':
    case 'randomized-priority-least-used':
    case 'randomized-least-used-with-degradation':
    case 'priority-least-used-with-degradation':
    case 'randomized-priority-least-used-with-degradation':
      return `${policy.kind} load ${percent(policy.load)} degradation ${percent(policy.degradation)}`;
    case 'unknown':
      return `policy ${id(policy.type)}`;
    default:
      return policy.kind;
  }
}

/** One line about an error cause. */
export function describeCause(cause: ErrorCause): string {
  switch (cause.kind) {
    case 'unrecognized-parameter':
    case 'invalid-values':
      return join(cause.kind, quote(cause.parameter));
    case 'unrecognized-message':
      return join(cause.kind, quote(cause.message));
    case 'inconsistent-pool-policy':
      return cause.policy ? `${cause.kind} (pool: ${describePolicy(cause.policy)})` : cause.kind;
    case 'inconsistent-transport-type':
      return cause.transport ? `${cause.kind} (pool: ${describeTransport(cause.transport)})` : cause.kind;
    case 'unknown':
      return join(`cause 0x${cause.code.toString(16)}`, rsplibCauseText(cause.code) ?? '', quote(cause.information));
    case 'unspecified':
      return `${cause.kind} error`;
    default:
      return cause.kind;
  }
}

function asapParts(message: AsapMessage): string[] {
  switch (message.kind) {
    case 'registration':
      return [`${message.poolHandle}`, describeElement(message.element)];
    case 'deregistration':
    case 'endpoint-keep-alive-ack':
    case 'endpoint-unreachable':
      return [`${message.poolHandle}`, `pe ${id(message.peIdentifier)}`];
    case 'registration-response':
      return [
        `${message.poolHandle}`,
        `pe ${id(message.peIdentifier)}`,
        message.rejected ? 'rejected' : 'granted',
        causesText(message.causes),
      ];
    case 'deregistration-response':
      return [`${message.poolHandle}`, `pe ${id(message.peIdentifier)}`, causesText(message.causes)];
    case 'handle-resolution':
      return [
        `${message.poolHandle}`,
        message.itemCount === undefined ? '' : `at most ${message.itemCount}`,
        message.subscribe ? 'subscribe' : '',
      ];
    case 'handle-resolution-response':
      return [
        `${message.poolHandle}`,
        message.acceptedSubscription ? 'subscribed' : '',
        message.policy ? describePolicy(message.policy) : '',
        elementsText(message.elements),
        causesText(message.causes),
      ];
    case 'endpoint-keep-alive':
      return [
        `${message.poolHandle}`,
        message.peIdentifier === undefined ? '' : `pe ${id(message.peIdentifier)}`,
        `registrar ${id(message.registrarIdentifier)}`,
        message.home ? 'home' : '',
      ];
    case 'server-announce':
      return [
        `registrar ${id(message.registrarIdentifier)}`,
        message.transports.map(describeTransport).join('; ') + udpText(message.udpPort),
      ];
    case 'cookie':
    case 'cookie-echo':
      return [`${message.cookie.length} bytes`];
    case 'business-card':
      return [
        `${message.poolHandle}`,
        message.policy ? describePolicy(message.policy) : '',
        elementsText(message.elements),
      ];
    case 'error':
      return [causesText(message.causes)];
    case 'unknown':
      return [quote(message.whole)];
  }
}

function enrpParts(message: EnrpMessage): string[] {
  switch (message.kind) {
    case 'presence':
      return [
        message.replyRequired ? 'reply required' : '',
        message.checksum === undefined ? '' : `checksum 0x${message.checksum.toString(16).padStart(4, '0')}`,
        message.information ? registrarText(message.information) : '',
      ];
    case 'handle-table-request':
      return [message.ownChildrenOnly ? 'own elements only' : ''];
    case 'handle-table-response':
      return [
        message.rejected ? 'rejected' : '',
        message.more ? 'more follows' : '',
        message.pools.map(({ poolHandle, elements }) => `${poolHandle} ${elementsText(elements)}`).join(' '),
      ];
    case 'handle-update':
      return [message.action, `${message.poolHandle}`, describeElement(message.element)];
    case 'list-request':
      return [];
    case 'list-response':
      return [message.rejected ? 'rejected' : '', message.registrars.map(registrarText).join('; ')];
    case 'init-takeover':
    case 'init-takeover-ack':
    case 'takeover-server':
      return [`target ${id(message.targetId)}`];
    case 'error':
      return [causesText(message.causes)];
    case 'unknown':
      return [quote(message.whole)];
  }
}

function nameOf(message: AsapMessage | EnrpMessage): string {
  return message.kind === 'unknown' ? `message type 0x${message.type.toString(16)}` : message.kind;
}

function registrarText({ identifier, transport, udpPort }: RegistrarInformation): string {
  return `registrar ${id(identifier)} at ${describeTransport(transport)}${udpText(udpPort)}`;
}

function elementsText(elements: readonly PoolElementParameter[]): string {
  return elements.map((element) => `[${describeElement(element)}]`).join(' ');
}

function causesText(causes: readonly ErrorCause[]): string {
  return causes.map(describeCause).join(', ');
}

function unrecognizedText(unrecognized: readonly Uint8Array[] | undefined): string {
  return unrecognized ? `(unrecognized: ${unrecognized.map(quote).join(', ')})` : '';
}

function udpText(udpPort: number | undefined): string {
  return udpPort === undefined ? '' : ` (udp ${udpPort})`;
}

function percent(fraction: number): string {
  return `${((100 * fraction) / 0xffffffff).toFixed(1)}%`;
}

function id(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** The first bytes in hexadecimal: what is quoted may be as long as a message. */
function quote(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  return `0x${toHex(bytes.subarray(0, 16))}${bytes.length > 16 ? `… (${bytes.length} bytes)` : ''}`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
