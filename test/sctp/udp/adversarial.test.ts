import { describe, expect, it } from 'vitest';
import { type IpAddress, type SctpAssociation, SctpEndpoint } from '../../../src/sctp/index.ts';
import { nodeSubstrate } from '../../../src/sctp/udp/node-substrate.ts';
import type { DatagramSocket } from '../../../src/sctp/udp/substrate.ts';
import { encodeChunk } from '../../../src/sctp/wire/chunk.ts';
import { verifyChecksum } from '../../../src/sctp/wire/crc32c.ts';
import type { Chunk, HeartbeatChunk } from '../../../src/sctp/wire/types.ts';
import { UdpPeer } from '../../harness/udp-peer.ts';

const LOOPBACK = { addresses: ['127.0.0.1'], udpPort: 0 } as const;
const heartbeat = (number: number): HeartbeatChunk => ({
  kind: 'heartbeat',
  value: new Uint8Array([0, 1, 0, 5, number, 0, 0, 0]),
});
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** A server, and a peer of it that is up. */
async function established(parameters: Parameters<UdpPeer['establish']>[0] = []) {
  const server = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 5000 });
  const listener = server.listen();
  const peer = new UdpPeer(server);
  await peer.open();
  await peer.establish(parameters);
  const { value } = await listener.next();
  const association: SctpAssociation = value!;
  return {
    server,
    peer,
    association,
    async [Symbol.asyncDispose]() {
      await server.close({ timeoutMs: 0 });
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Asks for an answer: what is heard next is the answer to it, or to what was said before. */
async function answerTo(peer: UdpPeer, number: number): Promise<readonly Chunk['kind'][]> {
  peer.send(heartbeat(number));
  const { chunks } = await peer.next();
  const ack = chunks.find((chunk) => chunk.kind === 'heartbeat-ack');
  expect(ack?.value[4]).toBe(number);
  return chunks.map(({ kind }) => kind);
}

/** A NAT: what comes to `inside` goes on to the server from an outside port, and back. */
async function nat(serverUdpPort: number) {
  const outsides: DatagramSocket[] = [];
  let client = 0;
  const inside = await nodeSubstrate.openSocket({
    address: '127.0.0.1',
    port: 0,
    onDatagram: (bytes, _address, port) => {
      client = port;
      outsides.at(-1)!.send(bytes.slice(), '127.0.0.1', serverUdpPort);
    },
    onError: () => {},
  });
  /** Forgets its mapping: from now on the outside port is another one. */
  const rebind = async (): Promise<number> => {
    await outsides.at(-1)?.close();
    const outside = await nodeSubstrate.openSocket({
      address: '127.0.0.1',
      port: 0,
      onDatagram: (bytes) => inside.send(bytes.slice(), '127.0.0.1', client),
      onError: () => {},
    });
    outsides.push(outside);
    return outside.port;
  };
  const port = await rebind();
  return {
    udpPort: inside.port,
    outsidePort: port,
    rebind,
    async [Symbol.asyncDispose]() {
      await Promise.all([inside, ...outsides].map((socket) => socket.close()));
    },
  };
}

describe('adversarial cases over real UDP', () => {
  it('[AT-1, UDPE-0024] datagrams of 0 to 15 bytes and a header without chunks get no answer', async () => {
    await using server = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 5000 });
    server.listen();
    await using peer = new UdpPeer(server);
    await peer.open();
    for (let length = 0; length < 16; length++) peer.sendBytes(new Uint8Array(length));
    peer.sendBytes(peer.packet([], 7));
    peer.sendInit();
    expect((await peer.next()).chunks.map(({ kind }) => kind)).toEqual(['init-ack']);
    expect(server.encapsulation.counters).toMatchObject({ datagramsReceived: 18, datagramsSent: 1 });
  });

  it('[AT-2] a chunk length of 0 to 3 ends its packet; what stands before is answered once', async () => {
    await using run = await established();
    const { peer, association } = run;
    for (const length of [0, 1, 2, 3]) {
      const broken = new Uint8Array([11, 0, 0, length]);
      peer.sendBytes(peer.rawPacket(broken, encodeChunk(heartbeat(9))));
      peer.sendBytes(peer.rawPacket(encodeChunk(heartbeat(length)), broken, encodeChunk(heartbeat(9))));
      const { chunks } = await peer.next();
      expect(chunks).toEqual([{ ...heartbeat(length), kind: 'heartbeat-ack' }]);
    }
    expect(await answerTo(peer, 77)).toEqual(['heartbeat-ack']);
    expect(association.status()?.state).toBe('ESTABLISHED');
  });

  it('[AT-26] a wrong tag, whatever the chunk says, gets no answer and does no harm', async () => {
    await using run = await established();
    const { peer, association } = run;
    const zero = new Uint8Array(8);
    const chunks: Chunk[] = [
      { kind: 'sack', cumulativeTsnAck: peer.theirTsn, advertisedRwndBytes: 0, gapAckBlocks: [], duplicateTsns: [] },
      heartbeat(1),
      { kind: 'heartbeat-ack', value: zero },
      { kind: 'abort', tagReflected: false, causes: [] },
      { kind: 'abort', tagReflected: true, causes: [] },
      { kind: 'shutdown', cumulativeTsnAck: peer.theirTsn },
      { kind: 'shutdown-ack' },
      { kind: 'shutdown-complete', tagReflected: false },
      { kind: 'shutdown-complete', tagReflected: true },
      { kind: 'error', causes: [{ kind: 'out-of-resource' }] },
      { kind: 'cookie-echo', cookie: zero },
      { kind: 'cookie-ack' },
    ];
    const standing = () => {
      const { state, peerRwndBytes, lastAckedTsn, paths } = association.status()!;
      return { state, peerRwndBytes, lastAckedTsn, paths: paths.map((path) => ({ ...path, counters: undefined })) };
    };
    const before = standing();
    for (const chunk of chunks)
      for (const tag of [peer.theirTag ^ 1, 1]) peer.sendBytes(peer.packet([chunk], tag >>> 0));
    // Our own tag with T = 1, and the peer's with T = 0, are wrong as well.
    peer.send({ kind: 'abort', tagReflected: true, causes: [] });
    peer.sendBytes(peer.packet([{ kind: 'abort', tagReflected: false, causes: [] }], peer.tag));
    expect(await answerTo(peer, 5)).toEqual(['heartbeat-ack']);
    expect(standing()).toEqual(before);
    const { wrongTag, cookiesRefused } = run.server.counters;
    expect(wrongTag + cookiesRefused).toBe(2 * chunks.length);
  });

  it('[AT-75, UDPE-0032, UDPE-0065] a wrong tag or a bad checksum from another UDP port moves nothing', async () => {
    await using run = await established();
    const { peer, association } = run;
    const other = await peer.open();
    peer.sendBytes(peer.packet([heartbeat(1)], peer.theirTag ^ 1), other);
    const corrupt = peer.packet([heartbeat(2)]);
    corrupt[8]! ^= 1;
    peer.sendBytes(corrupt, other);
    peer.sendInit([], other);
    await peer.nextWith('init-ack');
    await association.send('where to?');
    const { socket } = await peer.nextWith('data');
    expect(socket).not.toBe(other);
  });

  it.skipIf(process.platform !== 'linux')(
    '[AT-76, UDPE-0030, UDPE-0031, UDPE-0023] the right tag from a new UDP port moves that path, and only that one',
    async () => {
      await using run = await established([{ kind: 'ip-address', address: '127.0.0.2' }]);
      const { peer, association } = run;
      const ports = (): Record<IpAddress, number> =>
        Object.fromEntries(association.paths.map(({ address, udpPort }) => [address, udpPort]));
      const before = ports();
      const elsewhere = await peer.open('127.0.0.2');
      peer.sendBytes(peer.packet([heartbeat(1)]), elsewhere);
      expect((await peer.nextWith('heartbeat-ack')).socket).toBe(elsewhere);
      expect(ports()).toEqual({ ...before, '127.0.0.2': elsewhere.port });
      const rebound = await peer.open();
      peer.sendBytes(peer.packet([heartbeat(2)]), rebound);
      expect((await peer.nextWith('heartbeat-ack')).socket).toBe(rebound);
      expect(ports()).toEqual({ '127.0.0.1': rebound.port, '127.0.0.2': elsewhere.port });
      await association.send('here');
      expect((await peer.nextWith('data')).socket).toBe(rebound);
    },
  );

  it('[AT-78, UDPE-0055] a client that lists private addresses is served; nothing but heartbeats goes to those', async () => {
    await using run = await established([
      { kind: 'ip-address', address: '10.255.255.1' },
      { kind: 'ip-address', address: '192.168.255.1' },
    ]);
    const { association, peer } = run;
    await association.send('hello');
    await peer.nextWith('data');
    expect(association.paths.map(({ address, state }) => [address, state])).toEqual([
      ['127.0.0.1', 'active'],
      ['10.255.255.1', 'unconfirmed'],
      ['192.168.255.1', 'unconfirmed'],
    ]);
  });

  it('[AT-76, AT-78, UDPE-0013, UDPE-0033] behind a NAT that forgets its mapping, twice: the server follows, with DATA and all', async () => {
    await using server = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 5000 });
    const listener = server.listen();
    await using box = await nat(server.udpPort);
    await using client = await SctpEndpoint.bind(LOOPBACK);
    const near = await client.connect({ addresses: ['127.0.0.1'], sctpPort: 5000, udpPort: box.udpPort });
    const far: SctpAssociation = (await listener.next()).value!;
    expect(far.paths.map(({ udpPort }) => udpPort)).toEqual([box.outsidePort]);
    for (const word of ['once', 'twice']) {
      const port = await box.rebind();
      await near.send(word);
      expect(text((await far.receive()).data)).toBe(word);
      expect(far.paths.map(({ udpPort }) => udpPort)).toEqual([port]);
      await far.send(`${word} again`);
      expect(text((await near.receive()).data)).toBe(`${word} again`);
    }
    expect(server.associations).toEqual([far]);
    // Before the NAT is gone.
    await client.close();
    expect((await far.closed).kind).toBe('peer-shutdown');
  });

  it('[AT-78, UDPE-0015] two stacks at one address with equal SCTP ports, behind a NAT or not: told apart by their UDP ports', async () => {
    await using server = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 5000 });
    const listener = server.listen();
    await using box = await nat(server.udpPort);
    await using one = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 7000 });
    await using two = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 7000 });
    const nears = [
      await one.connect({ addresses: ['127.0.0.1'], sctpPort: 5000, udpPort: server.udpPort }),
      await two.connect({ addresses: ['127.0.0.1'], sctpPort: 5000, udpPort: box.udpPort }),
    ];
    const fars: SctpAssociation[] = [(await listener.next()).value!, (await listener.next()).value!];
    expect(new Set(fars.map(({ remote }) => `${remote.addresses} ${remote.sctpPort}`)).size).toBe(1);
    for (const i of [0, 1, 0, 1]) {
      await nears[i]!.send(`from ${i}`);
      expect(text((await fars[i]!.receive()).data)).toBe(`from ${i}`);
      await fars[i]!.send(`to ${i}`);
      expect(text((await nears[i]!.receive()).data)).toBe(`to ${i}`);
    }
    expect(server.associations.length).toBe(2);
  });

  it('[UDPE-0021, UDPE-0022, UDPE-0023, UDPE-0025] the datagram is the SCTP packet, from the one UDP port to that of the peer', async () => {
    await using client = await SctpEndpoint.bind({ ...LOOPBACK, sctpPort: 7001 });
    await using peer = new UdpPeer({ sctpPort: 7001, udpPort: client.udpPort }, 5000);
    const { port: udpPort } = await peer.open();
    const attempt = client.connect(
      { addresses: ['127.0.0.1'], sctpPort: 5000, udpPort },
      { signal: AbortSignal.timeout(50) },
    );
    const { bytes, fromUdpPort } = await peer.next();
    await expect(attempt).rejects.toThrow();
    expect(fromUdpPort).toBe(client.udpPort);
    // Ports, tag 0, checksum, and the type of an INIT; nothing before and nothing behind.
    expect([...bytes.subarray(0, 8)]).toEqual([7001 >> 8, 7001 & 0xff, 5000 >> 8, 5000 & 0xff, 0, 0, 0, 0]);
    expect([bytes[12], verifyChecksum(bytes)]).toEqual([1, true]);
    expect(bytes.length).toBe(12 + ((((bytes[14]! << 8) | bytes[15]!) + 3) & ~3));
  });
});
