import { describe, expect, it } from 'vitest';
import type { DriverChannel, SendOutput } from '../../../src/rserpool/node/driver-channel.ts';
import { SecuredChannel } from '../../../src/rserpool/node/secured-channel.ts';
import { PPID, type RoleInput } from '../../../src/rserpool/role.ts';
import { referenceIdentity } from '../../../src/rserpool/security/reference-identity.ts';
import { clientOptions } from '../../../src/rserpool/security/tls-client.ts';
import { TlsServer } from '../../../src/rserpool/security/tls-server.ts';
import { SecureAssociation } from '../../../src/sctp/index.ts';
import { Scope } from '../../sctp/api/scope.ts';

const psk = { identity: 'pe-1', key: Buffer.alloc(32, 1) };
const asapMessage = (text: string) => Buffer.concat([Buffer.from([1, 0, 0, 4 + text.length]), Buffer.from(text)]);

interface Side {
  readonly channel: DriverChannel;
  readonly inputs: RoleInput[];
  /** The bytes of the messages that came, as text, with PPID and stream. */
  messages(): string[];
}

async function open() {
  const scope = await Scope.open();
  const { near, far } = await scope.connect();
  const server = new TlsServer({ keys: { find: (identity) => (identity === psk.identity ? psk.key : undefined) } });
  const client = SecureAssociation.client(near, { tls: clientOptions({ psk }, [referenceIdentity('10.0.0.2')]) });
  const acceptor = {
    accept: async (transport: Parameters<typeof server.accept>[0]) => (await server.accept(transport)).socket,
  };
  const accepted = SecureAssociation.server(far, { acceptor });
  await scope.world.run(Promise.all([client.open(0), accepted.open(0)]));
  const side = (association: SecureAssociation): Side => {
    const inputs: RoleInput[] = [];
    const channel = new SecuredChannel({
      id: 1,
      association,
      peer: { kind: 'psk', name: psk.identity },
      controlPpid: PPID.asap,
      tell: (input) => void inputs.push(input),
      gone: () => undefined,
    });
    channel.open();
    const messages = () =>
      inputs.flatMap((input) =>
        input.kind === 'message' ? [`${input.ppid} ${input.streamId} ${Buffer.from(input.bytes)}`] : [],
      );
    return { channel, inputs, messages };
  };
  return { scope, world: scope.world, near, far, a: side(client), b: side(accepted) };
}

function send(ppid: number, streamId: number, bytes: string | Uint8Array, context?: unknown): SendOutput {
  return { kind: 'send', channel: 1, ppid, streamId, unordered: false, bytes: Buffer.from(bytes as string), context };
}

