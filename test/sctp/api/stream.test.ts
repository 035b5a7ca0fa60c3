import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import type { EndpointConfig, SctpStream } from '../../../src/sctp/index.ts';
import { Scope } from './scope.ts';

async function open(serverConfig: Partial<EndpointConfig> = {}, clientConfig: Partial<EndpointConfig> = {}) {
  const scope = await Scope.open({ config: serverConfig });
  return { scope, world: scope.world, ...(await scope.connect({ config: clientConfig })) };
}

const text = (data: Uint8Array): string => new TextDecoder().decode(data);

async function readAll(stream: SctpStream): Promise<string> {
  let all = '';
  // A loop over the stream itself would destroy it at the end, and our side with it.
  for await (const data of stream.iterator({ destroyOnReturn: false })) all += text(data);
  return all;
}

describe('a stream as an object', () => {
  it('writes become messages in order; end resets it, which ends the reading on the other side', async () => {
    const { world, near, far } = await open();
    const stream = near.stream(3, { ppid: 51 });
    stream.write('hello ');
    stream.end('world');
    expect(await world.run(readAll(far.stream(3)))).toBe('hello world');
    await world.run(once(stream, 'finish'));
    expect(stream.writableFinished).toBe(true);
  });

  it('each write is one message, with the options of the stream; a long one is cut', async () => {
    const { world, near, far } = await open();
    near.stream(3, { ppid: 51, unordered: true }).write('short');
    near.stream(4, { maxMessageBytes: 1000 }).write(new Uint8Array(2500));
    const messages = [];
    for (let i = 0; i < 4; i++) messages.push(await world.run(far.receive()));
    expect(messages.map(({ stream, ppid, unordered, data }) => [stream, ppid, unordered, data.length])).toEqual([
      [3, 51, true, 5],
      [4, 0, false, 1000],
      [4, 0, false, 1000],
      [4, 0, false, 500],
    ]);
  });

  it('takes the messages of its stream, those that wait already too, and leaves the others', async () => {
    const { world, near, far } = await open();
    await near.send('one', { stream: 1 });
    await near.send('two', { stream: 2 });
    await world.pass(500);
    const stream = far.stream(1);
    expect(far.stream(1)).toBe(stream);
    await near.send('more', { stream: 1 });
    await near.send('other', { stream: 2 });
    await world.pass(500);
    expect(text(stream.read())).toBe('onemore');
    expect([text((await far.receive()).data), text((await far.receive()).data)]).toEqual(['two', 'other']);
    expect(() => far.stream(64)).toThrow('stream 64 does not exist: this association has 0 to 63');
  });

  it('is used again after both sides have ended it', async () => {
    const { world, near, far } = await open();
    for (let round = 0; round < 3; round++) {
      const [mine, theirs] = [near.stream(5), far.stream(5)];
      const closed = Promise.all([once(mine, 'close'), once(theirs, 'close')]);
      mine.end(`request ${round}`);
      const reply = readAll(mine);
      const request = await world.run(readAll(theirs));
      theirs.end(`reply to ${request}`);
      expect(await world.run(reply)).toBe(`reply to request ${round}`);
      await world.run(closed);
    }
  });

  it('back-pressure: who does not read stops who writes, and nothing is lost', async () => {
    const buffers = { receiveBufferBytes: 32_768, sendBufferBytes: 32_768, maxMessageBytes: 16_384 };
    const { world, near, far } = await open(buffers, buffers);
    const chunk = Buffer.alloc(8192, 'x');
    let written = 0;
    const source = new Readable({
      highWaterMark: 8192,
      read() {
        this.push(written++ < 100 ? chunk : null);
      },
    });
    const writing = pipeline(source, near.stream(1), { end: true });
    const reading = far.stream(1);
    await world.pass(20_000);
    expect(written).toBeLessThan(40);
    let got = 0;
    const sink = new Writable({
      write(data: Uint8Array, _encoding, done) {
        got += data.length;
        done();
      },
    });
    await world.run(pipeline(reading, sink));
    expect(got).toBe(100 * 8192);
    far.stream(1).end();
    near.stream(1).resume();
    await world.run(writing);
  });

  it('many streams that end at once share requests', async () => {
    const { world, near, far, scope } = await open();
    const chunks = scope.chunksSentBy('10.0.1.1');
    const all = Array.from({ length: 60 }, (_, i) => near.stream(i));
    const read = Array.from({ length: 60 }, (_, i) => readAll(far.stream(i)));
    for (const [i, stream] of all.entries()) stream.end(`${i}`);
    expect((await world.run(Promise.all(read))).join()).toBe(all.map((_, i) => i).join());
    await world.run(Promise.all(all.map((stream) => (stream.writableFinished ? undefined : once(stream, 'finish')))));
    expect(chunks.filter(({ kind }) => kind === 're-config').length).toBeLessThan(10);
  });

  it('without RE-CONFIG end closes this side only; the end of the association ends the reading', async () => {
    const { world, near, far } = await open({ streamReconfiguration: false });
    const stream = near.stream(3);
    stream.end('all');
    const reading = readAll(far.stream(3));
    await world.run(once(stream, 'finish'));
    await world.run(near.shutdown());
    expect(await world.run(reading)).toBe('all');
  });

  it('destroy resets this side, drops what still comes, and frees the window', async () => {
    const { world, near, far } = await open({ receiveBufferBytes: 8192 });
    const theirs = near.stream(2);
    far.stream(2).destroy();
    for (let i = 0; i < 20; i++) theirs.write(new Uint8Array(4000));
    await world.pass(5000);
    expect(near.bufferedAmount).toBe(0);
    await near.send('another stream', { stream: 1 });
    expect(text((await world.run(far.receive())).data)).toBe('another stream');
    // The other side has seen the end; a new object is a new beginning.
    expect(await world.run(readAll(theirs))).toBe('');
    await world.run(once(theirs.end(), 'close'));
    await near.send('anew', { stream: 2 });
    await world.pass(500);
    expect(text(far.stream(2).read())).toBe('anew');
  });

  it('a signal destroys it and ends a write that waits; what ends the association is its error', async () => {
    const { world, near, far } = await open({ receiveBufferBytes: 4096 }, { sendBufferBytes: 4096 });
    const controller = new AbortController();
    const stream = near.stream(1, { signal: controller.signal });
    const errors = [once(stream, 'error')];
    for (let i = 0; i < 5; i++) stream.write(new Uint8Array(4000));
    await world.pass(1000);
    controller.abort();
    const other = far.stream(7);
    errors.push(once(other, 'error'));
    near.abort('enough');
    const codes = (await world.run(Promise.all(errors))).map(([error]) => error.code);
    expect(codes).toEqual(['ABORT_ERR', 'ERR_SCTP_ABORTED_BY_PEER']);
  });

  it('has web streams', async () => {
    const { world, near, far } = await open();
    const mine = near.stream(3).toWebStreams();
    const writer = mine.writable.getWriter();
    await world.run(writer.write(Buffer.from('from a web stream')));
    const theirs = far.stream(3).toWebStreams();
    const closing = [writer.close(), theirs.writable.close()];
    const reader = theirs.readable.getReader();
    expect(text((await world.run(reader.read())).value)).toBe('from a web stream');
    expect((await world.run(reader.read())).done).toBe(true);
    await world.run(Promise.all(closing));
  });
});
