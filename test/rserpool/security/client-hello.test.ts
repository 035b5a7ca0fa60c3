import { Duplex } from 'node:stream';
import tls from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireError } from '../../../src/base/errors.ts';
import { type ClientHello, ClientHelloReader } from '../../../src/rserpool/security/client-hello.ts';

const readClientHello = (bytes: Uint8Array): ClientHello | undefined => new ClientHelloReader().add(bytes);

/** What Node's TLS really begins with. */
function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const transport: Duplex = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, callback) => {
        resolve(bytes);
        transport.destroy();
        callback();
      },
    });
    tls.connect({ ...options, socket: transport, servername: 'a.example' }).on('error', () => undefined);
  });
}

const pskCallback = () => ({ psk: Buffer.alloc(32, 1), identity: 'pe-1' });
const texts = (hello: ClientHello | undefined) =>
  hello?.pskIdentities.map((identity) => Buffer.from(identity).toString());

describe('what a ClientHello offers', () => {
  it('nothing of keys, if it is for certificates', async () => {
    expect(readClientHello(await helloOf({}))).toEqual({ pskIdentities: [], hasPskSuite: false });
  });

  it('the identity of a key in TLS 1.3, and suites for keys in TLS 1.2', async () => {
    const ciphers = 'TLS_AES_128_GCM_SHA256:ECDHE-PSK-CHACHA20-POLY1305';
    const both = readClientHello(await helloOf({ pskCallback, ciphers }));
    expect([texts(both), both?.hasPskSuite]).toEqual([['pe-1'], true]);
    const older = readClientHello(await helloOf({ pskCallback, ciphers, maxVersion: 'TLSv1.2' }));
    expect([texts(older), older?.hasPskSuite]).toEqual([[], true]);
  });

  it('waits until it is whole, in however many records', async () => {
    const hello = await helloOf({ pskCallback, ciphers: 'TLS_AES_128_GCM_SHA256' });
    for (let end = 0; end < hello.length; end++) expect(readClientHello(hello.subarray(0, end))).toBeUndefined();
    const message = hello.subarray(5);
    const record = (bytes: Buffer) =>
      Buffer.concat([Buffer.from([22, 3, 1, bytes.length >> 8, bytes.length & 255]), bytes]);
    const cut = Buffer.concat([
      record(message.subarray(0, 3)),
      record(message.subarray(3, 50)),
      record(message.subarray(50)),
    ]);
    expect(texts(readClientHello(cut))).toEqual(['pe-1']);
    const crumbs = new ClientHelloReader();
    const seen = Array.from(cut, (byte) => crumbs.add(new Uint8Array([byte])));
    expect([texts(seen.pop()), new Set(seen)]).toEqual([['pe-1'], new Set([undefined])]);
    expect([...crumbs.received]).toEqual([...cut]);
  });

  it('what follows it does not count, whether it comes at once or later: early data, change_cipher_spec', async () => {
    const hello = await helloOf({ pskCallback, ciphers: 'TLS_AES_128_GCM_SHA256' });
    const more = Buffer.from([20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 2, 5, 5]);
    expect(texts(readClientHello(Buffer.concat([hello, more])))).toEqual(['pe-1']);
  });

  it('is refused if it is none', async () => {
    expect(() => readClientHello(Buffer.from([22, 3, 1, 0, 0]))).toThrow('TLS handshake');
    expect(() => readClientHello(Buffer.from('GET / HTTP/1.1'))).toThrow('no TLS handshake');
    expect(() => readClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toThrow('no ClientHello');
    const endless = new ClientHelloReader();
    for (let i = 0; i < 2730; i++) expect(endless.add(Buffer.from([22, 3, 1, 0, 1, 1]))).toBeUndefined();
    expect(() => endless.add(Buffer.from([22, 3, 1, 0, 1, 1]))).toThrow('no end of the ClientHello');
  });

  it('nothing but WireErrors comes of any bytes', async () => {
    const hello = await helloOf({ pskCallback, ciphers: 'TLS_AES_128_GCM_SHA256' });
    const change = fc.tuple(fc.nat(hello.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(hello);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          readClientHello(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});
