import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { PeerIdentity } from '../access/identity.ts';
import { certificateNames } from './certificate-names.ts';
import { isCertificateFor, type ReferenceIdentity } from './reference-identity.ts';
import { profileOptions, type TlsProfile } from './tls-profile.ts';
import type { Trust } from './trust.ts';

/** How a client is known, and how it knows servers: by a key that both share, or by certificates. */
export type TlsClientOptions =
  | { readonly psk: { readonly identity: string; readonly key: Uint8Array }; readonly profile?: TlsProfile | undefined }
  | {
      readonly psk?: undefined;
      /** Authorities that certificates of servers are signed by, PEM. */
      readonly ca: string;
      /** Its own certificate and private key, PEM, if it is known by one. */
      readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
      readonly profile?: TlsProfile | undefined;
    };

/**
 * What `tls.connect` needs.
 *
 * @param references who the server may be: its certificate has to be for one of them. A server that shares the key is
 *   known by that.
 */
export function clientOptions(options: TlsClientOptions, references: readonly ReferenceIdentity[]): ConnectionOptions {
  const { psk, profile = 'modern' } = options;
  if (psk !== undefined) {
    return {
      ...profileOptions(profile, 'psk'),
      pskCallback: () => ({ psk: psk.key, identity: psk.identity }),
      // No certificate is good enough in the place of the key. Node asks in TLS 1.2 also where none was shown.
      ca: [],
      checkServerIdentity: (_host, { raw }) =>
        raw === undefined ? undefined : new Error('the server shows a certificate instead of the shared key'),
    };
  }
  const { ca, certificate } = options;
  const [first] = references;
  return {
    ...profileOptions(profile, 'certificate'),
    ...certificate,
    ca,
    ...(first?.kind === 'dns' && { servername: first.name }),
    checkServerIdentity: (_host, { raw }) => {
      if (references.some((reference) => isCertificateFor(raw, reference))) return undefined;
      const wanted = references.map((each) => (each.kind === 'dns' ? each.name : each.address)).join(' or ');
      const names = certificateNames(raw);
      const text = `its certificate is not for ${wanted} but for ${names.join(' ') || 'nobody'}`;
      return Object.assign(new Error(text), { expected: references, names });
    },
  };
}

/** What a server is believed for that such a client has called. */
export function serverTrust(options: TlsClientOptions): Trust {
  const { psk } = options;
  return psk === undefined ? { kind: 'authorities', ca: options.ca } : { kind: 'key', ...psk };
}

/** Who the server is, once the handshake is complete. */
export function serverIdentity(socket: TLSSocket, { psk }: TlsClientOptions): PeerIdentity {
  if (psk !== undefined) return { kind: 'psk', name: psk.identity };
  const certificate = socket.getPeerX509Certificate();
  return { kind: 'certificate', names: certificate === undefined ? [] : certificateNames(certificate.raw) };
}
