import type { SctpAssociation, SecureAssociation } from '../../sctp/index.ts';
import type { PeerIdentity } from '../access/identity.ts';
import type { TransportTarget } from '../role.ts';
import type { Trust } from '../security/trust.ts';
import type { TcpSocket } from './tcp-network.ts';

/** What a channel rests upon. */
export interface ChannelProof {
  /** Where it was called, and what for; undefined if the peer has called. */
  readonly target?: TransportTarget | undefined;
  readonly ppid: number | undefined;
  /** Who had to be there, if it was called for that. */
  readonly owner?: string | undefined;
  readonly trust: Trust;
}

/** An association whose peer has proven who it is; pair 0 is open. */
export interface SecuredAssociation {
  readonly association: SecureAssociation;
  readonly peer: PeerIdentity;
  readonly proof: ChannelProof;
}

/** A TCP connection within TLS whose peer has proven who it is. */
export interface SecuredConnection {
  readonly socket: TcpSocket;
  readonly peer: PeerIdentity;
  readonly proof: ChannelProof;
}

/** How the channels of a node are secured. */
export interface ChannelSecurity {
  /**
   * Begins TLS on an association that was set up from here.
   *
   * @param target where it leads, as the role said
   * @param ppid what the role calls for, if it is not the application: ASAP with a registrar, or ENRP
   * @param owner who has to be there, as `identityText` has it; anybody who is good enough unless given
   * @throws (rejects) what is wrong with the peer
   */
  connect(
    association: SctpAssociation,
    target: TransportTarget,
    ppid: number | undefined,
    owner?: string | undefined,
  ): Promise<SecuredAssociation>;
  /** Lets the peer begin it, on one that it has set up to speak ASAP or ENRP. @throws (rejects) what is wrong with the peer */
  accept(association: SctpAssociation, ppid: number): Promise<SecuredAssociation>;
  /** As `connect`, on a TCP connection, in the turn in which it was handed over. */
  connectTcp(socket: TcpSocket, target: TransportTarget, ppid: number | undefined): Promise<SecuredConnection>;
  /** As `accept`, on a TCP connection to speak ASAP, in the turn in which it was handed over. */
  acceptTcp(socket: TcpSocket): Promise<SecuredConnection>;
  /** Whether a channel of before would come about today, too. */
  holds(proof: ChannelProof): boolean;
}