describe('a secured channel', () => {
  it('[TLSS-030] [TLSS-031] [SEC-046] carries control on pair 0 and data on pairs of their own', async () => {
    const { scope, world, a, b } = await open();
    expect(a.inputs).toMatchObject([
      {
        kind: 'channel-up',
        initiator: 'local',
        peer: { kind: 'psk', name: 'pe-1' },
        remote: { addresses: ['10.0.0.2'] },
      },
    ]);
    const streams = new Set<number>();
    scope.onPacketFrom('10.0.1.1', (chunks) => {
      for (const chunk of chunks) if (chunk.kind === 'data') streams.add(chunk.streamId);
    });
    a.channel.send(send(PPID.asap, 0, asapMessage('hunt')));
    a.channel.send(send(0, 0, 'data on zero'));
    a.channel.send(send(51, 6, 'data on six'));
    a.channel.send(send(0, 0, 'more on zero'));
    await world.pass(2000);
    expect(b.messages()).toEqual([
      `11 0 ${asapMessage('hunt')}`,
      '0 0 data on zero',
      '51 6 data on six',
      '0 0 more on zero',
    ]);
    expect([...streams].sort()).toEqual([0, 1, 7]);
  });

  it('the other side answers by the pairs that there are, and waits for the first one', async () => {
    const { world, a, b } = await open();
    b.channel.send(send(0, 3, 'too early'));
    await world.pass(1000);
    expect(a.messages()).toEqual([]);
    a.channel.send(send(0, 0, 'opens pair 1'));
    await world.pass(1000);
    b.channel.send(send(0, 0, 'answer'));
    await world.pass(1000);
    expect(a.messages()).toEqual(['0 3 too early', '0 0 answer']);
  });

  it('takes messages of any length, many of them, in order', async () => {
    const { world, a, b } = await open();
    const sizes = [1, 1000, 16_383, 16_384, 16_385, 70_000, 256 * 1024];
    for (let round = 0; round < 3; round++)
      for (const size of sizes) a.channel.send(send(0, 0, Buffer.alloc(size, 65 + round)));
    await world.pass(60_000);
    const lengths = b.inputs.flatMap((input) => (input.kind === 'message' ? [input.bytes.length] : []));
    expect(lengths).toEqual([...sizes, ...sizes, ...sizes]);
  });

  it('a graceful end is told when everything is read, and again when it is over', async () => {
    const { world, a, b } = await open();
    a.channel.send(send(0, 0, 'last words'));
    await world.pass(1000);
    a.channel.close('shutdown', 'done');
    await world.pass(2000);
    expect(b.inputs.slice(1).map(({ kind }) => kind)).toEqual(['message', 'channel-closing', 'channel-down']);
    expect(b.inputs.at(-1)).toMatchObject({ failed: false });
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'channel-down', failed: false });
  });

  it('[TLSS-040] an association that ends without the end of TLS has failed', async () => {
    const { world, near, a, b } = await open();
    await world.run(near.shutdown());
    await world.pass(1000);
    expect(b.inputs.at(-1)).toMatchObject({ kind: 'channel-down', failed: true });
    expect(b.inputs.at(-1)).toMatchObject({ reason: 'the stream ended before TLS did: data may be missing' });
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'channel-down', failed: true });
  });

  it('what did not arrive comes back, in order, and nothing that has arrived', async () => {
    const { scope, world, a, b } = await open();
    a.channel.send(send(0, 0, 'arrives', 1));
    await world.pass(1000);
    scope.kill('server');
    a.channel.send(send(0, 0, 'lost', 2));
    a.channel.send(send(0, 0, Buffer.alloc(40_000), 3));
    a.channel.send(send(0, 4, 'no pair yet', 4));
    await world.pass(120_000);
    const back = a.inputs.flatMap((input) => (input.kind === 'send-failed' ? [input.context] : []));
    expect(b.messages()).toEqual(['0 0 arrives']);
    expect(back).toEqual([2, 3, 4]);
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'channel-down', failed: true });
    a.channel.send(send(0, 0, 'after the end', 5));
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'send-failed', context: 5 });
  });

  it('control among data ends it, and so does what is no message', async () => {
    const { world, a, b } = await open();
    a.channel.send(send(0, 0, 'x'));
    await world.pass(1000);
    a.channel.send({ ...send(PPID.asap, 0, Buffer.from([1, 0, 0, 1])) });
    await world.pass(1000);
    expect(b.inputs.at(-1)).toMatchObject({ kind: 'channel-down', failed: true });
    expect((b.inputs.at(-1) as { reason: string }).reason).toContain('no message can begin here');
  });

  it('back-pressure: who does not read stops who writes, until it is given up', async () => {
    const { world, a, b } = await open();
    a.channel.send(send(0, 0, 'x'));
    await world.pass(1000);
    b.channel.pause();
    let writable = true;
    for (let i = 0; i < 40; i++) a.channel.send(send(0, 0, Buffer.alloc(65_536)));
    void a.channel.writable().then(() => (writable = true));
    writable = false;
    await world.pass(5000);
    expect(writable).toBe(false);
    const before = b.inputs.length;
    b.channel.resume();
    await world.pass(5000);
    expect([writable, b.inputs.length - before]).toEqual([true, 40]);
    b.channel.pause();
    for (let i = 0; i < 120; i++) a.channel.send(send(0, 0, Buffer.alloc(65_536)));
    await world.pass(1000);
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'channel-down', reason: 'the peer does not read what it is sent' });
  });

  it('the peer is suspected and probed as without TLS', async () => {
    const { scope, world, a } = await open();
    a.channel.probe();
    await world.pass(1000);
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'probe-result', alive: true });
    expect(a.channel.roundTripMs).toBeGreaterThan(10);
    scope.kill('server');
    a.channel.probe();
    await world.pass(20_000);
    expect(a.inputs.at(-1)).toMatchObject({ kind: 'probe-result', alive: false });
  });
});
