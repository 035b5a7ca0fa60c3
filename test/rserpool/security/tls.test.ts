import tls from 'node:tls';
import { describe, expect, it } from 'vitest';
import { referenceIdentity } from '../../../src/rserpool/security/reference-identity.ts';
import { clientOptions, serverIdentity, type TlsClientOptions } from '../../../src/rserpool/security/tls-client.ts';
import { TlsServer, type TlsServerOptions } from '../../../src/rserpool/security/tls-server.ts';
import { TestAuthority } from '../../harness/certificates.ts';
import { duplexPair } from '../../harness/duplex-pair.ts';

const authority = new TestAuthority();
const stranger = new TestAuthority('stranger');
const certificate = authority.certify('registrar.example');
const keys = new Map([
  ['pe-1', Buffer.alloc(32, 1)],
  ['pe-2', Buffer.alloc(32, 2)],
]);
const store = { find: (identity: string) => keys.get(identity) };
const pe1 = { psk: { identity: 'pe-1', key: keys.get('pe-1')! } };
const user = { ca: authority.cert };
const name = [referenceIdentity('registrar.example')];

/** What both sides see of a handshake: identities, or why it failed. */
async function meet(
  serverOptions: TlsServerOptions | TlsServer,
  client: TlsClientOptions,
  more: tls.ConnectionOptions = {},
  references = name,
) {
  const server = serverOptions instanceof TlsServer ? serverOptions : new TlsServer(serverOptions);
  const [near, far] = duplexPair();
  const socket = tls.connect({ ...clientOptions(client, references), socket: near, ...more });
  const seenByClient = new Promise<unknown>((resolve) => {
    socket.once('secureConnect', () => resolve(serverIdentity(socket, client)));
    socket.on('error', (error) => resolve(error.message));
    socket.on('close', () => resolve('closed'));
  });
  const seenByServer = server.accept(far).then(
    ({ identity, socket: theirs }) => {
      theirs.on('error', () => undefined);
      return identity;
    },
    (error: Error) => {
      far.destroy();
      return error.message;
    },
  );
  const result = {
    server: await seenByServer,
    client: await seenByClient,
    protocol: socket.getProtocol(),
    suite: socket.getCipher()?.standardName,
  };
  socket.destroy();
  return result;
}

