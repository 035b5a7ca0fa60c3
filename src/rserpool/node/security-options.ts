import type { Substrate } from '../../sctp/index.ts';
import { type AccessRule, AccessRules } from '../access/access-rules.ts';
import type { PeerIdentity } from '../access/identity.ts';
import type { RegistrarSecurity } from '../registrar/gatekeeper.ts';
import type { TransportTarget } from '../role.ts';
import { PPID } from '../role.ts';
import type { PskKeys } from '../security/psk-keys.ts';
import { type ReferenceIdentity, referenceIdentity } from '../security/reference-identity.ts';
import { checkSiteCertificate } from '../security/site-certificate.ts';
import type { TlsClientOptions } from '../security/tls-client.ts';
import type { TlsProfile } from '../security/tls-profile.ts';
import { TlsSecurity } from '../security/tls-security.ts';
import { TlsServer } from '../security/tls-server.ts';
import { onlyKey } from '../security/trust.ts';

/** A certificate, with those of authorities between it and the root behind it, and its private key: PEM. */
export interface CertificateOptions {
  readonly cert: string;
  readonly key: string;
}

/** A key that both sides have, and the name that its holder goes by. RFC 4279. */
export interface PskOptions {
  readonly identity: string;
  /** 16 bytes at least. */
  readonly key: Uint8Array;
}

/** Who was called. */
export interface Called {
  readonly kind: 'registrar' | 'element';
  /** Where, as it is configured, announced or registered. */
  readonly target: TransportTarget;
}

/** What registrar, element and user have in common. */
export interface CommonSecurityOptions {
  /** Its own certificate. */
  readonly certificate?: CertificateOptions | undefined;
  /** Authorities that certificates of others have to be signed by, PEM; several one after the other. */
  readonly ca?: string | undefined;
  /** `modern` unless given. */
  readonly profile?: TlsProfile | undefined;
  /** Handshakes of others under way at a time; 256 unless given. */
  readonly maxHandshakes?: number | undefined;
  /** The same of one address, so that one cannot keep others out (RFC 5355 §2.1); 64 unless given. */
  readonly maxHandshakesPerAddress?: number | undefined;
  /** How long a handshake may take, ms; 5,000 unless given. */
  readonly handshakeTimeoutMs?: number | undefined;
  /**
   * Local policy beyond who somebody is (RFC 5352 §9.2): asked for each registrar and element that was called and has proven
   * who it is, before it hears anything. If it returns false or throws, the next one is tried. Unless given, all are accepted.
   */
  readonly accepts?: ((peer: PeerIdentity, called: Called) => boolean) | undefined;
}

/** How a registrar is secured: then it speaks with nobody without TLS. RFC 5352 §9, RFC 5353 §6, RFC 5355. */
export interface RegistrarSecurityOptions extends CommonSecurityOptions {
  /** Keys of elements. */
  readonly elementKeys?: PskKeys | undefined;
  /** Keys of other registrars. */
  readonly peerKeys?: PskKeys | undefined;
  /** What it is known by to other registrars; its certificate unless given. */
  readonly psk?: PskOptions | undefined;
  /**
   * Names that a peer's certificate may be for, unless it is known by a key; else the name that it is configured by, or one
   * of its addresses.
   */
  readonly registrarNames?: readonly string[] | undefined;
  /** Who may do what. */
  readonly access?: readonly AccessRule[] | undefined;
  /** Whether users without TLS are answered all the same, on the port without it. No unless given. */
  readonly answersPlainUsers?: boolean | undefined;
}

/** How a pool element is secured: its registrar, and its users. */
export interface ElementSecurityOptions extends CommonSecurityOptions {
  /** What it is known by to registrars, and they to it; its certificate, and theirs, unless given. */
  readonly psk?: PskOptions | undefined;
  /**
   * Names that a registrar's certificate may be for, unless it is known by the key. Else the name that it is configured by,
   * or one of its addresses; an element is then commanded by those that are configured only.
   */
  readonly registrarNames?: readonly string[] | undefined;
}

/** How a pool user is secured. */
export interface UserSecurityOptions extends CommonSecurityOptions {
  /** Names that a registrar's certificate may be for; else the name that it is configured by, or one of its addresses. */
  readonly registrarNames?: readonly string[] | undefined;
  /** Names that an element's certificate may be for; else one of its addresses. */
  readonly elementNames?: readonly string[] | undefined;
}

/** Before the name of a key in the owner of an element, see `identityText`. */
const PSK_OWNER = 'psk:';
const MAX_HANDSHAKES = 256;
const MAX_HANDSHAKES_PER_ADDRESS = 64;
const HANDSHAKE_TIMEOUT_MS = 5000;

/** Who may do what at a registrar. @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for a rule that is none */
export function accessOf({ access, answersPlainUsers = false }: RegistrarSecurityOptions): RegistrarSecurity {
  return { rules: new AccessRules(access), answersPlainUsers };
}

