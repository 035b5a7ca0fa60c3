import type { IpAddress } from '../../base/address.ts';

/** Chunk parameters of RFC 9260 §3.2.1 and §3.3. Only INIT, INIT ACK, HEARTBEAT and HEARTBEAT ACK carry any. */
export type Parameter =
  | { readonly kind: 'ip-address'; readonly address: IpAddress }
  | { readonly kind: 'state-cookie'; readonly cookie: Uint8Array }
  | { readonly kind: 'unrecognized-parameter'; readonly parameter: Uint8Array }
  | { readonly kind: 'cookie-preservative'; readonly incrementMs: number }
  | { readonly kind: 'host-name-address'; readonly whole: Uint8Array }
  | { readonly kind: 'supported-address-types'; readonly types: readonly number[] }
  /** A type not known here; its two high bits say whether to stop and whether to report (`unknownParameterAction`). */
  | { readonly kind: 'unknown'; readonly type: number; readonly whole: Uint8Array };
