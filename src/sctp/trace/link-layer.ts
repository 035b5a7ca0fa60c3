import { ByteReader } from '../../base/bytes.ts';
import { LINK_TYPES } from './pcapng-format.ts';

/** A frame of a capture file as it was captured. */
export interface CapturedFrame {
  readonly timeUs: number;
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly comment?: string | undefined;
}

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** Tags of four bytes before the real EtherType: 802.1Q and 802.1ad. */
const VLAN_ETHERTYPES = new Set([0x8100, 0x88a8, 0x9100]);

/** Values of DLT_RAW that some systems write into files instead of 101. */
const OTHER_RAW = new Set([12, 14]);

/**
 * The IP packet in a captured frame; `undefined` if it carries something else.
 *
 * @throws WireError if the frame ends within the link header
 */
export function ipPacketOf(frame: CapturedFrame): Uint8Array | undefined {
  const r = new ByteReader(frame.bytes);
  switch (frame.linkType) {
    case LINK_TYPES.ethernet:
      r.skip(12);
      return afterEtherType(r, r.u16());
    case LINK_TYPES.linuxCooked:
      r.skip(14);
      return afterEtherType(r, r.u16());
    case LINK_TYPES.linuxCooked2: {
      const etherType = r.u16();
      r.skip(18);
      return afterEtherType(r, etherType);
    }
    case LINK_TYPES.null:
    case LINK_TYPES.loop:
      // The families of IPv6 differ from system to system; the version in the IP header does not.
      r.skip(4);
      return ifIp(r.rest());
    default:
      return frame.bytes;
  }
}

/** Whether {@link ipPacketOf} knows this link type. */
export function isKnownLinkType(linkType: number): boolean {
  return OTHER_RAW.has(linkType) || (Object.values(LINK_TYPES) as readonly number[]).includes(linkType);
}

function afterEtherType(r: ByteReader, etherType: number): Uint8Array | undefined {
  let type = etherType;
  while (VLAN_ETHERTYPES.has(type)) {
    r.skip(2);
    type = r.u16();
  }
  return type === ETHERTYPE_IPV4 || type === ETHERTYPE_IPV6 ? r.rest() : undefined;
}

function ifIp(bytes: Uint8Array): Uint8Array | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 4 || version === 6 ? bytes : undefined;
}
