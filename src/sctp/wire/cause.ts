import type { IpAddress } from '../../base/address.ts';
import type { Tsn } from '../../base/serial.ts';

/** Error causes of RFC 9260 §3.3.10, in ERROR and ABORT chunks. Longer causes carry views into the packet. */
export type ErrorCause =
  | { readonly kind: 'invalid-stream-identifier'; readonly streamId: number }
  | { readonly kind: 'missing-mandatory-parameter'; readonly types: readonly number[] }
  /** How long the cookie had been expired, in microseconds; 0 if the sender does not tell. */
  | { readonly kind: 'stale-cookie'; readonly stalenessUs: number }
  | { readonly kind: 'out-of-resource' }
  | { readonly kind: 'unresolvable-address'; readonly address: Uint8Array }
  | { readonly kind: 'unrecognized-chunk-type'; readonly chunk: Uint8Array }
  | { readonly kind: 'invalid-mandatory-parameter' }
  /** The unrecognized parameters, one TLV after the other. */
  | { readonly kind: 'unrecognized-parameters'; readonly parameters: Uint8Array }
  | { readonly kind: 'no-user-data'; readonly tsn: Tsn }
  | { readonly kind: 'cookie-received-while-shutting-down' }
  | { readonly kind: 'restart-with-new-addresses'; readonly addresses: readonly IpAddress[] }
  | { readonly kind: 'user-initiated-abort'; readonly reason: Uint8Array }
  | { readonly kind: 'protocol-violation'; readonly information: Uint8Array }
  | { readonly kind: 'unknown'; readonly code: number; readonly information: Uint8Array };
