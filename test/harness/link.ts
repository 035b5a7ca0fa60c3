import type { Instant } from '../../src/base/contract.ts';
import type { DropReason, LinkStage, SimDatagram, StageOutput } from './links/stage.ts';

/** Where datagrams leave a link. */
export interface LinkEnd {
  arrive(datagram: SimDatagram, at: Instant): void;
  drop(datagram: SimDatagram, at: Instant, reason: DropReason, mtuBytes?: number): void;
}

/** One direction between two addresses: its stages in order. */
export class Link {
  readonly stages: readonly LinkStage[];
  readonly #entry: (datagram: SimDatagram, at: Instant) => void;

  constructor(stages: readonly LinkStage[], end: LinkEnd) {
    this.stages = stages;
    let entry = (datagram: SimDatagram, at: Instant): void => end.arrive(datagram, at);
    const drop: StageOutput['drop'] = (...dropped) => end.drop(...dropped);
    for (const stage of [...stages].reverse()) {
      const out: StageOutput = { forward: entry, drop };
      entry = (datagram, at) => stage.pass(datagram, at, out);
    }
    this.#entry = entry;
  }

  send(datagram: SimDatagram, at: Instant): void {
    this.#entry(datagram, at);
  }
}
