import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { IpAddress } from '../../base/address.ts';
import { NewestSession, type SctpAssociation, SecureAssociation, tlsConnect } from '../../sctp/index.ts';
import { identityText, type PeerIdentity } from '../access/identity.ts';
import { RSerPoolError } from '../errors.ts';
import type { ChannelProof, ChannelSecurity, SecuredAssociation, SecuredConnection } from '../node/channel-security.ts';
import type { TcpSocket } from '../node/tcp-network.ts';
import { PPID, type TransportTarget } from '../role.ts';
import { HandshakeLimit } from './handshake-limit.ts';
import { isNameFor, type ReferenceIdentity } from './reference-identity.ts';
import { SecuredSocket } from './secured-socket.ts';
import { TcpStream } from './tcp-stream.ts';
import { clientOptions, serverIdentity, serverTrust, type TlsClientOptions } from './tls-client.ts';
import type { SecuredClient, TlsServer } from './tls-server.ts';
import { isKept, onlyKey } from './trust.ts';

/** What a node needs to secure its channels. */
export interface TlsSecurityParts {
  /** How it calls somebody: what it shows there, and who that has to be. Nobody is called where it gives nothing. */
  readonly clientFor: (
    target: TransportTarget,
    ppid: number | undefined,
    owner: string | undefined,
  ) => Calling | undefined;
  /** Whether somebody who was called, and has proven who it is, is accepted; everybody unless given. */
  readonly accepts?: ((peer: PeerIdentity, target: TransportTarget, ppid: number | undefined) => boolean) | undefined;
  /** Who lets others in, by what they speak. Nobody is let in where there is none. */
  readonly serverFor: (ppid: number) => TlsServer | undefined;
  /** Handshakes of others under way at a time, all together; what comes beyond is sent away. */
  readonly maxHandshakes: number;
  /** The same of one address. */
  readonly maxHandshakesPerAddress: number;
  /** A handshake that takes longer is given up, ms. */
  readonly handshakeTimeoutMs: number;
  /** Does something later, unless the function returned is called. */
  readonly after: (durationMs: number, action: () => void) => () => void;
}

export interface Calling {
  readonly options: TlsClientOptions;
  readonly references: readonly ReferenceIdentity[];
}

/** TLS over SCTP (RFC 3436), and over TCP, for the channels of a registrar, an element or a user. */
export class TlsSecurity implements ChannelSecurity {
  readonly #parts: TlsSecurityParts;
  readonly #handshakes: HandshakeLimit;

  constructor(parts: TlsSecurityParts) {
    this.#parts = parts;
    this.#handshakes = new HandshakeLimit(parts.maxHandshakes, parts.maxHandshakesPerAddress);
  }

  async connect(
    association: SctpAssociation,
    target: TransportTarget,
    ppid: number | undefined,
    owner?: string | undefined,
  ): Promise<SecuredAssociation> {
    const calling = this.#calling(target, ppid, owner);
    const { options, references } = calling;
    const server = this.#parts.serverFor(ppid ?? PPID.asap);
    const acceptor = server && new OneClient(server);
    const secured = SecureAssociation.client(association, {
      tls: clientOptions(options, references),
      acceptor,
      ppid: ppidOf(ppid),
      handshakeTimeoutMs: this.#parts.handshakeTimeoutMs,
      // A key shared is as fast as a session; certificates take longer.
      sessions: options.psk === undefined ? new NewestSession() : undefined,
    });
    const socket = await secured.open(0);
    if (secured.isClient) {
      const peer = serverIdentity(socket, options);
      this.#assertWanted(peer, target, ppid, owner);
      return { association: secured, peer, proof: { target, ppid, owner, trust: serverTrust(options) } };
    }
    // It has called at the same time: it has to be the one that was called all the same.
    const { identity: peer, trust } = acceptor!.client!;
    if (!isCalled(peer, calling)) throw new Error(`${identityText(peer)} is not who was called`);
    this.#assertWanted(peer, target, ppid, owner);
    return { association: secured, peer, proof: { ppid, trust } };
  }

  async accept(association: SctpAssociation, ppid: number): Promise<SecuredAssociation> {
    const { handshakeTimeoutMs } = this.#parts;
    const acceptor = new OneClient(this.#server(ppid));
    const late = new AbortController();
    return this.#handshake(
      // All of them belong to one peer; the first is where it has come from.
      association.remote.addresses[0]!,
      async () => {
        const secured = SecureAssociation.server(association, { acceptor, ppid: ppidOf(ppid), handshakeTimeoutMs });
        // It may say nothing at all.
        await secured.open(0, { signal: late.signal });
        const { identity, trust } = acceptor.client!;
        return { association: secured, peer: identity, proof: { ppid, trust } };
      },
      (error) => late.abort(error),
    );
  }

