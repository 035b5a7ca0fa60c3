import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeAsap, PoolElement, PoolUser, poolHandle, Registrar } from '../../../src/rserpool/index.ts';
import { nodeTcp } from '../../../src/rserpool/node/node-tcp.ts';
import { encodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

function keep<T extends AsyncDisposable>(what: T): T {
  open.push(what);
  return what;
}

describe('ASAP over the TCP of this host', () => {
  it('[ASAP-014] resolves by TCP, also byte by byte, while an element is registered by SCTP', async () => {
    const registrar = keep(await Registrar.start({ udpPort: 0, asap: { tcp: 0 } }));
    await registrar.whenServing();
    const { asap, asapTcp } = registrar;
    const element = keep(await PoolElement.join('Pool', { registrars: [asap], udpPort: 0 }, () => undefined));
    const user = keep(await PoolUser.open({ registrars: asapTcp, udpPort: 0 }));
    const elements = await user.resolve('Pool');
    expect(elements.map(({ identifier }) => identifier)).toEqual([element.peIdentifier]);
    expect(user.home).toEqual(asapTcp[0]);

    const socket = connect(asapTcp[0]!.port, '127.0.0.1');
    socket.setNoDelay(true);
    for (const byte of encodeAsap({
      kind: 'handle-resolution',
      subscribe: false,
      poolHandle: poolHandle('Pool'),
      itemCount: undefined,
    })) {
      socket.write(new Uint8Array([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(decodeAsap(answer)).toMatchObject({ kind: 'handle-resolution-response', elements });
    socket.destroy();
  });

  it('says why a port cannot be had or reached, and gives an attempt up', async () => {
    const onConnection = (): void => undefined;
    const listener = await nodeTcp.listen({ address: '127.0.0.1', port: 0, onConnection });
    const { port } = listener;
    await expect(nodeTcp.listen({ address: '127.0.0.1', port, onConnection })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await listener.close();
    const signal = new AbortController().signal;
    await expect(nodeTcp.connect('127.0.0.1', port, signal)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(nodeTcp.connect('127.0.0.1', port, AbortSignal.abort('no more'))).rejects.toBe('no more');
  });
});
