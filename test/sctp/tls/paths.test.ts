import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { decodePacket, SctpEndpoint, SecureAssociation, TlsAcceptor } from '../../../src/sctp/index.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { delay } from '../../harness/links/delay.ts';
import { loss } from '../../harness/links/loss.ts';
import type { StageFactory } from '../../harness/links/stage.ts';
import { SimWorld } from '../api/sim-world.ts';

const authority = new TestAuthority();
const certificate = authority.certify('registrar.example');
const CLIENT = ['10.0.0.1', '10.1.0.1'];
const SERVER = ['10.0.0.2', '10.1.0.2'];
const PATH_MTU = 1500;
/** Longer than the time-outs until a path counts as gone. */
const HANDSHAKE_MS = 120_000;
const UDP_AND_IP_BYTES = 28;

/** Both sides have an address in each of two networks. */
async function open(link: readonly StageFactory[] = [delay(10)]) {
  const world = new SimWorld(link);
  const config = { maxPathMtuBytes: PATH_MTU };
  const at = { sctpPort: 5000, addresses: SERVER, config };
  const listening = await SctpEndpoint.bind({ ...at, substrate: world.host('server', ...SERVER) });
  const calling = await SctpEndpoint.bind({ addresses: CLIENT, config, substrate: world.host('client', ...CLIENT) });
  const incoming = listening.listen()[Symbol.asyncIterator]();
  const near = await world.run(calling.connect({ sctpPort: 5000, addresses: SERVER }));
  const far = await world.run(incoming.next());
  await world.pass(5000);
  const client = SecureAssociation.client(near, {
    tls: { ca: authority.cert, servername: 'registrar.example' },
    handshakeTimeoutMs: HANDSHAKE_MS,
  });
  const server = SecureAssociation.server(far.value!, {
    acceptor: new TlsAcceptor(certificate),
    handshakeTimeoutMs: HANDSHAKE_MS,
  });
  const pair = (id: number): Promise<[TLSSocket, TLSSocket]> =>
    world.run(Promise.all([client.open(id), server.open(id)]), HANDSHAKE_MS);
  return { world, near, pair };
}

/** How many bytes have come on a connection. */
function counted(socket: TLSSocket): () => number {
  let read = 0;
  socket.on('data', (bytes: Buffer) => (read += bytes.length));
  return () => read;
}

describe('TLS over SCTP: paths', () => {
  it('[TLSS-002] [TLSS-038] data go on by the other addresses when a network fails, and so do handshakes', async () => {
    const { world, near, pair } = await open();
    const [mine, theirs] = await pair(0);
    const read = counted(theirs);
    const primary = near.paths.find((path) => path.primary)!.address;
    expect(SERVER).toContain(primary);
    world.network.partition.cut(primary);
    mine.write(Buffer.alloc(50_000));
    await world.pass(120_000);
    expect(read()).toBe(50_000);
    const [, other] = await pair(1);
    expect(other.getProtocol()).toBe('TLSv1.3');
  });

  it('[TLSS-026] records are never given up: no FORWARD-TSN, and everything arrives', async () => {
    const { world, near, pair } = await open([delay(10), loss(0.2)]);
    near.sendDefaults = { maxRetransmissions: 0 };
    const kinds = new Set<string>();
    let retransmitted = 0;
    const tsns = new Set<number>();
    world.network.tap(({ fate, from, bytes }) => {
      if (fate !== 'sent' || !CLIENT.includes(from.address)) return;
      for (const chunk of decodePacket(bytes.slice()).chunks) {
        kinds.add(chunk.kind);
        if (chunk.kind !== 'data') continue;
        if (tsns.has(chunk.tsn)) retransmitted++;
        tsns.add(chunk.tsn);
      }
    });
    const [mine, theirs] = await pair(0);
    const read = counted(theirs);
    mine.write(Buffer.alloc(200_000));
    await world.pass(120_000);
    expect(read()).toBe(200_000);
    expect(retransmitted).toBeGreaterThan(0);
    expect(kinds).not.toContain('forward-tsn');
  });

  it('[TLSS-009] records are cut by SCTP, so that IP has nothing to cut', async () => {
    const { world, pair } = await open();
    const lengths: number[] = [];
    world.network.tap(({ fate, from, bytes }) => {
      if (fate === 'sent' && from.address === CLIENT[0]) lengths.push(bytes.length + UDP_AND_IP_BYTES);
    });
    const [mine, theirs] = await pair(0);
    const read = counted(theirs);
    mine.write(Buffer.alloc(16_384));
    await world.pass(5000);
    expect(read()).toBe(16_384);
    expect(lengths.length).toBeGreaterThan(11);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(PATH_MTU);
  });
});
