import { describe, expect, it } from 'vitest';
import {
  type DatagramSocket,
  type IcmpMessage,
  type SctpAssociation,
  SctpEndpoint,
  type SocketOptions,
  type Substrate,
} from '../../../src/sctp/index.ts';
import { packetTooBig } from '../../harness/icmp.ts';
import { delay } from '../../harness/links/delay.ts';
import { SimWorld } from './sim-world.ts';

const MESSAGES = 200;

/** A substrate whose sockets refuse every n-th datagram with an error of the system. */
function refusing(substrate: Substrate, every: number, codes: readonly string[]): Substrate {
  let sent = 0;
  return {
    now: () => substrate.now(),
    setTimer: (at, fire) => substrate.setTimer(at, fire),
    endOfBatch: (run) => substrate.endOfBatch(run),
    endOfTurn: (run) => substrate.endOfTurn(run),
    entropy: substrate.entropy,
    async openSocket(options: SocketOptions): Promise<DatagramSocket> {
      const socket = await substrate.openSocket(options);
      const refuse = (bytes: Uint8Array, to: string): void => {
        const code = codes[sent % codes.length]!;
        const error = Object.assign(new Error(`send ${code}`), { code });
        substrate.endOfBatch(() => options.onError(error, to, bytes));
      };
      return {
        address: socket.address,
        port: socket.port,
        send: (bytes, to, port) => (++sent % every === 0 ? refuse(bytes, to) : socket.send(bytes, to, port)),
        close: () => socket.close(),
      };
    },
  };
}

/** An association from `a`, whose sockets may refuse, to `b`; also what `b` got by the end. */
async function associate(substrateOf: (host: Substrate) => Substrate) {
  const world = new SimWorld([delay(10)]);
  const hosts = [world.host('a', '10.0.0.1'), world.host('b', '10.0.0.2')] as const;
  const a = await SctpEndpoint.bind({ addresses: ['10.0.0.1'], substrate: substrateOf(hosts[0]) });
  const b = await SctpEndpoint.bind({ addresses: ['10.0.0.2'], sctpPort: 5000, substrate: hosts[1] });
  const listener = b.listen()[Symbol.asyncIterator]();
  const association = await world.run(a.connect({ addresses: ['10.0.0.2'], sctpPort: 5000 }));
  const { value: accepted } = await world.run(listener.next());
  return { world, a, b, association, accepted: accepted as SctpAssociation };
}

describe('errors of sockets', () => {
  it('[AT-79] [AT-77] [UDPE-0049] a refused datagram is a packet lost: everything arrives, nothing is thrown', async () => {
    const codes = ['ENOBUFS', 'EAGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EACCES', 'EPERM', 'EINVAL'];
    const { world, a, association, accepted } = await associate((host) => refusing(host, 7, codes));
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i++) await association.send(new Uint8Array(3000).fill(i), { ppid: i });
    })();
    const got: number[] = [];
    await world.run(
      (async () => {
        for await (const { data, ppid } of accepted) {
          expect(data.every((byte) => byte === (ppid & 0xff)) && data.length === 3000).toBe(true);
          if (got.push(ppid) === MESSAGES) break;
        }
      })(),
    );
    await sending;
    expect(got).toEqual(Array.from({ length: MESSAGES }, (_, i) => i));
    expect(a.encapsulation.counters.socketErrors).toBeGreaterThan(30);
    expect(association.paths[0]).toMatchObject({ state: 'active', pmtuBytes: 1472 });
  });

  it('[AT-77] a peer whose UDP port is gone is lost by the rules for timers, not by the errors', async () => {
    let refused = false;
    const { world, b, association } = await associate((host) => {
      const broken = refusing(host, 1, ['ECONNREFUSED']);
      return {
        ...broken,
        async openSocket(options) {
          const [works, fails] = [
            await host.openSocket(options),
            (await broken.openSocket({ ...options, port: 0 })).send,
          ];
          return { ...works, send: (...sent) => (refused ? fails(...sent) : works.send(...sent)) };
        },
      };
    });
    refused = true;
    await association.send('anybody?');
    await world.pass(60_000);
    expect(association.paths[0]!.state).toBe('active');
    expect(await world.run(association.closed)).toMatchObject({ kind: 'lost' });
    await world.run(b.close({ timeoutMs: 0 }));
  });

  it('[SCTP-0985] [SCTP-0994] [UDPE-0044] an ICMP message from elsewhere goes in through the endpoint', async () => {
    const { world, a, association } = await associate((host) => host);
    const sent: IcmpMessage[] = [];
    world.network.tap((datagram) => {
      if (datagram.fate === 'sent' && datagram.bytes.length > 1400) sent.push(packetTooBig(datagram, 1300));
    });
    await association.send(new Uint8Array(1400));
    await world.pass(1);
    const [message] = sent;
    const elsewhere = message!.quoted.slice();
    // UDP source port: of another program.
    elsewhere[20]! ^= 1;
    a.handleIcmp({ ...message!, quoted: elsewhere });
    await world.pass(1);
    expect(association.paths[0]!.pmtuBytes).toBe(1472);
    const changes: string[] = [];
    association.on('path-changed', ({ change }) => changes.push(change));
    a.handleIcmp(message!);
    await world.pass(500);
    expect(association.paths[0]).toMatchObject({ pmtuBytes: 1272, pmtuState: 'search-complete' });
    expect(changes).toEqual(['pmtu', 'pmtu']);
  });
});