/** How a registrar's channels are secured. @throws RSerPoolError for names that are none; what Node throws for certificates */
export function registrarSecurity(options: RegistrarSecurityOptions, substrate: Substrate): TlsSecurity {
  const { certificate, ca, elementKeys, peerKeys, psk, profile } = options;
  const names = options.registrarNames?.map(referenceIdentity);
  if (certificate !== undefined) checkSiteCertificate(certificate);
  const servers = new Map([
    [PPID.asap as number, new TlsServer({ certificate, ca, keys: elementKeys, profile })],
    [PPID.enrp as number, new TlsServer({ certificate, ca, keys: peerKeys && butOwn(peerKeys, psk), profile })],
  ]);
  return secured(options, PPID.enrp, substrate, {
    serverFor: (ppid) => servers.get(ppid),
    clientFor: (target, ppid, owner) => {
      const known = ppid === PPID.enrp ? psk && { psk, profile } : byKeyOf(owner, options);
      // Who is known by a key is called with that and nothing else: it may have been taken away.
      const isByKey = known !== undefined || owner?.startsWith(PSK_OWNER);
      const calling = isByKey ? known : byCertificate(options);
      if (calling === undefined) return undefined;
      const references = ppid === PPID.enrp ? names : referencesOfOwner(owner);
      return { options: calling, references: references ?? referencesOf(target) };
    },
  });
}

/** How an element's channels are secured. @throws as {@link registrarSecurity} */
export function elementSecurity(options: ElementSecurityOptions, substrate: Substrate): TlsSecurity {
  const { certificate, ca, psk, profile } = options;
  const names = options.registrarNames?.map(referenceIdentity);
  if (certificate !== undefined) checkSiteCertificate(certificate);
  // Registrars come by the key that they share with it.
  const server = new TlsServer({ certificate, ca, keys: psk && onlyKey(psk), profile });
  return secured(options, PPID.asap, substrate, {
    serverFor: () => server,
    clientFor: (target) => {
      const known = psk === undefined ? byCertificate(options) : { psk, profile };
      return known && { options: known, references: names ?? referencesOf(target) };
    },
  });
}

/** How a user's channels are secured. @throws as {@link registrarSecurity} */
export function userSecurity(options: UserSecurityOptions, substrate: Substrate): TlsSecurity {
  const registrars = options.registrarNames?.map(referenceIdentity);
  const elements = options.elementNames?.map(referenceIdentity);
  return secured(options, PPID.asap, substrate, {
    serverFor: () => undefined,
    clientFor: (target, ppid) => {
      const known = byCertificate(options);
      const names = ppid === PPID.asap ? registrars : elements;
      return known && { options: known, references: names ?? referencesOf(target) };
    },
  });
}

/** @param registrarPpid what it speaks with registrars */
function secured(
  {
    accepts,
    maxHandshakes = MAX_HANDSHAKES,
    maxHandshakesPerAddress = MAX_HANDSHAKES_PER_ADDRESS,
    handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS,
  }: CommonSecurityOptions,
  registrarPpid: number,
  substrate: Substrate,
  how: Pick<ConstructorParameters<typeof TlsSecurity>[0], 'clientFor' | 'serverFor'>,
): TlsSecurity {
  const after = (durationMs: number, action: () => void): (() => void) =>
    substrate.setTimer(substrate.now() + durationMs, action);
  return new TlsSecurity({
    ...how,
    accepts:
      accepts &&
      ((peer, target, ppid) => accepts(peer, { kind: ppid === registrarPpid ? 'registrar' : 'element', target })),
    maxHandshakes,
    maxHandshakesPerAddress,
    handshakeTimeoutMs,
    after,
  });
}

/**
 * Keys of others only: with its own one, somebody in between could let a registrar talk with itself. RFC 9257 §4.1.
 */
function butOwn(keys: PskKeys, own: PskOptions | undefined): PskKeys {
  return { find: (identity) => (identity === own?.identity ? undefined : keys.find(identity)) };
}

/** The key of an element that is called, if it has registered with one. */
function byKeyOf(
  owner: string | undefined,
  { elementKeys, profile }: RegistrarSecurityOptions,
): TlsClientOptions | undefined {
  if (!owner?.startsWith(PSK_OWNER)) return undefined;
  const identity = owner.slice(PSK_OWNER.length);
  const key = elementKeys?.find(identity);
  return key && { psk: { identity, key }, profile };
}

function byCertificate({ ca, certificate, profile }: CommonSecurityOptions): TlsClientOptions | undefined {
  return ca === undefined ? undefined : { ca, certificate, profile };
}

/** An element that registered by a certificate is whom that names, wherever it is. */
function referencesOfOwner(owner: string | undefined): ReferenceIdentity[] | undefined {
  const names = owner?.split(' ').flatMap((name) => /^(?:dns|ip):([^*]+)$/.exec(name)?.[1] ?? []);
  return names === undefined || names.length === 0 ? undefined : names.map(referenceIdentity);
}

/** As configured: what the DNS or an SRV record says of a name proves nothing. RFC 5352 §9.2. */
function referencesOf({ names, addresses }: TransportTarget): ReferenceIdentity[] {
  return (names ?? addresses).map(referenceIdentity);
}
