import { describe, expect, it } from 'vitest';
import { Dialects } from '../../../src/rserpool/dialects.ts';
import { Dialer } from '../../../src/rserpool/enrp/dialer.ts';
import { registrarConfig } from '../../../src/rserpool/registrar/config.ts';
import { RegistrarOutbox } from '../../../src/rserpool/registrar/outbox.ts';
import type { TransportTarget } from '../../../src/rserpool/role.ts';
import { host } from '../registrar/registrar-ladder.ts';

const CONFIG = registrarConfig({ peerRetryMinMs: 100, peerRetryMaxMs: 1000, formerPeerMemoryMs: 10_000, maxPeers: 2 });

/** A dialer on its own; every pause is as short as it can be. */
class Calls {
  readonly dialer: Dialer;
  readonly #outbox = new RegistrarOutbox(new Dialects('auto'), CONFIG);
  #reached: TransportTarget | undefined;

  constructor() {
    const entropy = { u32: () => 0, bytes: (length: number) => new Uint8Array(length) };
    this.dialer = new Dialer(CONFIG, entropy, this.#outbox);
  }

  /** From now on there is a channel to it, whoever opened it. */
  reach(target: TransportTarget | undefined): void {
    this.#reached = target;
  }

  /**
   * The calls from the last time until `now`: `20 at 100`.
   * @param answer all of them end at once, and were answered or not, or none of them ends
   */
  until(now: number, answer: 'none' | 'some' | 'not-yet' = 'none'): string[] {
    const calls: string[] = [];
    for (let at = this.dialer.nextTimeoutAt(); at !== undefined && at <= now; at = this.dialer.nextTimeoutAt()) {
      this.dialer.handleTimeout(at, (target) => target === this.#reached);
      for (let output = this.#outbox.poll(); output !== undefined; output = this.#outbox.poll()) {
        if (output.kind !== 'connect') continue;
        calls.push(`${output.target.addresses[0]?.split('.').at(-1)} at ${at}`);
        if (answer !== 'not-yet') this.dialer.handleChannelDown(output.channel, answer === 'some', at);
      }
    }
    return calls;
  }
}

describe('calls of registrars', () => {
  it('are repeated with pauses that double', () => {
    const calls = new Calls();
    calls.dialer.add(host(20), true, 0);
    expect(calls.until(2000)).toEqual([
      '20 at 0',
      '20 at 50',
      '20 at 150',
      '20 at 350',
      '20 at 750',
      '20 at 1250',
      '20 at 1750',
    ]);
  });

  it('begin with the first pause again when somebody was there', () => {
    const calls = new Calls();
    calls.dialer.add(host(20), true, 0);
    calls.until(1000);
    expect(calls.until(1400, 'some')).toEqual(['20 at 1250', '20 at 1300', '20 at 1350', '20 at 1400']);
  });

  it('are not made to whom there is a channel, and after the longest pause only once that is gone', () => {
    const calls = new Calls();
    const target = host(20);
    calls.dialer.add(target, true, 0);
    calls.reach(target);
    expect(calls.until(5500)).toEqual([]);
    calls.reach(undefined);
    expect(calls.until(6000)).toEqual(['20 at 6000']);
  });

  it('follow the loss of a channel within the first pause, and a doubt at once', () => {
    const calls = new Calls();
    const target = host(20);
    calls.dialer.add(target, true, 0);
    calls.reach(target);
    calls.until(100);
    calls.reach(undefined);
    calls.dialer.retry(host(20), 200);
    expect(calls.until(200)).toEqual(['20 at 200']);
    calls.until(1000);
    calls.dialer.hurry(host(20), 1001);
    expect(calls.until(1001)).toEqual(['20 at 1001']);
    calls.dialer.retry(host(21), 1001);
    calls.dialer.hurry(host(21), 1001);
    expect(calls.until(1001)).toEqual([]);
  });

  it('are not made twice at the same time', () => {
    const calls = new Calls();
    calls.dialer.add(host(20), true, 0);
    expect(calls.until(0, 'not-yet')).toEqual(['20 at 0']);
    calls.dialer.retry(host(20), 10);
    calls.dialer.hurry(host(20), 10);
    calls.dialer.suggest(host(20), 10);
    expect(calls.until(5000, 'not-yet')).toEqual([]);
  });

  it('that are due soon are not put off by the loss of another channel', () => {
    const calls = new Calls();
    calls.dialer.add(host(20), true, 0);
    calls.until(0);
    calls.dialer.retry(host(20), 40);
    expect(calls.until(60, 'not-yet')).toEqual(['20 at 40']);
    calls.dialer.add(host(21), true, 100);
    calls.dialer.retry(host(21), 150);
    expect(calls.until(150, 'not-yet')).toEqual(['21 at 100']);
  });

  it('that a datagram suggested are made once, and again when it comes again', () => {
    const calls = new Calls();
    calls.dialer.suggest(host(20), 0);
    expect(calls.until(5000)).toEqual(['20 at 0']);
    calls.dialer.suggest(host(20), 5000);
    expect(calls.until(9000)).toEqual(['20 at 5000']);
  });

  it('that datagrams suggested are 16 at one time, whoever else is called', () => {
    const calls = new Calls();
    for (let n = 1; n <= 20; n++) calls.dialer.add(host(n), true, 0);
    for (let n = 101; n <= 120; n++) calls.dialer.suggest(host(n), 0);
    expect(calls.until(0).filter((call) => call.length > '20 at 0'.length)).toHaveLength(16);
  });

  it('that datagrams suggested are made again and again once a peer is there', () => {
    const calls = new Calls();
    calls.dialer.suggest(host(20), 0);
    calls.dialer.add(host(20), false, 0);
    expect(calls.until(100)).toEqual(['20 at 0', '20 at 50']);
  });

  it('end when the endpoint is not wanted any more, but for a configured one', () => {
    const calls = new Calls();
    calls.dialer.add(host(20), false, 0);
    calls.dialer.add(host(21), true, 0);
    calls.dialer.remove(host(20));
    calls.dialer.remove(host(21));
    calls.dialer.remove(host(22));
    expect(calls.until(10)).toEqual(['21 at 0']);
  });

  it('of a former peer go on for some time, of a configured one for ever, and of one that came back', () => {
    const calls = new Calls();
    for (const n of [20, 21, 22]) calls.dialer.add(host(n), n === 21, 0);
    calls.until(0);
    for (const n of [20, 21, 22, 23]) calls.dialer.retire(host(n), 0);
    const [first, second] = [calls.until(9999), calls.until(11_000)];
    for (const n of [20, 21, 22]) expect(first.filter((call) => call.startsWith(`${n}`)).length).toBeGreaterThan(10);
    expect(new Set(second.map((call) => call.slice(0, 2)))).toEqual(new Set(['21']));

    calls.dialer.add(host(20), false, 20_000);
    calls.dialer.retire(host(20), 20_000);
    calls.dialer.add(host(20), false, 21_000);
    expect(calls.until(40_000).filter((call) => call.startsWith('20 at 3')).length).toBeGreaterThan(10);
  });

  it('of former peers are no more than there may be peers: the one that left first is forgotten', () => {
    const calls = new Calls();
    for (const n of [19, 20, 21, 22]) calls.dialer.add(host(n), false, 0);
    for (const n of [20, 21, 22]) calls.dialer.retire(host(n), 0);
    expect(calls.until(0)).toEqual(['19 at 0', '21 at 0', '22 at 0']);
  });

  it('follow the configuration when it changes; who is connected stays', () => {
    const calls = new Calls();
    const { dialer } = calls;
    dialer.add(host(20), true, 0);
    dialer.add(host(21), true, 0);
    dialer.add(host(22), false, 0);
    dialer.configure([host(21), host(22), host(23)], 0);
    expect(calls.until(0).toSorted()).toEqual(['21 at 0', '22 at 0', '23 at 0']);
    // Configured now: never given up.
    dialer.remove(host(22));
    dialer.configure([host(22)], 0);
    expect(calls.until(50)).toEqual(['22 at 50']);
  });
});
