import { u32At } from './bytes.ts';

/**
 * IP addresses as canonical text: dotted decimal, or RFC 5952 lower case. Text is the key of maps and what people read;
 * bytes exist on the wire only. Equal addresses have equal text.
 */
export type IpAddress = string;

/** Where an address can be reached from, narrowest first. */
export type AddressScope = 'loopback' | 'link-local' | 'site-local' | 'global';
/** What kind of address it is; only unicast ones can be a peer's. */
export type AddressKind = AddressScope | 'unspecified' | 'multicast' | 'broadcast';

/** The 4 or 16 bytes of an address, or `undefined` if the text is none. A zone (`%eth0`) is not part of the bytes. */
export function parseIp(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const zone = text.indexOf('%');
  return parseIpv6(zone < 0 ? text : text.slice(0, zone));
}

/** Canonical text of 4 or 16 bytes. An IPv4-mapped IPv6 address becomes the IPv4 address (RFC 9260 §3.3.2.1.2). */
export function formatIp(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  if (isMapped(bytes)) return `${bytes[12]}.${bytes[13]}.${bytes[14]}.${bytes[15]}`;
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  const [start, length] = longestZeroRun(groups);
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

/** The canonical form of an address a person or the system wrote, zone kept; `undefined` if it is none. */
export function canonicalIp(text: string): IpAddress | undefined {
  // There is one way to write these.
  if (ipv4Number(text) !== undefined) return text;
  const bytes = parseIp(text);
  if (bytes === undefined) return undefined;
  const zone = text.indexOf('%');
  return formatIp(bytes) + (zone < 0 ? '' : text.slice(zone));
}

/** Whether a canonical address is IPv6. */
export function isIpv6(address: IpAddress): boolean {
  return address.includes(':');
}

/** Addresses and a port as text, IPv6 in brackets: `10.0.0.1:80`, `[::1]:80`, `10.0.0.1,[::1]:80`. RFC 3986 §3.2.2. */
export function withPort(addresses: readonly IpAddress[], port: number): string {
  return `${addresses.map((address) => (isIpv6(address) ? `[${address}]` : address)).join(',')}:${port}`;
}

/** Scope of a unicast address, or why it is not one. RFC 1918, 3927, 4193, 4291. */
export function classifyIp(address: IpAddress): AddressKind {
  const ipv4 = ipv4Number(address);
  if (ipv4 !== undefined) return classifyIpv4(ipv4);
  const bytes = parseIp(address);
  if (bytes === undefined) return 'unspecified';
  if (isMapped(bytes)) return classifyIpv4(u32At(bytes, 12));
  if (bytes[0] === 0xff) return 'multicast';
  if (bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80) return 'link-local';
  if ((bytes[0]! & 0xfe) === 0xfc || (bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0xc0)) return 'site-local';
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) return bytes[15] === 1 ? 'loopback' : 'unspecified';
  return 'global';
}

/** Whether the address names exactly one host. */
export function isUnicast(address: IpAddress): boolean {
  const kind = classifyIp(address);
  return kind !== 'multicast' && kind !== 'broadcast' && kind !== 'unspecified';
}

function classifyIpv4(address: number): AddressKind {
  const a = address >>> 24;
  const b = (address >>> 16) & 0xff;
  if (a === 127) return 'loopback';
  if (a === 0) return 'unspecified';
  if (a >= 224) return a < 240 ? 'multicast' : 'broadcast';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'site-local';
  return 'global';
}

function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((byte) => byte === 0)
  );
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > best[1]) best = [i, end - i];
    if (end > i) i = end;
  }
  return best;
}

/**
 * The 32 bits of an IPv4 address, or `undefined` if the text is none. Digit by digit: every association is set up with
 * several looks at addresses, and most are of this kind.
 */
export function ipv4Number(text: string): number | undefined {
  let address = 0;
  let dots = 0;
  let byte = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (byte < 0 || ++dots > 3) return undefined;
      address = (address << 8) | byte;
      byte = -1;
    } else if (code < ZERO || code > NINE || byte === 0) return undefined;
    else {
      byte = byte < 0 ? code - ZERO : 10 * byte + code - ZERO;
      if (byte > 255) return undefined;
    }
  }
  return dots === 3 && byte >= 0 ? ((address << 8) | byte) >>> 0 : undefined;
}

const DOT = 46;
const ZERO = 48;
const NINE = 57;

function parseIpv4(text: string): Uint8Array | undefined {
  const address = ipv4Number(text);
  if (address === undefined) return undefined;
  return new Uint8Array([address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff]);
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const bytes = new Uint8Array(16);
  [...head, ...new Array<number>(missing).fill(0), ...tail].forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** The 16-bit groups of one side of `::`; the last one may be a dotted IPv4 address where `mayEndInIpv4`. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const ipv4 = mayEndInIpv4 && i === parts.length - 1 ? parseIpv4(part) : undefined;
      if (ipv4 === undefined) return undefined;
      groups.push((ipv4[0]! << 8) | ipv4[1]!, (ipv4[2]! << 8) | ipv4[3]!);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else return undefined;
  }
  return groups;
}
