import type { AssociationState } from '../../../src/sctp/core/states.ts';
import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

/** The states in which there is an association. RFC 9260 §4. */
export const STATES = [
  'COOKIE-WAIT',
  'COOKIE-ECHOED',
  'ESTABLISHED',
  'SHUTDOWN-PENDING',
  'SHUTDOWN-SENT',
  'SHUTDOWN-RECEIVED',
  'SHUTDOWN-ACK-SENT',
] as const satisfies readonly AssociationState[];

/** An endpoint whose association with the scripted peer is in this state; everything it said so far has been heard. */
export function inState(state: (typeof STATES)[number], options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer(options);
  if (state === 'COOKIE-WAIT' || state === 'COOKIE-ECHOED') peer.connect(state);
  else {
    peer.establish();
    // Data that is not acknowledged keeps the shutdown from going on.
    if (state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-RECEIVED') peer.node.send(peer.id, 'unacknowledged');
    if (state === 'SHUTDOWN-PENDING' || state === 'SHUTDOWN-SENT') peer.node.shutdown(peer.id);
    if (state === 'SHUTDOWN-RECEIVED' || state === 'SHUTDOWN-ACK-SENT') peer.send(peer.shutdown());
  }
  peer.heardAfter(0);
  if (peer.state !== state) throw new Error(`the association is in ${peer.state}, not in ${state}`);
  return peer;
}
