/** How the enemy floods. */
export type Flood = 'registrations' | 'resolutions' | 'reports' | 'handshakes' | 'inits' | 'malformed';

export const FLOODS: Readonly<Record<Flood, string>> = {
  registrations: 'registrations, each of a new element in a new pool',
  resolutions: 'handle resolutions',
  reports: 'ENDPOINT_UNREACHABLE reports about the honest element',
  handshakes: 'associations set up and left; with TLS, 64 handshakes at a time that do not go on or use a wrong key',
  inits: 'INITs, each from another SCTP port, and nothing more',
  malformed: 'messages that cannot be read',
};

/** What both sides of TLS have; nothing of it where there is none. */
export interface Keys {
  readonly certificate: { readonly cert: string; readonly key: string };
  readonly ca: string;
  /** In hexadecimal, by identity. */
  readonly byIdentity: Readonly<Record<string, string>>;
}

interface Common {
  /** UDP port of the registrar. */
  readonly udpPort: number;
  readonly keys?: Keys | undefined;
}

/** What the parent tells a process to be. */
export type Order =
  | (Common & { readonly part: 'registrar' })
  /** Measures for so long when it is told to. */
  | (Common & { readonly part: 'honest' })
  | (Common & { readonly part: 'enemy'; readonly flood: Flood })
  | { readonly part: 'measure'; readonly durationMs: number };

/** What a process tells its parent. */
export type Told =
  | { readonly kind: 'ready' | 'up' }
  /** ms each; `failed` are calls that ended with an error. */
  | {
      readonly kind: 'measured';
      readonly registrations: readonly number[];
      readonly resolutions: readonly number[];
      readonly failed: number;
    }
  /** How many of the flood were sent so far, and when. */
  | { readonly kind: 'sent'; readonly count: number; readonly at: number };

export const LOOPBACK = '127.0.0.1';
/** On Linux all of 127/8 is this host: the enemy has an address of its own, as it would have elsewhere. */
export const ENEMY = process.platform === 'linux' ? '127.0.0.66' : LOOPBACK;
export const POOL = 'FloodPool';
/** The honest element. */
export const ELEMENT_ID = 1;
