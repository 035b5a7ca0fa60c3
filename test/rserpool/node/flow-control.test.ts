import { describe, expect, it } from 'vitest';
import {
  PoolElement,
  PoolUser,
  Registrar,
  type SessionHandler,
  type UserSession,
} from '../../../src/rserpool/index.ts';
import { delay } from '../../harness/links/delay.ts';
import type { SimHost } from '../../harness/sim-substrate.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';
import { Scope } from './scope.ts';

/** Small buffers, so that few messages fill them; losses are noticed within a second. */
const SCTP = {
  receiveBufferBytes: 16_384,
  sendBufferBytes: 16_384,
  rtoInitialMs: 100,
  rtoMinMs: 50,
  rtoMaxMs: 200,
  associationMaxRetrans: 3,
} as const;
const MESSAGE = new Uint8Array(1000);
const MESSAGES = 2000;
/** Two windows, 64 unread messages, and what is on its way. */
const ROOM = 200;

class Pool {
  readonly world = new SimWorld();
  readonly elements: SimHost[] = [];
  readonly #registrars = ['10.0.0.1:3863'];
  #userHost: SimHost | undefined;

  async start(handlers: readonly SessionHandler[]): Promise<UserSession> {
    const { world } = this;
    const registrarHost = world.host('registrar', '10.0.0.1');
    const registrar = await Registrar.start({ addresses: ['10.0.0.1'], substrate: registrarHost, sctp: SCTP });
    await registrar.whenServing();
    for (const [i, handler] of handlers.entries()) {
      const address = `10.0.1.${i + 1}`;
      const substrate = world.host(address, address);
      this.elements.push(substrate);
      const registrars = this.#registrars;
      await PoolElement.join(
        'Pool',
        { registrars, addresses: [address], substrate, sctp: SCTP, peIdentifier: i + 1 },
        handler,
      );
    }
    this.#userHost = world.host('user', '10.0.2.1');
    const user = await PoolUser.open({
      registrars: this.#registrars,
      addresses: ['10.0.2.1'],
      substrate: this.#userHost,
      sctp: SCTP,
    });
    return user.connect('Pool');
  }
}

/** Sends many messages to whoever says something, each with its number. */
function flood(sent: { count: number }): SessionHandler {
  return async (session) => {
    await session.receive();
    for (let i = 0; i < MESSAGES; i++) {
      const message = MESSAGE.slice();
      new DataView(message.buffer).setUint32(0, i);
      await session.send(message);
      sent.count++;
    }
    await session.receive();
  };
}

describe('flow control of sessions', () => {
  it('[REQ-011] makes an element wait for a user that does not read, and loses nothing', async () => {
    const pool = new Pool();
    const sent = { count: 0 };
    const session = await pool.world.run(pool.start([flood(sent)]));
    await session.send('go');
    await pool.world.pass(60_000);
    expect(sent.count).toBeGreaterThan(64);
    expect(sent.count).toBeLessThan(ROOM);
    const read = async (): Promise<number[]> => {
      const numbers: number[] = [];
      while (numbers.length < MESSAGES) {
        const { data } = await session.receive();
        numbers.push(new DataView(data.buffer, data.byteOffset).getUint32(0));
      }
      return numbers;
    };
    expect(await pool.world.run(read())).toEqual(Array.from({ length: MESSAGES }, (_, i) => i));
  });

  it('[REQ-011] makes a user wait for an element that does not read', async () => {
    const pool = new Pool();
    let received = 0;
    let begin = (): void => undefined;
    const mayRead = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const session = await pool.world.run(
      pool.start([
        async (each) => {
          await mayRead;
          for await (const _ of each) received++;
        },
      ]),
    );
    let sent = 0;
    const sending = (async () => {
      for (; sent < MESSAGES; sent++) await session.send(MESSAGE);
    })();
    await pool.world.pass(60_000);
    expect(sent).toBeLessThan(ROOM);
    begin();
    await pool.world.run(sending);
    await pool.world.pass(10_000);
    expect(received).toBe(MESSAGES);
  });

  it('goes on with another element although nobody reads, and makes that one wait as well', async () => {
    const pool = new Pool();
    const sent = [{ count: 0 }, { count: 0 }];
    const session = await pool.world.run(pool.start(sent.map(flood)));
    const first = session.element!.peIdentifier - 1;
    const second = 1 - first;
    const failedOver = new Promise((resolve) => session.on('failover', resolve));
    session.on('failover', () => void session.send('go'));
    await session.send('go');
    await pool.world.pass(5000);
    expect(sent[first]!.count).toBeLessThan(ROOM);
    pool.elements[first]!.kill();
    // It has nothing to send, so heartbeats find out.
    await pool.world.run(failedOver, 300_000);
    await pool.world.pass(60_000);
    expect(sent[second]!.count).toBeGreaterThan(0);
    expect(sent[second]!.count).toBeLessThan(ROOM);
  });
});

describe('congestion avoidance of sessions', () => {
  it('[REQ-011] begins with few messages, and sends at most twice as many in each round trip', async () => {
    const scope = new Scope([delay(50)]);
    const registrars = await scope.start(1);
    const arrivals: number[] = [];
    await scope.join(1, registrars, async (session) => {
      for await (const _ of session) arrivals.push(scope.world.clock.now());
    });
    const session = await scope.world.run((await scope.user(registrars)).connect('Pool'));
    await scope.world.pass(1000);
    const start = scope.world.clock.now();
    for (let i = 0; i < 100; i++) void session.send(MESSAGE);
    await scope.world.pass(2000);
    expect(arrivals).toHaveLength(100);
    // Round trips take 100 ms. RFC 9260 §7.2.1: at most 4404 bytes, and no more than one packet beyond.
    const perRound = [0, 1, 2].map((round) => arrivals.filter((at) => Math.floor((at - start) / 100) === round).length);
    const [first, second, third] = perRound as [number, number, number];
    expect(first).toBeLessThanOrEqual(5);
    expect(second).toBeLessThanOrEqual(2 * first);
    expect(third).toBeLessThanOrEqual(2 * second);
  });
});
