import type { Parameter } from '../../../src/sctp/wire/parameter.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

/** What INIT and INIT ACK say of partial reliability. RFC 3758 §3.1, RFC 5061 §4.2.7. */
export const PR_PARAMETERS: readonly Parameter[] = [
  { kind: 'supported-extensions', chunkTypes: [192] },
  { kind: 'forward-tsn-supported' },
];

/** An association with a peer that has partial reliability. */
export function prPeer(options: ScriptedPeerOptions = {}): ScriptedPeer {
  return new ScriptedPeer({ ...options, chunkTypes: [192] }).establish();
}
