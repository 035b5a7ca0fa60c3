import type { Instant } from '../../base/contract.ts';
import { sameEndpoint } from '../endpoint-match.ts';
import type { Channel } from '../registrar/channels.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { TransportTarget } from '../role.ts';
import type { Acquaintances } from './acquaintances.ts';
import type { Departure } from './departure.ts';
import type { Dialer } from './dialer.ts';
import type { Enforcement } from './enforcement.ts';
import type { Membership } from './membership.ts';
import type { Mentor } from './mentor.ts';
import type { PeerChannels } from './peer-channels.ts';
import type { Peer, Peers } from './peers.ts';
import type { Startup } from './startup.ts';
import type { Supervision } from './supervision.ts';
import type { TableSessions } from './table-sessions.ts';
import type { Takeover } from './takeover.ts';

/** What is done about losses works with all of these. */
export interface LossParts {
  readonly store: ElementStore;
  readonly peers: Peers;
  readonly peerChannels: PeerChannels;
  readonly dialer: Dialer;
  readonly membership: Membership;
  readonly mentor: Mentor;
  readonly startup: Startup;
  readonly acquaintances: Acquaintances;
  readonly tables: TableSessions;
  readonly supervision: Supervision;
  readonly takeover: Takeover;
  readonly enforcement: Enforcement;
  readonly departure: Departure;
}

/** What follows when a channel to a peer is lost, when none can be opened, and when a peer is dead. RFC 5353 §3.4.3. */
export class Losses {
  readonly #parts: LossParts;

  constructor(parts: LossParts) {
    this.#parts = parts;
  }

  /** The channel is gone, or what was agreed on it. */
  handleChannelLost(channel: Channel, now: Instant): void {
    const { acquaintances, dialer, mentor, peerChannels, peers, startup, supervision, tables } = this.#parts;
    tables.handleChannelDown(channel.id);
    const peer = peers.get(channel.peerId);
    if (peer === undefined) return;
    peerChannels.release(peer, channel.id);
    if (peer.channel !== undefined) return;
    acquaintances.forget(peer.id);
    startup.act(mentor.handleUnreachable(peer.id, now));
    if (peer.transport !== undefined) dialer.retry(peer.transport, now);
    // The loss of an association is not yet the peer's death, but reason enough to ask (§3.4.3).
    supervision.suspect(peer, now);
  }

  /** No channel could be opened: for a peer that is being asked for a sign of life this is a failed send (§3.4.3). */
  handleUnreachable(target: TransportTarget, now: Instant): void {
    for (const peer of [...this.#parts.peers.values()]) {
      if (peer.channel !== undefined || peer.transport === undefined || !sameEndpoint(peer.transport, target)) continue;
      // Others told of it, and nobody is there: nothing that would have to be taken over.
      if (!peer.heard) this.#parts.membership.dismiss(peer, now);
      else this.handleNoAnswer(peer, now);
    }
  }

  /** Nothing gets through to the peer: if it was asked for a sign of life, this is as good as no answer. §3.4.3. */
  handleNoAnswer(peer: Peer | undefined, now: Instant): void {
    if (peer?.state.kind === 'probing') this.bury(peer, now);
  }

  /**
   * A peer is dead. Before we serve there is nothing that we could take over, nor from one that owns nothing, such as a
   * visitor that only read the handlespace. Whoever knows of elements that we do not know takes it over without us.
   */
  bury(peer: Peer, now: Instant): void {
    const { departure, enforcement, mentor, store, takeover } = this.#parts;
    if (enforcement.settle(peer, now)) return;
    if (mentor.serving && store.handlespace.countOf(peer.id) > 0) takeover.handleDeath(peer, now);
    else departure.remove(peer, 'dead', now);
  }
}
