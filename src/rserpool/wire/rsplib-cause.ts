/** What rsplib complains of by cause codes that RFC 5354 §3.12 does not assign. */
export const RSPLIB_CAUSE_CODE = {
  'invalid-message': 0x0010,
  'invalid-value': 0x0011,
  /** Instead of Inconsistent Transport Type (0x7). */
  'wrong-protocol': 0x100a,
  'unknown-policy': 0x100b,
  'invalid-identifier': 0xf000,
  'invalid-policy': 0xf003,
  'invalid-pool-handle': 0xf004,
  'invalid-addresses': 0xf005,
  'invalid-asap-transport': 0xf006,
  'no-usable-asap-address': 0xf007,
  'no-usable-user-address': 0xf008,
} as const;

const TEXT: ReadonlyMap<number, string> = new Map([
  [RSPLIB_CAUSE_CODE['invalid-message'], 'the message is malformed'],
  [RSPLIB_CAUSE_CODE['invalid-value'], 'a parameter is missing or has an invalid value'],
  [RSPLIB_CAUSE_CODE['wrong-protocol'], 'the pool has another transport'],
  [RSPLIB_CAUSE_CODE['unknown-policy'], 'the pool policy is not known'],
  [RSPLIB_CAUSE_CODE['invalid-identifier'], 'the identifier is invalid'],
  [RSPLIB_CAUSE_CODE['invalid-policy'], 'the pool policy is invalid'],
  [RSPLIB_CAUSE_CODE['invalid-pool-handle'], 'the pool handle is invalid'],
  [RSPLIB_CAUSE_CODE['invalid-addresses'], 'the addresses are invalid'],
  [RSPLIB_CAUSE_CODE['invalid-asap-transport'], 'the ASAP transport is missing or invalid'],
  [RSPLIB_CAUSE_CODE['no-usable-asap-address'], 'no address of the ASAP transport is usable'],
  [RSPLIB_CAUSE_CODE['no-usable-user-address'], 'no address of the user transport is usable from this association'],
]);

/** What rsplib means by a cause code, in words; `undefined` for a code that is not one of its own. */
export function rsplibCauseText(code: number): string | undefined {
  return TEXT.get(code);
}
