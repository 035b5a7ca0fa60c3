import { formatTarget, identityText, type PeerIdentity, PoolHandle, type TransportTarget } from '../rserpool/index.ts';

/** One line about an event of a registrar, element or user: its kind and what it carries. */
export function describeEvent(event: { readonly kind: string }): string {
  const parts = [event.kind];
  for (const [name, value] of Object.entries(event)) {
    const text = name === 'kind' ? undefined : describeValue(name, value);
    if (text !== undefined) parts.push(text);
  }
  return parts.join(' ');
}

function describeValue(name: string, value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (value instanceof PoolHandle) return `pool=${value.toString()}`;
  if (value instanceof Uint8Array) return `${name}=${value.length} bytes`;
  if (typeof value === 'number' && /(Id|Identifier)$/.test(name)) return `${name}=${identifierText(value)}`;
  if (isIdentity(value)) return `${name}=${identityShown(value)}`;
  if (isTarget(value)) return `${name}=${formatTarget(value)}`;
  if (Array.isArray(value)) return `${name}=${value.length}`;
  if (typeof value === 'object' && value !== null) return describeElement(name, value);
  return `${name}=${typeof value === 'string' && value.includes(' ') ? JSON.stringify(value) : String(value)}`;
}

/** Identifiers as the RFCs and Wireshark write them. */
export function identifierText(identifier: number): string {
  return `0x${identifier.toString(16).padStart(8, '0')}`;
}

function describeElement(name: string, value: object): string {
  const { peIdentifier, target, peer } = value as {
    readonly peIdentifier?: unknown;
    readonly target?: unknown;
    readonly peer?: unknown;
  };
  if (typeof peIdentifier === 'number' && isTarget(target)) {
    const who = isIdentity(peer) ? ` (${identityText(peer)})` : '';
    return `${name}=${identifierText(peIdentifier)}@${formatTarget(target)}${who}`;
  }
  return `${name}=${JSON.stringify(value)}`;
}

function identityShown(identity: PeerIdentity): string {
  const text = identityText(identity);
  return text.includes(' ') ? JSON.stringify(text) : text;
}

function isIdentity(value: unknown): value is PeerIdentity {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  return kind === 'psk' || kind === 'certificate' || kind === 'anonymous';
}

function isTarget(value: unknown): value is TransportTarget {
  return typeof value === 'object' && value !== null && 'addresses' in value && 'port' in value;
}
