import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { WireError } from '../../../src/base/errors.ts';
import {
  decodePingPong,
  decodePingPongCookie,
  encodePingPong,
  encodePingPongCookie,
  PINGPONG_PPID,
  type PingPongMessage,
  type Pong,
  pingPong,
  pingPongService,
} from '../../../src/rserpool/services/index.ts';
import { ServiceScope } from './service-scope.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('the wire format, as captured from rsplib', () => {
  const PING =
    '0100003700000000000000014e61636872696368743a20312c205a6569747374656d70656c3a2031373935333538303837393336333330';
  const PONG =
    '0200003f000000000000000100000000000000014e61636872696368743a20312c205a6569747374656d70656c3a2031373935333538303837393336333330';
  const data = text('Nachricht: 1, Zeitstempel: 1795358087936330');

  it.each<[string, PingPongMessage]>([
    [PING, { kind: 'ping', messageNo: 1n, data }],
    [PONG, { kind: 'pong', messageNo: 1n, replyNo: 1n, data }],
  ])('%s', (hex, message) => {
    expect(decodePingPong(fromHex(hex))).toEqual(message);
    expect(toHex(encodePingPong(message))).toBe(hex);
  });

  it('the cookie', () => {
    const cookie = '3c50502d5444313e0000000000000002';
    expect(decodePingPongCookie(fromHex(cookie))).toBe(2n);
    expect(toHex(encodePingPongCookie(2n))).toBe(cookie);
    expect(decodePingPongCookie(fromHex('3c50502d5444313f0000000000000002'))).toBeUndefined();
    expect(decodePingPongCookie(new Uint8Array(15))).toBeUndefined();
  });

  it('every message comes back as it went, and every prefix of it is refused', () => {
    const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const message = fc.oneof(
      fc.record({ kind: fc.constant('ping' as const), messageNo: number, data: fc.uint8Array() }),
      fc.record({ kind: fc.constant('pong' as const), messageNo: number, replyNo: number, data: fc.uint8Array() }),
    );
    fc.assert(
      fc.property(message, (value) => {
        const bytes = encodePingPong(value);
        expect(decodePingPong(bytes)).toEqual(value);
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decodePingPong(bytes.subarray(0, length))).toThrow(WireError);
        }
      }),
    );
  });

  it('any bytes are a message, an unknown type or a WireError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (bytes.length >= 4) bytes.set([bytes[0]! % 4, 0, 0, bytes.length]);
        try {
          decodePingPong(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });

  it('a ping whose pong would be too long is refused', () => {
    const ping = encodePingPong({ kind: 'ping', messageNo: 1n, data: new Uint8Array(65_516) });
    expect(() => decodePingPong(ping)).toThrow('no room');
  });
});

describe('ping and pong', () => {
  async function pongs(scope: ServiceScope, count: number): Promise<Pong[]> {
    const session = await scope.world.run(scope.user.connect('PingPongPool'));
    const all: Pong[] = [];
    const running = (async () => {
      for await (const pong of pingPong(session, { count, intervalMs: 100, clock: scope.userHost })) all.push(pong);
    })();
    await scope.world.run(running);
    return all;
  }

  it('each ping is answered, and the answers are numbered', async () => {
    const scope = await ServiceScope.open();
    await scope.start(pingPongService());
    const all = await pongs(scope, 5);
    expect(all.map(({ messageNo, replyNo }) => [messageNo, replyNo])).toEqual([1, 2, 3, 4, 5].map((n) => [n, n]));
  });

  it('the next element goes on counting: the number is in the cookie', async () => {
    const scope = await ServiceScope.open();
    for (let i = 0; i < 3; i++) await scope.start(pingPongService({ failAfter: 3 }));
    const all = await pongs(scope, 9);
    expect(all.map(({ replyNo }) => replyNo)).toEqual(all.map((_, i) => i + 1));
    expect(all.length).toBeGreaterThan(5);
  });

  it("nonsense from the user ends its session, and nobody else's", async () => {
    const scope = await ServiceScope.open();
    const element = await scope.start(pingPongService());
    const failures: unknown[] = [];
    element.on('handler-error', (error) => failures.push(error));
    const attacker = await scope.openUser(scope.world.host('attacker', '10.0.3.1'), '10.0.3.1');
    const hostile = await scope.world.run(attacker.connect('PingPongPool', { failover: 'never' }));
    await hostile.send(fromHex('01000099 0000'), { ppid: PINGPONG_PPID });
    await scope.world.pass(1000);
    expect(hostile.closed).toBe(true);
    expect(failures).toEqual([]);
    expect(await pongs(scope, 2)).toHaveLength(2);
  });

  it('what is no ping is passed over', async () => {
    const scope = await ServiceScope.open();
    await scope.start(pingPongService());
    const session = await scope.world.run(scope.user.connect('PingPongPool'));
    await session.send(fromHex('09000004'), { ppid: PINGPONG_PPID });
    await session.send('what?', { ppid: 0 });
    await session.send(encodePingPong({ kind: 'ping', messageNo: 7n, data: new Uint8Array() }), {
      ppid: PINGPONG_PPID,
    });
    const { data, ppid } = await scope.world.run(session.receive());
    expect(ppid).toBe(PINGPONG_PPID);
    expect(decodePingPong(data)).toMatchObject({ kind: 'pong', messageNo: 7n, replyNo: 1n });
  });
});
