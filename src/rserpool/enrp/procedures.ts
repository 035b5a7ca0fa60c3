import type { Entropy, Instant } from '../../base/contract.ts';
import type { Channels } from '../registrar/channels.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import type { Distances } from '../registrar/distances.ts';
import type { ElementStore } from '../registrar/element-store.ts';
import type { RegistrarOutbox } from '../registrar/outbox.ts';
import type { TransportTarget } from '../role.ts';
import { Acquaintances } from './acquaintances.ts';
import { Audit } from './audit.ts';
import { Departure } from './departure.ts';
import { Dialer } from './dialer.ts';
import { Enforcement } from './enforcement.ts';
import { Losses } from './losses.ts';
import { Membership } from './membership.ts';
import { Mentor } from './mentor.ts';
import { PeerChannels } from './peer-channels.ts';
import { PeerDialects } from './peer-dialects.ts';
import { Peers } from './peers.ts';
import { PresenceMulticast } from './presence-multicast.ts';
import { Reception } from './reception.ts';
import { RsplibChecksum } from './rsplib-checksum.ts';
import { type OwnIdentity, Speaker } from './speaker.ts';
import { Startup } from './startup.ts';
import { Strays } from './strays.ts';
import { Supervision } from './supervision.ts';
import { TableSessions } from './table-sessions.ts';
import { Takeover } from './takeover.ts';
import { Updates } from './updates.ts';

/** What the ENRP side of a registrar is made of. */
export interface EnrpParts {
  readonly config: RegistrarConfig;
  readonly entropy: Entropy;
  readonly own: OwnIdentity;
  readonly channels: Channels;
  readonly outbox: RegistrarOutbox;
  readonly store: ElementStore;
  readonly distances: Distances;
  /** Configured peers, without our own endpoint. */
  readonly peers: readonly TransportTarget[];
}

/** The procedures of ENRP that are called from outside: one for each section of RFC 5353 §3, and what several share. */
export interface Procedures {
  readonly peers: Peers;
  readonly speaker: Speaker;
  readonly dialer: Dialer;
  readonly peerChannels: PeerChannels;
  readonly membership: Membership;
  readonly mentor: Mentor;
  readonly supervision: Supervision;
  readonly takeover: Takeover;
  readonly tables: TableSessions;
  readonly audit: Audit;
  readonly enforcement: Enforcement;
  readonly strays: Strays;
  readonly updates: Updates;
  readonly presenceMulticast: PresenceMulticast;
  readonly startup: Startup;
  readonly losses: Losses;
  readonly reception: Reception;
}

/** Makes the procedures and acquaints them with each other: whoever stands below knows those above. */
export function makeProcedures(parts: EnrpParts, now: Instant): Procedures {
  const { config, entropy, own, channels, outbox, store, distances } = parts;
  const peers = new Peers(config);
  const rsplibChecksum = new RsplibChecksum(own, store);
  const checksums = { all: () => store.checksumOf(own.id), forRsplib: () => rsplibChecksum.value };
  const speaker = new Speaker(own, peers, channels, outbox, checksums);
  const dialer = new Dialer(config, entropy, outbox);
  for (const target of parts.peers) dialer.add(target, true, now);
  const peerChannels = new PeerChannels(config, own, channels, outbox);
  const membership = new Membership(own, peers, channels, peerChannels, dialer, outbox);
  const hasPeers = parts.peers.length > 0 || config.enrpAnnounce;
  const mentor = new Mentor(config, entropy, peers, speaker, hasPeers, now);
  const acquaintances = new Acquaintances(speaker);
  const supervision = new Supervision(config, peers, speaker, dialer, outbox, now);
  const takeover = new Takeover(config, entropy, own, peers, speaker, outbox);
  const tables = new TableSessions(config, store);
  const audit = new Audit(config, channels, store, distances, speaker, outbox);
  const departure = new Departure(membership, acquaintances, audit, supervision, takeover);
  const enforcement = new Enforcement({
    own,
    peers,
    channels,
    speaker,
    supervision,
    takeover,
    store,
    outbox,
    departure,
  });
  const strays = new Strays(config, own, store, peers, now);
  const updates = new Updates(peers, speaker, store, distances, outbox);
  const dialects = new PeerDialects(outbox, speaker, checksums.all);
  const multicastParts = { config, own, speaker, dialer, peers, outbox, dialects };
  const presenceMulticast = new PresenceMulticast(multicastParts, now);
  const startup = new Startup({
    entropy,
    own,
    outbox,
    peers,
    speaker,
    mentor,
    membership,
    acquaintances,
    updates,
  });
  const losses = new Losses({
    store,
    peers,
    peerChannels,
    dialer,
    membership,
    mentor,
    startup,
    acquaintances,
    tables,
    supervision,
    takeover,
    enforcement,
    departure,
  });
  const reception = new Reception({
    outbox,
    speaker,
    membership,
    dialects,
    mentor,
    startup,
    acquaintances,
    tables,
    updates,
    audit,
    supervision,
    takeover,
    enforcement,
  });
  return {
    peers,
    speaker,
    dialer,
    peerChannels,
    membership,
    mentor,
    supervision,
    takeover,
    tables,
    audit,
    enforcement,
    strays,
    updates,
    presenceMulticast,
    startup,
    losses,
    reception,
  };
}
