import { describe, expect, it } from 'vitest';
import type { DriverChannel } from '../../../src/rserpool/node/driver-channel.ts';
import { TurnShares } from '../../../src/rserpool/node/turn-shares.ts';
import { VirtualClock } from '../../harness/virtual-clock.ts';

/** A channel with so many messages to read, which it tells one after the other. */
class Channel {
  readonly id: number;
  readonly read: number[] = [];
  isPaused = false;
  left: number;
  readonly #turns: Turns;

  constructor(id: number, left: number, turns: Turns) {
    this.id = id;
    this.left = left;
    this.#turns = turns;
  }

  go(): void {
    while (this.left > 0 && !this.isPaused) {
      this.left--;
      this.read.push(this.#turns.number);
      this.#turns.shares.note(this as unknown as DriverChannel);
    }
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.go();
  }
}

/** Turns of an event loop on virtual time. */
class Turns {
  readonly clock = new VirtualClock();
  readonly shares: TurnShares;
  number = 0;
  #ends: (() => void)[] = [];

  constructor(perTurn: number) {
    this.shares = new TurnShares(
      {
        now: () => this.clock.now(),
        setTimer: (at, fire) => this.clock.at(at, fire),
        endOfBatch: (run) => void this.#ends.push(run),
      },
      perTurn,
    );
  }

  channel(id: number, left: number): Channel {
    return new Channel(id, left, this);
  }

  pass(): boolean {
    const ends = this.#ends;
    this.#ends = [];
    this.number++;
    for (const end of ends) end();
    return ends.length > 0;
  }
}

const perTurn = ({ read }: Channel): number[] => {
  const counts: number[] = [];
  for (const turn of read) counts[turn] = (counts[turn] ?? 0) + 1;
  return counts;
};

describe('the share of a channel in a turn', () => {
  it('[SEC-014] [SEC-037] is so many messages; the rest comes in the turns that follow, and others are read in between', () => {
    const turns = new Turns(4);
    const [greedy, modest] = [turns.channel(2, 10), turns.channel(4, 0)];
    greedy.go();
    modest.left = 2;
    modest.go();
    expect([perTurn(greedy), perTurn(modest), modest.isPaused]).toEqual([[4], [2], false]);
    while (turns.pass());
    expect([perTurn(greedy), greedy.left, greedy.isPaused]).toEqual([[4, 4, 2], 0, false]);
  });

  it('begins anew with each turn', () => {
    const turns = new Turns(4);
    const channel = turns.channel(2, 0);
    for (let i = 0; i < 10; i++) {
      channel.left = 3;
      channel.go();
      turns.pass();
    }
    expect([channel.read.length, channel.isPaused]).toEqual([30, false]);
  });

  it('goes round: however many ask without end, each of them has its turn, and a turn is not long', () => {
    const turns = new Turns(4);
    const channels = Array.from({ length: 100 }, (_, i) => turns.channel(2 * i + 2, 12));
    for (const channel of channels) channel.go();
    turns.pass();
    expect(channels.filter(({ read }) => read.length === 8)).toHaveLength(16);
    while (turns.pass());
    expect(channels.every(({ left, isPaused }) => left === 0 && !isPaused)).toBe(true);
  });

  it('is nothing for as long as it is held', () => {
    const turns = new Turns(4);
    const channel = turns.channel(2, 10);
    turns.shares.hold(channel as unknown as DriverChannel, 100);
    while (turns.pass());
    turns.clock.runFor(99);
    expect([channel.isPaused, channel.left]).toEqual([true, 10]);
    turns.shares.hold(channel as unknown as DriverChannel, 200);
    turns.clock.runFor(100);
    expect(channel.isPaused).toBe(true);
    turns.clock.runFor(1);
    while (turns.pass());
    expect([channel.isPaused, channel.left]).toEqual([false, 0]);
  });

  it('leaves nothing behind when the channel is gone', () => {
    const turns = new Turns(1);
    const channel = turns.channel(2, 5);
    channel.go();
    turns.shares.hold(channel as unknown as DriverChannel, 100);
    turns.shares.forget(2);
    while (turns.pass());
    turns.clock.runFor(1000);
    expect(channel.left).toBe(4);
  });
});