describe('keys shared before', () => {
  it.each([
    ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
    ['TLSv1.2', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'],
  ] as const)(
    '[SEC-004] [SEC-008] [SEC-016] [SEC-018] [ASAP-410] [ASAP-411] [ENRP-243] [ENRP-244] [ASAP-409] [ENRP-242] authenticate both sides in %s',
    async (version, suite) => {
      const seen = await meet({ keys: store }, pe1, { maxVersion: version });
      expect(seen).toEqual({
        server: { kind: 'psk', name: 'pe-1' },
        client: { kind: 'psk', name: 'pe-1' },
        protocol: version,
        suite,
      });
    },
  );

  it('[SEC-005] [ASAP-412] a wrong key, or an identity that is not known, is refused within the handshake', async () => {
    const wrong = await meet({ keys: store }, { psk: { identity: 'pe-1', key: Buffer.alloc(32, 9) } });
    expect(wrong.server).toMatch(/decrypt|binder|bad record|digest/i);
    const unknown = await meet({ keys: store }, { psk: { identity: 'pe-9', key: Buffer.alloc(32, 1) } });
    expect(unknown.server).toMatch(/handshake|cipher|psk|identity|certificate|signature/i);
    expect([wrong.client, unknown.client].every((each) => typeof each === 'string')).toBe(true);
  });

  it('[SEC-017] a server without the key is refused, whatever certificate it shows', async () => {
    const seen = await meet({ certificate }, pe1);
    expect(seen.client).toMatch(
      /unable to get local issuer|unable to verify|handshake failure|closed|no shared cipher/i,
    );
    expect(seen.server).not.toMatchObject({ kind: 'psk' });
    expect(seen.client).not.toMatchObject({ kind: 'psk' });
  });

  it('[SEC-006] are looked up in each handshake', async () => {
    const changing = new Map(keys);
    const server = new TlsServer({ keys: { find: (identity) => changing.get(identity) } });
    expect((await meet(server, pe1)).server).toEqual({ kind: 'psk', name: 'pe-1' });
    changing.delete('pe-1');
    expect((await meet(server, pe1)).server).toEqual(expect.any(String));
    changing.set('pe-1', pe1.psk.key);
    expect((await meet(server, pe1)).server).toEqual({ kind: 'psk', name: 'pe-1' });
  });
});

describe('certificates', () => {
  it('[SEC-020] [ASAP-413] [ASAP-415] [ENRP-245] [ENRP-258] a user authenticates the registrar, and needs none itself', async () => {
    const seen = await meet({ certificate, keys: store }, user);
    expect(seen).toMatchObject({
      server: { kind: 'anonymous' },
      client: { kind: 'certificate', names: ['dns:registrar.example'] },
      protocol: 'TLSv1.3',
    });
  });

  it('[SEC-019] [SEC-021] [ASAP-416] [ENRP-245] [ENRP-247] one of another authority is refused', async () => {
    const other = stranger.certify('registrar.example');
    expect((await meet({ certificate: other }, user)).client).toMatch(/unable to|self.signed/);
  });

  it('[ASAP-417] [ENRP-248] one for another name is refused, whose names are told', async () => {
    const seen = await meet({ certificate }, user, {}, [
      referenceIdentity('other.example'),
      referenceIdentity('10.0.0.1'),
    ]);
    expect(seen.client).toBe('its certificate is not for other.example or 10.0.0.1 but for dns:registrar.example');
  });

  it('are shown by clients too, if both sides want that', async () => {
    const client = authority.certify('pe-1.example', '10.0.1.1');
    const seen = await meet({ certificate, ca: authority.cert }, { ...user, certificate: client });
    expect(seen.server).toEqual({ kind: 'certificate', names: ['dns:pe-1.example', 'ip:10.0.1.1'] });
    const foreign = await meet(
      { certificate, ca: authority.cert },
      { ...user, certificate: stranger.certify('pe-1.example') },
    );
    expect(foreign.server).toMatch(/^the certificate of the client: /);
    expect((await meet({ certificate, ca: authority.cert }, user)).server).toEqual({ kind: 'anonymous' });
  });
});

describe('both kinds at one place', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'who has a key uses it, who has none sees the certificate, in %s',
    async (maxVersion) => {
      const server = new TlsServer({ certificate, keys: store });
      expect((await meet(server, pe1, { maxVersion })).server).toEqual({ kind: 'psk', name: 'pe-1' });
      expect((await meet(server, user, { maxVersion })).server).toEqual({ kind: 'anonymous' });
    },
  );

  it('who offers a key that is known cannot come in without it', async () => {
    // Only suites that such keys are not for: OpenSSL would pass over the key and show a certificate if it had one.
    const server = new TlsServer({ certificate, keys: store });
    const seen = await meet(
      server,
      { psk: { identity: 'pe-1', key: Buffer.alloc(32, 9) } },
      {
        ciphers: 'TLS_AES_256_GCM_SHA384',
        ca: authority.cert,
        checkServerIdentity: () => undefined,
      },
    );
    expect(seen.server).toEqual(expect.any(String));
  });

  /** A session that the server has handed out. */
  async function sessionOf(server: TlsServer, client: TlsClientOptions, maxVersion: tls.SecureVersion) {
    const [near, far] = duplexPair();
    const first = tls.connect({ ...clientOptions(client, name), socket: near, maxVersion });
    const session = new Promise<Buffer>((resolve) => first.once('session', resolve));
    const { socket } = await server.accept(far);
    socket.write('x');
    await new Promise((resolve) => first.once('data', resolve));
    first.destroy();
    socket.destroy();
    return Promise.race([session, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'sessions of users are resumed, those of who has a key are not, in %s',
    async (maxVersion) => {
      const server = new TlsServer({ certificate, keys: store });
      const ofUser = await sessionOf(server, user, maxVersion);
      expect(ofUser).toBeDefined();
      expect((await meet(server, user, { maxVersion, session: ofUser! })).server).toEqual({ kind: 'anonymous' });
      const ofHolder = await sessionOf(server, pe1, maxVersion);
      const again = { maxVersion, session: ofHolder! };
      expect((await meet(server, pe1, again)).server).toEqual({ kind: 'psk', name: 'pe-1' });
      // With the key of another one it is the other one, and without any key nobody gets in by it.
      const pe2 = { psk: { identity: 'pe-2', key: keys.get('pe-2')! } };
      expect((await meet(server, pe2, again)).server).toEqual({ kind: 'psk', name: 'pe-2' });
      expect((await meet(server, user, again)).server).toEqual({ kind: 'anonymous' });
    },
  );
});

describe('profiles', () => {
  it('[SEC-032] [TLSS-012] neither TLS 1.1, nor suites without encryption, nor old ones are spoken unless they are asked for', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    for (const profile of ['modern', 'legacy'] as const) {
      expect((await meet({ certificate, profile }, user, old)).server).toMatch(/unsupported protocol|version/i);
    }
    for (const ciphers of ['AES128-SHA', 'NULL:@SECLEVEL=0']) {
      const seen = await meet({ certificate }, user, { ciphers, maxVersion: 'TLSv1.2' }).catch((error: Error) => ({
        server: error.message,
      }));
      expect(seen.server).toMatch(/no shared cipher|no cipher match/i);
    }
    const psk = { ciphers: 'PSK-AES128-CBC-SHA', maxVersion: 'TLSv1.2' } as const;
    expect((await meet({ keys: store }, pe1, psk)).server).toMatch(/no shared cipher/i);
  });

  it('[TLSS-011] [ASAP-407] [ENRP-240] the profile `legacy` speaks the suites that the RFCs make mandatory', async () => {
    const rsa = await meet({ certificate, profile: 'legacy' }, user, { ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' });
    expect(rsa.suite).toBe('TLS_RSA_WITH_AES_128_CBC_SHA');
    const psk = await meet({ keys: store, profile: 'legacy' }, pe1, {
      ciphers: 'PSK-AES128-CBC-SHA',
      maxVersion: 'TLSv1.2',
    });
    expect(psk).toMatchObject({ suite: 'TLS_PSK_WITH_AES_128_CBC_SHA', server: { kind: 'psk', name: 'pe-1' } });
  });

  it('what is no TLS is refused', async () => {
    const server = new TlsServer({ certificate, keys: store });
    const [near, far] = duplexPair();
    near.write('GET / HTTP/1.1\r\n\r\n');
    await expect(server.accept(far)).rejects.toThrow('no TLS handshake');
    const [silent, other] = duplexPair();
    const accepted = server.accept(other);
    silent.write(Buffer.from([22, 3, 1, 64, 0]));
    silent.destroy();
    await expect(accepted).rejects.toThrow('closed within the handshake');
  });
});