  async connectTcp(socket: TcpSocket, target: TransportTarget, ppid: number | undefined): Promise<SecuredConnection> {
    const { options, references } = this.#calling(target, ppid);
    const transport = new TcpStream(socket);
    const cancel = this.#limit((error) => transport.destroy(error));
    try {
      const tls = await tlsConnect(transport, clientOptions(options, references));
      const peer = serverIdentity(tls, options);
      this.#assertWanted(peer, target, ppid);
      const proof = { target, ppid, trust: serverTrust(options) };
      return { socket: new SecuredSocket(tls, transport, socket), peer, proof };
    } finally {
      cancel();
    }
  }

  async acceptTcp(socket: TcpSocket): Promise<SecuredConnection> {
    const server = this.#server(PPID.asap);
    const transport = new TcpStream(socket);
    return this.#handshake(
      socket.remote.address,
      async () => {
        const { socket: tls, identity, trust } = await server.accept(transport);
        const proof = { ppid: PPID.asap, trust };
        return { socket: new SecuredSocket(tls, transport, socket), peer: identity, proof };
      },
      (error) => transport.destroy(error),
    );
  }

  holds({ target, ppid, owner, trust }: ChannelProof): boolean {
    if (target === undefined) return this.#parts.serverFor(ppid ?? PPID.asap)?.believes(trust) ?? false;
    const options = this.#parts.clientFor(target, ppid, owner)?.options;
    if (options === undefined) return false;
    return isKept(trust, options.psk === undefined ? { ca: options.ca } : { keys: onlyKey(options.psk) });
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
  #calling(target: TransportTarget, ppid: number | undefined, owner?: string): Calling {
    const calling = this.#parts.clientFor(target, ppid, owner);
    if (calling !== undefined) return calling;
    const text = 'there is neither a key nor an authority for this peer';
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', text, { target });
  }

  /** @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` */
  #server(ppid: number): TlsServer {
    const server = this.#parts.serverFor(ppid);
    if (server === undefined) throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'nobody is let in here');
    return server;
  }

  /** @throws Error if it is not the owner of the element that was called, or local policy does not want it */
  #assertWanted(peer: PeerIdentity, target: TransportTarget, ppid: number | undefined, owner?: string): void {
    if (owner !== undefined && identityText(peer) !== owner)
      throw new Error(`${identityText(peer)} instead of ${owner}`);
    if (this.#parts.accepts?.(peer, target, ppid) === false) {
      throw new Error(`${identityText(peer)} is not accepted here`);
    }
  }

  /** A handshake that somebody else begins. @throws (rejects) RSerPoolError `ERR_RSERPOOL_LIMIT`; what was wrong with it */
  async #handshake<T>(address: IpAddress, handshake: () => Promise<T>, giveUp: (error: Error) => void): Promise<T> {
    this.#handshakes.begin(address);
    const cancel = this.#limit(giveUp);
    try {
      return await handshake();
    } finally {
      cancel();
      this.#handshakes.end(address);
    }
  }

  /** Gives up what takes too long, unless the function returned is called. */
  #limit(giveUp: (error: Error) => void): () => void {
    const { after, handshakeTimeoutMs } = this.#parts;
    return after(handshakeTimeoutMs, () => giveUp(new Error(`no TLS within ${handshakeTimeoutMs} ms`)));
  }
}

/** Whether a client is somebody that a call was for: who is called by a key has one, the others have a name. */
function isCalled(peer: PeerIdentity, { options, references }: Calling): boolean {
  if (options.psk !== undefined) return peer.kind === 'psk';
  if (peer.kind !== 'certificate') return false;
  return references.some((reference) => peer.names.some((name) => isNameFor(name, reference)));
}

/** Control is on pair 0; the application's own PPIDs are within TLS. */
function ppidOf(control: number = PPID.asap): (pair: number) => number {
  return (pair) => (pair === 0 ? control : 0);
}

/** All pairs of an association belong to the same client: each handshake has to prove that. */
class OneClient {
  client: SecuredClient | undefined;
  readonly #server: TlsServer;

  constructor(server: TlsServer) {
    this.#server = server;
  }

  async accept(transport: Duplex): Promise<TLSSocket> {
    const client = await this.#server.accept(transport);
    this.client ??= client;
    const [first, another] = [this.client, client].map(({ identity }) => identityText(identity));
    if (first === another) return client.socket;
    client.socket.destroy();
    throw new Error(`${another} on an association of ${first}`);
  }
}
