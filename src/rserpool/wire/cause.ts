import type { PolicyParameter } from './policy.ts';
import type { TransportParameter } from './transport.ts';

/** Error causes of an Operation Error parameter. RFC 5354 §3.12. */
export type ErrorCause =
  /** 0x0 */
  | { readonly kind: 'unspecified' }
  /** 0x1: the whole TLV that was not understood, without padding. */
  | { readonly kind: 'unrecognized-parameter'; readonly parameter: Uint8Array }
  /** 0x2: the whole message that was not understood, with its header, possibly cut at the end. */
  | { readonly kind: 'unrecognized-message'; readonly message: Uint8Array }
  /** 0x3: the TLV that holds the bad value. */
  | { readonly kind: 'invalid-values'; readonly parameter: Uint8Array }
  /** 0x4 */
  | { readonly kind: 'non-unique-pe-identifier' }
  /** 0x5: the pool's policy. */
  | { readonly kind: 'inconsistent-pool-policy'; readonly policy?: PolicyParameter | undefined }
  /** 0x6 */
  | { readonly kind: 'lack-of-resources' }
  /** 0x7: the user transport of a member of the pool. */
  | { readonly kind: 'inconsistent-transport-type'; readonly transport?: TransportParameter | undefined }
  /** 0x8 */
  | { readonly kind: 'inconsistent-data-control-configuration' }
  /** 0x9 */
  | { readonly kind: 'unknown-pool-handle' }
  /** 0xa */
  | { readonly kind: 'rejected-for-security' }
  /** Any other code, or one whose information does not parse. */
  | { readonly kind: 'unknown'; readonly code: number; readonly information: Uint8Array };
