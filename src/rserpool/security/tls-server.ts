import { constants } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { TlsAcceptor } from '../../sctp/index.ts';
import type { PeerIdentity } from '../access/identity.ts';
import { certificateNames } from './certificate-names.ts';
import { type ClientHello, ClientHelloReader } from './client-hello.ts';
import type { PskKeys } from './psk-keys.ts';
import { profileOptions, type TlsProfile } from './tls-profile.ts';
import { isKept, type Trust } from './trust.ts';

/** What a server shows, and whom it lets in. */
export interface TlsServerOptions {
  /** Certificate chain and private key, PEM: for clients that do not show a key. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
  /** Authorities that certificates of clients are signed by, PEM: without them none is asked for. */
  readonly ca?: string | undefined;
  /** Keys of clients. */
  readonly keys?: PskKeys | undefined;
  readonly profile?: TlsProfile | undefined;
}

/** A client whose handshake is complete. */
export interface SecuredClient {
  readonly socket: TLSSocket;
  readonly identity: PeerIdentity;
  readonly trust: Trust;
}

/**
 * The server's side of TLS, for clients that are known by a pre-shared key, by a certificate, or not at all.
 *
 * The two kinds are kept apart: a client that offers a key goes to a context that has no certificate, so that a handshake
 * that comes to its end there has used that key; and sessions are resumed where there are no keys only, so that the key is
 * named in each handshake.
 */
export class TlsServer {
  readonly #options: TlsServerOptions;
  readonly #byKey: TlsAcceptor | undefined;
  readonly #byCertificate: TlsAcceptor | undefined;
  /** Which key a connection uses: the last one that its handshake found. */
  readonly #used = new WeakMap<TLSSocket, UsedKey>();

  /** @throws what Node throws for certificates and keys that are none */
  constructor(options: TlsServerOptions) {
    const { certificate, keys, profile = 'modern' } = options;
    this.#options = options;
    this.#byKey =
      keys &&
      new TlsAcceptor({
        ...profileOptions(profile, 'psk'),
        secureOptions: constants.SSL_OP_NO_TICKET,
        pskCallback: (socket, identity) => this.#keyOf(socket, identity),
      });
    this.#byCertificate = certificate && new TlsAcceptor(certificateOptions(options));
  }

  /** Whether somebody would be let in who was believed for that. */
  believes(trust: Trust): boolean {
    return isKept(trust, this.#options);
  }

  /** Lets a client in. @throws (rejects) why not */
  async accept(transport: Duplex): Promise<SecuredClient> {
    const hello = await helloOf(transport);
    const acceptor = this.#wantsKey(hello) ? this.#byKey : this.#byCertificate;
    if (acceptor === undefined) {
      throw new Error(this.#byKey === undefined ? 'no certificate to show' : 'the client offers no key that is known');
    }
    const socket = await acceptor.accept(transport);
    try {
      return acceptor === this.#byKey ? this.#byKeyOf(socket) : byCertificateOf(socket, this.#options.ca);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #wantsKey({ pskIdentities, hasPskSuite }: ClientHello): boolean {
    if (this.#options.keys === undefined) return false;
    if (this.#byCertificate === undefined) return true;
    // Tickets of earlier sessions stand among the identities of TLS 1.3; TLS 1.2 names its identity later.
    if (pskIdentities.length === 0) return hasPskSuite;
    return pskIdentities.some((identity) => this.#options.keys?.find(Buffer.from(identity).toString()) !== undefined);
  }

  #keyOf(socket: TLSSocket, identity: string): Uint8Array | null {
    const key = this.#options.keys?.find(identity);
    if (key === undefined) this.#used.delete(socket);
    else this.#used.set(socket, { kind: 'key', identity, key });
    return key ?? null;
  }

  #byKeyOf(socket: TLSSocket): SecuredClient {
    const used = this.#used.get(socket);
    if (used === undefined) throw new Error('the handshake used no key');
    return { socket, identity: { kind: 'psk', name: used.identity }, trust: used };
  }
}

type UsedKey = Extract<Trust, { readonly kind: 'key' }>;

function certificateOptions({ certificate, ca, profile = 'modern' }: TlsServerOptions): TlsOptions {
  return {
    ...profileOptions(profile, 'certificate'),
    ...certificate,
    ...(ca !== undefined && { ca }),
    requestCert: ca !== undefined,
    // Users need none; one that is shown has to be good all the same.
    rejectUnauthorized: false,
  };
}

/** @throws Error if the client shows a certificate that is not good */
function byCertificateOf(socket: TLSSocket, ca = ''): SecuredClient {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { socket, identity: { kind: 'anonymous' }, trust: { kind: 'none' } };
  if (!socket.authorized) throw new Error(`the certificate of the client: ${socket.authorizationError}`);
  const identity = { kind: 'certificate', names: certificateNames(certificate.raw) } as const;
  return { socket, identity, trust: { kind: 'authorities', ca } };
}

/** Reads the ClientHello, and leaves it to be read again. */
function helloOf(transport: Duplex): Promise<ClientHello> {
  return new Promise((resolve, reject) => {
    const reader = new ClientHelloReader();
    const settle = (settled: () => void): void => {
      transport.off('readable', look);
      transport.off('error', failed);
      transport.off('close', closed);
      settled();
    };
    const failed = (error: Error): void => settle(() => reject(error));
    const closed = (): void => failed(new Error('closed within the handshake'));
    const look = (): void => {
      const more = transport.read() as Buffer | null;
      if (more === null) return;
      try {
        const hello = reader.add(more);
        if (hello === undefined) return;
        settle(() => {
          transport.unshift(Buffer.from(reader.received));
          resolve(hello);
        });
      } catch (error) {
        failed(error as Error);
      }
    };
    transport.on('error', failed);
    transport.on('close', closed);
    transport.on('readable', look);
    look();
  });
}
