import type { TLSSocket } from 'node:tls';
import { WireError } from '../../src/base/errors.ts';
import { PPID } from '../../src/rserpool/role.ts';
import { clientOptions, type TlsClientOptions } from '../../src/rserpool/security/tls-client.ts';
import { decodeAsap } from '../../src/rserpool/wire/asap-codec.ts';
import type { ErrorCause } from '../../src/rserpool/wire/cause.ts';
import { decodeEnrp } from '../../src/rserpool/wire/enrp-codec.ts';
import { MessageStream } from '../../src/rserpool/wire/message-stream.ts';
import { type SctpAssociation, SctpEndpoint, SecureAssociation } from '../../src/sctp/index.ts';
import type { SimHost } from '../harness/sim-substrate.ts';
import { SCTP } from '../rserpool/node/scope.ts';

/** Whom an attacker calls, from where, and how. */
export interface Call {
  readonly from: SimHost;
  /** Its own SCTP port; any unless given. */
  readonly ownSctpPort?: number | undefined;
  readonly address: string;
  readonly sctpPort: number;
  /** What it speaks there: ASAP or ENRP. */
  readonly ppid: number;
  /** Without it there is no TLS. */
  readonly tls?: TlsClientOptions | undefined;
}

/** An association that an attacker has set up, with TLS on pair 0 or without: it says any bytes, and hears everything. */
export class Contact {
  readonly local: { readonly sctpPort: number; readonly udpPort: number };
  readonly ppid: number;
  /** Whole messages that came. */
  readonly heard: Uint8Array[] = [];
  /** How it ended, if it has. */
  ended: string | undefined;
  readonly #association: SctpAssociation;
  readonly #socket: TLSSocket | undefined;

  private constructor(endpoint: SctpEndpoint, association: SctpAssociation, ppid: number, socket?: TLSSocket) {
    this.local = { sctpPort: endpoint.sctpPort, udpPort: endpoint.udpPort };
    this.#association = association;
    this.ppid = ppid;
    this.#socket = socket;
    void association.closed.then(({ kind }) => {
      this.ended ??= kind === 'peer-aborted' ? 'the association is aborted' : `the association ends: ${kind}`;
    });
    if (socket === undefined) association.on('message', ({ data }) => this.heard.push(data.slice()));
    else this.#readFrom(socket);
  }

  /** @throws (rejects) if there is no association, or TLS fails */
  static async open({ from, ownSctpPort, address, sctpPort, ppid, tls }: Call): Promise<Contact> {
    const endpoint = await SctpEndpoint.bind({
      addresses: [from.node.addresses[0]!],
      substrate: from,
      config: SCTP,
      ...(ownSctpPort !== undefined && { sctpPort: ownSctpPort }),
    });
    const association = await endpoint.connect({ addresses: [address], sctpPort });
    if (tls === undefined) return new Contact(endpoint, association, ppid);
    // It does not look at whose certificate it is shown.
    const options = { ...clientOptions(tls, []), ...(tls.psk === undefined && { rejectUnauthorized: false }) };
    const secured = SecureAssociation.client(association, { tls: options, ppid: () => ppid });
    return new Contact(endpoint, association, ppid, await secured.open(0));
  }

  /** Says nothing any more after the end. */
  say(bytes: Uint8Array, ppid = this.ppid): void {
    if (this.ended !== undefined) return;
    if (this.#socket !== undefined) this.#socket.write(bytes);
    else void this.#association.send(bytes, { ppid }).catch(() => undefined);
  }

  abort(): void {
    this.#association.abort();
  }

  /** What came in words, each once, in order. */
  sights(): string[] {
    const words = this.heard.map((bytes) => inWords(bytes, this.ppid));
    return [...new Set(this.ended === undefined ? words : [...words, this.ended])];
  }

  #readFrom(socket: TLSSocket): void {
    const stream = new MessageStream();
    socket.on('data', (bytes: Buffer) => {
      stream.add(bytes);
      for (let message = stream.take(); message !== undefined; message = stream.take()) this.heard.push(message);
    });
    socket.on('error', () => {
      this.ended ??= 'TLS ends with an error';
    });
  }
}

/** A message as an attacker understands it. */
export function inWords(bytes: Uint8Array, ppid: number): string {
  try {
    const message = ppid === PPID.enrp ? decodeEnrp(bytes) : decodeAsap(bytes);
    const causes = 'causes' in message ? causesInWords(message.causes) : '';
    const granted = message.kind === 'registration-response' ? ' granted' : '';
    const rejected = 'rejected' in message && message.rejected ? ' rejected' : granted;
    const found = message.kind === 'handle-resolution-response' ? ` with ${message.elements.length} elements` : '';
    return `${message.kind.toUpperCase().replaceAll('-', '_')}${rejected}${found}${causes}`;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return 'bytes that say nothing';
  }
}

function causesInWords(causes: readonly ErrorCause[]): string {
  return causes.length === 0 ? '' : ` (${causes.map(({ kind }) => kind).join(', ')})`;
}
