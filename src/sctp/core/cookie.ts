import { canonicalIp, formatIp, type IpAddress, parseIp } from '../../base/address.ts';
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import type { Entropy, Instant } from '../../base/contract.ts';
import { WireError } from '../../base/errors.ts';
import { type Tsn, tsn } from '../../base/serial.ts';
import type { Mac } from './contract.ts';
import { type Extensions, extensionsOf, numberOfExtensions } from './extensions.ts';

/** All that is needed to create an association from a COOKIE ECHO. RFC 9260 §5.1.3. */
export interface StateCookie {
  /** When the INIT ACK was made. */
  readonly createdAt: Instant;
  readonly lifeMs: number;
  readonly localTag: number;
  readonly peerTag: number;
  /** Tie-tags of the association that existed when the INIT came, or 0 (RFC 9260 §5.2.2): nonces, not tags. */
  readonly localTieTag: number;
  readonly peerTieTag: number;
  readonly localPort: number;
  readonly peerPort: number;
  readonly localInitialTsn: Tsn;
  readonly peerInitialTsn: Tsn;
  readonly peerRwndBytes: number;
  readonly outboundStreams: number;
  readonly inboundStreams: number;
  /** What both sides support. */
  readonly extensions: Extensions;
  /** Adaptation Layer Indication of the peer. */
  readonly adaptation: number | undefined;
  /** The peer's addresses; the first one is where the INIT ACK was sent, the only confirmed one (RFC 9260 §5.4). */
  readonly peerAddresses: readonly IpAddress[];
}

/** What became of a cookie that came back. */
export type CookieVerdict =
  | {
      readonly kind: 'authentic';
      readonly cookie: StateCookie /** Below 0 while it is fresh. */;
      readonly overdueMs: number;
    }
  /** Not ours, changed on the way, or made with a key that is gone (RFC 9260 §5.1.5 (1), (2)). */
  | { readonly kind: 'refused' };

/** Cookies are made one after the other. */
const writer = new ByteWriter(128);

const KEY_BYTES = 32;
const MAC_BYTES = 32;
const FORMAT = 1;

/** Makes and checks State Cookies with a secret key that is replaced from time to time. RFC 9260 §5.1.3, §5.1.5. */
export class CookieJar {
  readonly #mac: Mac;
  readonly #entropy: Entropy;
  readonly #keyLifeMs: number;
  #generation = 0;
  /** None before the first cookie: endpoints that nobody calls need none. */
  #key: Uint8Array | undefined;
  #previousKey: Uint8Array | undefined;
  #keyMadeAt: Instant = 0;

  constructor(mac: Mac, entropy: Entropy, keyLifeMs: number) {
    this.#mac = mac;
    this.#entropy = entropy;
    this.#keyLifeMs = keyLifeMs;
  }

