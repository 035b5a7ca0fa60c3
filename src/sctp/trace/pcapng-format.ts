/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng) and of https://www.tcpdump.org/linktypes.html. */

export const BLOCK_TYPES = {
  sectionHeader: 0x0a0d_0d0a,
  interfaceDescription: 1,
  /** Obsolete, but found in old files. */
  packet: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b_3c4d;

export const OPTIONS = {
  end: 0,
  comment: 1,
  /** shb_userappl */
  userApplication: 4,
  /** if_tsresol */
  timestampResolution: 9,
  /** if_tsoffset */
  timestampOffset: 14,
} as const;

export const LINK_TYPES = {
  /** BSD loopback: address family in the byte order of the capturing host. */
  null: 0,
  ethernet: 1,
  raw: 101,
  /** OpenBSD loopback: address family in network byte order. */
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;
