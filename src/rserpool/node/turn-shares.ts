import type { Instant } from '../../base/contract.ts';
import { Deque } from '../../base/deque.ts';
import type { Substrate } from '../../sctp/index.ts';
import type { ChannelId } from '../role.ts';
import type { DriverChannel } from './driver-channel.ts';

/** Channels that go on together in a turn: those that keep within their share are read in between. */
const GO_ON_TOGETHER = 16;

/** What one channel has had. */
interface Share {
  /** In which turn it was counted. */
  turn: number;
  messages: number;
  isPaused: boolean;
  /** Ends the time for which it is held. */
  cancelTimer: (() => void) | undefined;
}

/**
 * Nobody who asks without end keeps the others waiting (RFC 5355 §2.1, §2.13): each turn of the event loop reads so many
 * messages of a channel, and the rest of them in the turns that follow. Nothing is lost: what is not read fills the
 * receive window, and then the peer has to wait.
 */
export class TurnShares {
  readonly #substrate: Pick<Substrate, 'now' | 'setTimer' | 'endOfBatch'>;
  readonly #perTurn: number;
  readonly #shares = new Map<ChannelId, Share>();
  /** Those that had their share, in the order in which they go on. */
  readonly #waiting = new Deque<DriverChannel>();
  #turn = 0;
  #endIsComing = false;

  /** @param perTurn messages of one channel in one turn */
  constructor(substrate: Pick<Substrate, 'now' | 'setTimer' | 'endOfBatch'>, perTurn: number) {
    this.#substrate = substrate;
    this.#perTurn = perTurn;
  }

  /** A message of the channel was read. */
  note(channel: DriverChannel): void {
    const share = this.#shareOf(channel.id);
    if (share.turn !== this.#turn) {
      share.turn = this.#turn;
      share.messages = 0;
    }
    this.#awaitEnd();
    if (++share.messages < this.#perTurn || share.isPaused) return;
    share.isPaused = true;
    channel.pause();
    this.#waiting.push(channel);
  }

  /** Reads nothing more of the channel before that time. */
  hold(channel: DriverChannel, until: Instant): void {
    const share = this.#shareOf(channel.id);
    share.cancelTimer?.();
    share.isPaused = true;
    channel.pause();
    share.cancelTimer = this.#substrate.setTimer(until, () => {
      share.cancelTimer = undefined;
      this.#goOn(channel);
    });
  }

  /** The channel is gone. */
  forget(id: ChannelId): void {
    this.#shares.get(id)?.cancelTimer?.();
    this.#shares.delete(id);
  }

  /** Holds nobody any more. */
  stop(): void {
    for (const id of [...this.#shares.keys()]) this.forget(id);
  }

  #shareOf(id: ChannelId): Share {
    let share = this.#shares.get(id);
    if (share === undefined) {
      share = { turn: this.#turn, messages: 0, isPaused: false, cancelTimer: undefined };
      this.#shares.set(id, share);
    }
    return share;
  }

  #awaitEnd(): void {
    if (this.#endIsComing) return;
    this.#endIsComing = true;
    this.#substrate.endOfBatch(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#endIsComing = false;
    this.#turn++;
    // Who goes on may come to stand in line again at once.
    for (let left = Math.min(GO_ON_TOGETHER, this.#waiting.length); left > 0; left--)
      this.#goOn(this.#waiting.shift()!);
    if (this.#waiting.length > 0) this.#awaitEnd();
  };

  #goOn(channel: DriverChannel): void {
    const share = this.#shares.get(channel.id);
    // Gone, or held for longer.
    if (share === undefined || share.cancelTimer !== undefined) return;
    share.isPaused = false;
    channel.resume();
  }
}
