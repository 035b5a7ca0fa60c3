import { type IpAddress, parseIp } from '../../base/address.ts';
import type { Entropy } from '../../base/contract.ts';
import { TLV_HEADER_BYTES } from '../../base/tlv.ts';
import { writeU16 } from '../wire/fields.ts';
import type { Tcb } from './tcb.ts';

const HEARTBEAT_INFO = 1;
/** §5.4: at least 64 bits. */
const NONCE_BYTES = 8;
/** The longest HEARTBEAT chunk that is sent here: headers of chunk and parameter, nonce, IPv6 address. */
export const HEARTBEAT_BYTES = 2 * TLV_HEADER_BYTES + NONCE_BYTES + 16;

/** §8.3: from ESTABLISHED until SHUTDOWN or SHUTDOWN ACK has been sent. */
export function mayProbe({ state }: Tcb): boolean {
  return state === 'ESTABLISHED' || state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-RECEIVED';
}

/** What tells the answer to one HEARTBEAT from all others. */
export function heartbeatNonce(entropy: Entropy): Uint8Array {
  return entropy.bytes(NONCE_BYTES);
}

/** Heartbeat Info: the nonce and the address it was sent to; the time is remembered here. RFC 9260 §3.3.5. */
export function heartbeatValue(address: IpAddress, nonce: Uint8Array): Uint8Array {
  const addressBytes = parseIp(address)!;
  const value = new Uint8Array(TLV_HEADER_BYTES + NONCE_BYTES + addressBytes.length);
  writeU16(value, 0, HEARTBEAT_INFO);
  writeU16(value, 2, value.length);
  value.set(nonce, TLV_HEADER_BYTES);
  value.set(addressBytes, TLV_HEADER_BYTES + NONCE_BYTES);
  return value;
}
