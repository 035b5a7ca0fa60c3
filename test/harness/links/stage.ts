import type { IpAddress } from '../../../src/base/address.ts';
import type { Instant } from '../../../src/base/contract.ts';
import type { SeededRandom } from '../random.ts';

/** An address and a UDP port. */
export interface UdpAddress {
  readonly address: IpAddress;
  readonly udpPort: number;
}

/** A UDP datagram under way. */
export interface SimDatagram {
  readonly from: UdpAddress;
  readonly to: UdpAddress;
  readonly bytes: Uint8Array;
  readonly sentAt: Instant;
}

/** Why a datagram did not arrive. The sender is told of `too-long` (EMSGSIZE) and of `too-big` (ICMP). */
export type DropReason = 'lost' | 'queue-full' | 'over-mtu' | 'too-long' | 'too-big' | 'cut' | 'no-route' | 'no-socket';

/** Where a stage hands its datagrams to. */
export interface StageOutput {
  /** On to the next stage, which it reaches at `at`. */
  forward(datagram: SimDatagram, at: Instant): void;
  /** `mtuBytes` goes with `too-big`: what would have been taken. */
  drop(datagram: SimDatagram, at: Instant, reason: DropReason, mtuBytes?: number): void;
}

/** One property of a link. A stage decides at once about the future of a datagram that reaches it at `at`. */
export interface LinkStage {
  readonly name: string;
  /** How often something happened here, by name. */
  readonly counters: Readonly<Record<string, number>>;
  pass(datagram: SimDatagram, at: Instant, out: StageOutput): void;
}

/** Makes the stage of one link, with a random stream of its own. Returning the same stage twice shares it (a bottleneck). */
export type StageFactory = (random: SeededRandom) => LinkStage;
