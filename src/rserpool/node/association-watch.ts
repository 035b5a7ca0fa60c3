import { type SctpAssociation, SctpError } from '../../sctp/index.ts';
import type { ChannelId, RoleInput, TransportTarget } from '../role.ts';

/** Tells a role of the doubts that SCTP has about a peer, and of where the peer is. */
export class AssociationWatch {
  readonly #id: ChannelId;
  readonly #association: SctpAssociation;
  readonly #tell: (input: RoleInput) => void;

  constructor(id: ChannelId, association: SctpAssociation, tell: (input: RoleInput) => void) {
    this.#id = id;
    this.#association = association;
    this.#tell = tell;
  }

  /** @param isEnding whether nothing but the end is of interest any more */
  begin(isEnding: () => boolean): void {
    const suspect = (reason: string): void => {
      if (!isEnding()) this.#tell({ kind: 'channel-suspect', channel: this.#id, reason });
    };
    this.#association.on('path-changed', ({ change }) => {
      if (change === 'udp-port') this.changed(false);
      else if (change === 'inactive') suspect('a path to the peer has failed');
    });
    this.#association.on('unanswered', ({ forMs }) => suspect(`no answer for ${Math.round(forMs)} ms`));
  }

  /** The peer is elsewhere, or has lost its state. */
  changed(restarted: boolean): void {
    this.#tell({ kind: 'channel-changed', channel: this.#id, remote: remoteOf(this.#association), restarted });
  }

  /** Tells a `probe-result`, unless the association ends before. */
  probe(isEnding: () => boolean): void {
    this.#association.probe().then(
      (alive) => {
        if (!isEnding()) this.#tell({ kind: 'probe-result', channel: this.#id, alive });
      },
      (error: unknown) => {
        // It ends, or has ended: `channel-down` tells.
        if (!(error instanceof SctpError)) throw error;
      },
    );
  }
}

/** Smoothed round trip of the primary path, ms, if it has been measured. */
export function roundTripMsOf(association: SctpAssociation): number | undefined {
  return association.paths.find(({ primary }) => primary)?.srttMs;
}

export function remoteOf({ remote }: SctpAssociation): TransportTarget {
  return { protocol: 'sctp', addresses: remote.addresses, port: remote.sctpPort, udpPort: remote.udpPort };
}

export function localOf({ local }: SctpAssociation): TransportTarget {
  return { protocol: 'sctp', addresses: local.addresses, port: local.sctpPort, udpPort: local.udpPort };
}