  seal(cookie: StateCookie, now: Instant): Uint8Array {
    const key = this.#currentKey(now);
    const w = writer;
    w.reset();
    w.u8(FORMAT);
    w.u8(this.#generation & 0xff);
    w.u16(cookie.peerAddresses.length);
    // The clock of this endpoint means nothing to anybody else.
    w.f64(cookie.createdAt);
    w.f64(cookie.lifeMs);
    for (const tag of [cookie.localTag, cookie.peerTag, cookie.localTieTag, cookie.peerTieTag]) w.u32(tag);
    w.u16(cookie.localPort);
    w.u16(cookie.peerPort);
    w.u32(cookie.localInitialTsn);
    w.u32(cookie.peerInitialTsn);
    w.u32(cookie.peerRwndBytes);
    w.u16(cookie.outboundStreams);
    w.u16(cookie.inboundStreams);
    w.u8(numberOfExtensions(cookie.extensions) | (cookie.adaptation === undefined ? 0 : ADAPTATION));
    w.u32(cookie.adaptation ?? 0);
    for (const address of cookie.peerAddresses) writeAddress(w, address);
    w.bytes(this.#mac(key, w.view()).subarray(0, MAC_BYTES));
    return w.finish();
  }

  open(bytes: Uint8Array, now: Instant): CookieVerdict {
    const current = this.#currentKey(now);
    const bodyLength = bytes.length - MAC_BYTES;
    if (bodyLength < 2 || bytes[0] !== FORMAT) return REFUSED;
    const age = (this.#generation - bytes[1]!) & 0xff;
    const key = age === 0 ? current : age === 1 ? this.#previousKey : undefined;
    if (key === undefined) return REFUSED;
    const expected = this.#mac(key, bytes.subarray(0, bodyLength)).subarray(0, MAC_BYTES);
    if (!equalInConstantTime(expected, bytes.subarray(bodyLength))) return REFUSED;
    try {
      const cookie = readCookie(bytes.subarray(2, bodyLength));
      return { kind: 'authentic', cookie, overdueMs: now - cookie.createdAt - cookie.lifeMs };
    } catch (error) {
      if (error instanceof WireError) return REFUSED;
      throw error;
    }
  }

  /** The key for cookies that are made now; a new one if it is time. */
  #currentKey(now: Instant): Uint8Array {
    if (this.#key !== undefined && now - this.#keyMadeAt < this.#keyLifeMs) return this.#key;
    // After two periods without use the old key is past its time as well.
    this.#previousKey = now - this.#keyMadeAt < 2 * this.#keyLifeMs ? this.#key : undefined;
    this.#key = this.#entropy.bytes(KEY_BYTES);
    this.#generation++;
    this.#keyMadeAt = now;
    return this.#key;
  }
}

const REFUSED: CookieVerdict = { kind: 'refused' };

function readCookie(bytes: Uint8Array): StateCookie {
  const r = new ByteReader(bytes);
  const addressCount = r.u16();
  const createdAt = r.f64();
  const lifeMs = r.f64();
  const localTag = r.u32();
  const peerTag = r.u32();
  const localTieTag = r.u32();
  const peerTieTag = r.u32();
  const localPort = r.u16();
  const peerPort = r.u16();
  const localInitialTsn = tsn(r.u32());
  const peerInitialTsn = tsn(r.u32());
  const peerRwndBytes = r.u32();
  const outboundStreams = r.u16();
  const inboundStreams = r.u16();
  const flags = r.u8();
  const indication = r.u32();
  const peerAddresses: IpAddress[] = [];
  for (let i = 0; i < addressCount; i++) peerAddresses.push(readAddress(r));
  const adaptation = (flags & ADAPTATION) === 0 ? undefined : indication;
  return {
    createdAt,
    lifeMs,
    localTag,
    peerTag,
    localTieTag,
    peerTieTag,
    localPort,
    peerPort,
    localInitialTsn,
    peerInitialTsn,
    peerRwndBytes,
    outboundStreams,
    inboundStreams,
    extensions: extensionsOf(flags),
    adaptation,
    peerAddresses,
  };
}

/** Beside the number of the extensions. */
const ADAPTATION = 0x80;

/** Text with its length in front: it keeps the zone of link-local addresses. */
function writeAddress(w: ByteWriter, address: IpAddress): void {
  const zone = address.includes('%') ? address.slice(address.indexOf('%')) : '';
  const bytes = parseIp(address)!;
  w.u8(bytes.length);
  w.u8(zone.length);
  w.bytes(bytes);
  for (let i = 0; i < zone.length; i++) w.u8(zone.charCodeAt(i));
}

function readAddress(r: ByteReader): IpAddress {
  const length = r.u8();
  const zoneLength = r.u8();
  const address = formatIp(r.bytes(length));
  if (zoneLength === 0) return address;
  const zone = String.fromCharCode(...r.bytes(zoneLength));
  return canonicalIp(address + zone) ?? address;
}

/** Takes as long for a near miss as for nonsense, so that a MAC cannot be found byte by byte. */
function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
