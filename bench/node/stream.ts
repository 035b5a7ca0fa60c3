/** Messages one way: the client sends for as long as it is told to, the server checks and counts them. */
import { countOf, endMessage, isEnd, MessageRing, numberOf } from './message.ts';
import { Meter } from './meter.ts';
import { fail, say } from './say.ts';
import type { Settings } from './settings.ts';
import type { Transport } from './transport.ts';

export async function serve(transport: Transport, settings: Settings): Promise<void> {
  const meter = new Meter(settings);
  const take = (message: Uint8Array): void => {
    if (isEnd(message)) {
      if (countOf(message) !== meter.messages) fail('messages are missing');
      say(meter.report());
      return;
    }
    if (message.length !== settings.bytes) fail(`a message of ${message.length} bytes`);
    if (numberOf(message) !== meter.messages) fail('messages out of order');
    meter.count();
  };
  await transport.listen((channel) => channel.receive(take));
}

export async function drive(transport: Transport, settings: Settings): Promise<void> {
  const channel = await transport.connect();
  const ring = new MessageRing(settings.bytes);
  const meter = new Meter(settings);
  while (!meter.isOver) {
    const room = channel.send(ring.message(meter.messages));
    if (room !== undefined) await room;
    meter.count();
  }
  const { messages } = meter;
  const report = meter.report();
  await channel.send(endMessage(messages));
  say(report);
}
