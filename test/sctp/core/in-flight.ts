import { ScriptedPeer, type ScriptedPeerOptions } from '../../harness/scripted-peer.ts';

/** An association with `count` messages of 1000 bytes in flight, one packet each, and a window that just takes them. */
export function inFlight(count: number, options: ScriptedPeerOptions = {}): ScriptedPeer {
  const peer = new ScriptedPeer({ ...options, config: { maxBurstPackets: 1000, ...options.config } }).establish();
  const { cwndBytes } = peer.status!.paths[0]!;
  openWindow(peer, Math.max(0, Math.ceil((count * CHUNK_BYTES - cwndBytes) / PMDCS_BYTES)));
  for (let i = 0; i < count; i++) peer.node.send(peer.id, new Uint8Array(1000).fill(i), { streamId: i % 10 });
  peer.heardAfter(0);
  if (peer.tcb.outbound.outstanding.length !== count) throw new Error('the window is too small for this test');
  return peer;
}

/** A DATA chunk with 1000 bytes. */
const CHUNK_BYTES = 1016;
/** IPv4, 1500 bytes, less the headers of IP, UDP and SCTP. */
const PMDCS_BYTES = 1460;

/** Slow start as a peer brings it about that acknowledges so many full windows. */
export function openWindow(peer: ScriptedPeer, acknowledgements: number): void {
  const [path] = peer.tcb.paths.all;
  for (let i = 0; i < acknowledgements; i++) path!.congestion.acknowledged(100_000, 100_000_000, false);
}
