import { describe, expect, it } from 'vitest';
import type { EndpointConfig } from '../../../src/sctp/index.ts';
import { Scope } from './scope.ts';

const ALLOWED: Partial<EndpointConfig> = { allowAssociationResets: true, allowStreamAdditions: true };

async function open(serverConfig: Partial<EndpointConfig> = ALLOWED, clientConfig: Partial<EndpointConfig> = {}) {
  const scope = await Scope.open({ config: serverConfig });
  const { near, far } = await scope.connect({ config: clientConfig });
  const codeOf = (promise: Promise<void>): Promise<unknown> =>
    scope.world.run(
      promise.then(
        () => 'done',
        (error: { code?: unknown }) => error.code ?? error,
      ),
    );
  return { scope, near, far, codeOf };
}

describe('stream reconfiguration by calls', () => {
  it('[RECONF-0103] [RECONF-0096] [RECONF-0099] [RECONF-0100] resets streams of both directions and tells both sides', async () => {
    const { scope, near, far, codeOf } = await open();
    const seen: unknown[] = [];
    near.on('stream-reset', (reset) => seen.push(['near', reset]));
    far.on('stream-reset', (reset) => seen.push(['far', reset]));
    await near.send('a', { stream: 1 });
    await far.send('b', { stream: 2 });
    expect(await codeOf(near.resetStreams({ outgoing: [1], incoming: 'all' }))).toBe('done');
    await scope.world.pass(1000);
    expect(seen).toEqual([
      ['far', { direction: 'incoming', streams: [1] }],
      ['near', { direction: 'outgoing', streams: [1] }],
      ['near', { direction: 'incoming', streams: 'all' }],
      ['far', { direction: 'outgoing', streams: 'all' }],
    ]);
  });

  it('[RECONF-0104] [RECONF-0097] [RECONF-0046] resets the association, and not again within 30 s', async () => {
    const { scope, near, far, codeOf } = await open();
    const tsns: unknown[] = [];
    for (const association of [near, far]) association.on('association-reset', (event) => tsns.push(event));
    await near.send('before');
    expect(await codeOf(near.resetAssociation())).toBe('done');
    expect(tsns.length).toBe(2);
    expect(await codeOf(near.resetAssociation())).toBe('ERR_SCTP_LIMIT');
    await near.send('after');
    expect(new TextDecoder().decode((await scope.world.run(far.receive())).data)).toBe('before');
    expect(new TextDecoder().decode((await scope.world.run(far.receive())).data)).toBe('after');
    await scope.world.pass(30_000);
    expect(await codeOf(near.resetAssociation())).toBe('done');
  });

  it('[RECONF-0105] [RECONF-0098] adds streams to both directions; the new numbers are told', async () => {
    const { scope, near, far, codeOf } = await open(ALLOWED, { outboundStreams: 4 });
    const counts: unknown[] = [];
    near.on('streams-added', (count) => counts.push(count));
    expect([near.outboundStreams, far.inboundStreams, near.inboundStreams]).toEqual([4, 4, 64]);
    expect(await codeOf(near.addStreams({ outgoing: 3, incoming: 2 }))).toBe('done');
    await scope.world.pass(1000);
    expect([near.outboundStreams, far.inboundStreams]).toEqual([7, 7]);
    expect([far.outboundStreams, near.inboundStreams]).toEqual([66, 66]);
    expect(counts.at(-1)).toEqual({ outboundStreams: 7, inboundStreams: 66 });
    await near.send('x', { stream: 6 });
    expect((await scope.world.run(far.receive())).stream).toBe(6);
  });

  it('[RECONF-0022] [RECONF-0059] refusals have codes: unsupported, denied, at it already, closed', async () => {
    const denying = await open({ allowStreamResets: false });
    expect(await denying.codeOf(denying.near.resetStreams({ outgoing: 'all' }))).toBe('ERR_SCTP_RECONFIG_DENIED');
    expect(await denying.codeOf(denying.near.resetAssociation())).toBe('ERR_SCTP_RECONFIG_DENIED');
    expect(await denying.codeOf(denying.near.addStreams({ outgoing: 1 }))).toBe('ERR_SCTP_RECONFIG_DENIED');
    denying.far.configure({ allowStreamResets: true });
    expect(await denying.codeOf(denying.near.resetStreams({ outgoing: 'all' }))).toBe('done');

    const plain = await open({ streamReconfiguration: false });
    expect(await plain.codeOf(plain.near.resetStreams({ outgoing: 'all' }))).toBe('ERR_SCTP_RECONFIG_UNSUPPORTED');
    expect(await plain.codeOf(plain.far.resetStreams({ outgoing: 'all' }))).toBe('ERR_SCTP_RECONFIG_UNSUPPORTED');

    const { near, codeOf } = await open();
    const first = near.resetStreams({ outgoing: [1, 2] });
    expect(await codeOf(near.resetStreams({ outgoing: [2, 3] }))).toBe('ERR_SCTP_RECONFIG_IN_PROGRESS');
    expect(await codeOf(first)).toBe('done');
    expect(await codeOf(near.resetStreams({ outgoing: [64] }))).toBe('ERR_SCTP_BAD_ARGUMENT');
    expect(await codeOf(near.resetStreams({ outgoing: [] }))).toBe('ERR_SCTP_BAD_ARGUMENT');
    expect(await codeOf(near.resetStreams({}))).toBe('ERR_SCTP_BAD_ARGUMENT');
    expect(await codeOf(near.addStreams({}))).toBe('ERR_SCTP_BAD_ARGUMENT');
    expect(await codeOf(near.addStreams({ outgoing: 65_500 }))).toBe('ERR_SCTP_BAD_ARGUMENT');
    near.abort('enough');
    expect(await codeOf(near.resetStreams({ outgoing: 'all' }))).toBe('ERR_SCTP_NOT_OPEN');
  });

  it('a wait ends with its signal and with the association', async () => {
    const { near, codeOf } = await open();
    const reason = new Error('no time');
    const controller = new AbortController();
    const waiting = near.resetStreams({ outgoing: [1], signal: controller.signal });
    controller.abort(reason);
    expect(await codeOf(waiting)).toBe(reason);
    expect(await codeOf(near.resetStreams({ outgoing: [2], signal: AbortSignal.abort(reason) }))).toBe(reason);
    const closing = near.resetStreams({ outgoing: [3] });
    near.abort('enough');
    expect(await codeOf(closing)).toBe('ERR_SCTP_ABORTED');
  });
});
