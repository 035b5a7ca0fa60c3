import type { ConnectionOptions } from 'node:tls';
import { referenceIdentity } from '../../src/rserpool/security/reference-identity.ts';
import { clientOptions } from '../../src/rserpool/security/tls-client.ts';
import { TlsServer } from '../../src/rserpool/security/tls-server.ts';

/** Where a program is told what TLS goes by; without it there is none. */
export const TLS_VARIABLE = 'BENCH_TLS';

/** A shared key in hexadecimal digits, or a certificate and who has signed it, PEM. */
export type Credentials =
  | { readonly key: string }
  | {
      readonly key?: undefined;
      readonly certificate: { readonly cert: string; readonly key: string };
      readonly ca: string;
    };

/** TLS as this package speaks it, whatever is below. */
export interface Tls {
  readonly client: ConnectionOptions;
  readonly server: TlsServer;
}

const IDENTITY = 'client';
const SERVER = '127.0.0.1';

/** What TLS goes by in this run, if there is TLS. */
export function tlsCredentials(): Credentials | undefined {
  const text = process.env[TLS_VARIABLE];
  return text === undefined ? undefined : JSON.parse(text);
}

export function tlsHere(): Tls | undefined {
  const credentials = tlsCredentials();
  if (credentials === undefined) return undefined;
  if (credentials.key !== undefined) {
    const key = Buffer.from(credentials.key, 'hex');
    return {
      client: clientOptions({ psk: { identity: IDENTITY, key } }, []),
      server: new TlsServer({ keys: { find: (identity) => (identity === IDENTITY ? key : undefined) } }),
    };
  }
  const { certificate, ca } = credentials;
  return { client: clientOptions({ ca }, [referenceIdentity(SERVER)]), server: new TlsServer({ certificate }) };
}
