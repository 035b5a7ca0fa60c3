/** Parameter types. RFC 5354 §3, Table 1; the last two are private ones. */
export const PARAMETER_TYPE = {
  ipv4Address: 0x1,
  ipv6Address: 0x2,
  dccpTransport: 0x3,
  sctpTransport: 0x4,
  tcpTransport: 0x5,
  udpTransport: 0x6,
  udpLiteTransport: 0x7,
  policy: 0x8,
  poolHandle: 0x9,
  poolElement: 0xa,
  serverInformation: 0xb,
  operationError: 0xc,
  cookie: 0xd,
  peIdentifier: 0xe,
  peChecksum: 0xf,
  opaqueTransport: 0x10,
  /** How many elements a HANDLE_RESOLUTION asks for at most. Others skip it: high bits 10. */
  itemCount: 0x803f,
  /** UDP encapsulation ports (RFC 6951) of a Pool Element, a Server Information or a SERVER_ANNOUNCE. Others skip it. */
  udpPorts: 0x8f09,
} as const;
