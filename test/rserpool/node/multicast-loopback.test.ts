import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { PoolElement, PoolUser, Registrar } from '../../../src/rserpool/index.ts';
import { MulticastListener } from '../../../src/rserpool/node/multicast-listener.ts';
import { asapListening } from '../../../src/rserpool/node/multicast-options.ts';
import { nodeSubstrate } from '../../../src/sctp/index.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

function keep<T extends AsyncDisposable>(what: T): T {
  open.push(what);
  return what;
}

describe('multicast on this host', () => {
  it('[ASAP-246] several programs find a registrar by its announcements, all on one port', async () => {
    // A group and a port that nobody else uses, on the loopback interface.
    const multicast = { groups: ['239.255.38.63:38639'], interfaces: ['127.0.0.1'], ttl: 0 };
    const config = { announceCycleMs: 50 };
    const registrar = keep(await Registrar.start({ udpPort: 0, announce: multicast, config, asap: { tcp: false } }));
    const announcements = multicast;
    const [element, user] = await Promise.all([
      PoolElement.join('Pool', { udpPort: 0, announcements }, () => undefined).then(keep),
      PoolUser.open({ udpPort: 0, announcements }).then(keep),
    ]);
    expect(element.home).toEqual(registrar.asap);
    expect((await user.resolve('Pool')).map(({ identifier }) => identifier)).toEqual([element.peIdentifier]);
  });

  it.runIf(process.platform === 'linux')(
    'joins on the interfaces that are named, and leaves when it is closed',
    async () => {
      // As the kernel writes them: a line for each interface, then its groups with the bytes in the order of the host.
      const groupsOf = (name: string): readonly string[] => {
        const lines = readFileSync('/proc/net/igmp', 'utf8').split(/^\d+\t/m);
        const section = lines.find((each) => each.startsWith(name)) ?? '';
        return [...section.matchAll(/^\t+([0-9A-F]{8})\b/gm)].map(([, hex]) => {
          const bytes = hex!.match(/../g)!.map((byte) => Number.parseInt(byte, 16));
          return (endianness() === 'LE' ? bytes.reverse() : bytes).join('.');
        });
      };
      const group = '239.255.38.64';
      const listener = await MulticastListener.open(
        asapListening({ groups: [`${group}:38640`], interfaces: ['lo'] })!,
        nodeSubstrate,
        () => undefined,
      );
      const others = nodeSubstrate.interfaces!().filter(({ name }) => name !== 'lo');
      expect(groupsOf('lo')).toContain(group);
      for (const { name } of others) expect(groupsOf(name)).not.toContain(group);
      await listener.close();
      expect(groupsOf('lo')).not.toContain(group);
    },
  );

  it('knows the interfaces that are up, and takes any TTL', async () => {
    const interfaces = nodeSubstrate.interfaces!();
    expect(interfaces.flatMap(({ addresses }) => addresses)).toContain('127.0.0.1');
    for (const multicastTtl of [0, 30, 255]) {
      const socket = await nodeSubstrate.openSocket({
        address: '127.0.0.1',
        port: 0,
        multicastTtl,
        multicastLoopback: false,
        onDatagram: () => undefined,
        onError: () => undefined,
      });
      socket.renewMulticast!();
      await socket.close();
    }
  });
});
