import type { PskKeys } from './psk-keys.ts';

/** What a peer is believed for: the key that it shares, authorities that have signed its certificate, or nothing at all. */
export type Trust =
  | { readonly kind: 'key'; readonly identity: string; readonly key: Uint8Array }
  /** PEM, several one after the other. */
  | { readonly kind: 'authorities'; readonly ca: string }
  | { readonly kind: 'none' };

/** Whom somebody believes at the moment. */
export interface Believing {
  readonly keys?: PskKeys | undefined;
  /** PEM, several one after the other. */
  readonly ca?: string | undefined;
}

/** The keys of somebody who has one only. */
export function onlyKey(psk: { readonly identity: string; readonly key: Uint8Array }): PskKeys {
  return { find: (identity) => (identity === psk.identity ? psk.key : undefined) };
}

/**
 * Whether somebody would be believed still. Which of several authorities has signed is not kept: none of them may have
 * gone. New ones do no harm.
 */
export function isKept(trust: Trust, { keys, ca = '' }: Believing): boolean {
  switch (trust.kind) {
    case 'key': {
      const key = keys?.find(trust.identity);
      return key !== undefined && Buffer.compare(key, trust.key) === 0;
    }
    case 'authorities': {
      const now = certificatesOf(ca);
      return [...certificatesOf(trust.ca)].every((each) => now.has(each));
    }
    case 'none':
      return true;
  }
}

function certificatesOf(pem: string): ReadonlySet<string> {
  const found = pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g);
  return new Set(Array.from(found, ([, base64]) => base64!.replace(/\s/g, '')));
}
