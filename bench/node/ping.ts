/** Request and answer: one message at a time goes there and back. */
import { endMessage, isEnd, MessageRing, numberOf } from './message.ts';
import { Meter } from './meter.ts';
import { fail, say } from './say.ts';
import type { Settings } from './settings.ts';
import type { Transport } from './transport.ts';

export async function serve(transport: Transport, settings: Settings): Promise<void> {
  const meter = new Meter(settings);
  await transport.listen((channel) =>
    channel.receive((message) => {
      if (isEnd(message)) {
        say(meter.report());
        return;
      }
      channel.send(message);
      meter.count();
    }),
  );
}

export async function drive(transport: Transport, settings: Settings): Promise<void> {
  const channel = await transport.connect();
  const ring = new MessageRing(settings.bytes);
  const meter = new Meter(settings);
  const roundTripsMs: number[] = [];
  let sentAt = 0;
  const ask = (): void => {
    sentAt = performance.now();
    channel.send(ring.message(meter.messages));
  };
  channel.receive((answer) => {
    if (meter.isOver) return;
    if (meter.isWarm) roundTripsMs.push(performance.now() - sentAt);
    if (answer.length !== settings.bytes || numberOf(answer) !== meter.messages) fail('not the answer');
    meter.count();
    if (!meter.isOver) {
      ask();
      return;
    }
    const report = meter.report();
    channel.send(endMessage(meter.messages));
    say({ ...report, ...percentiles(roundTripsMs) });
  });
  ask();
}

function percentiles(roundTripsMs: readonly number[]): object {
  const ordered = Float64Array.from(roundTripsMs).sort();
  const us = (part: number): number => 1000 * ordered[Math.floor(part * ordered.length)]!;
  return { p50Us: us(0.5), p99Us: us(0.99) };
}
