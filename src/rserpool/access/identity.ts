/**
 * Who is at the other end of a secured channel, as far as its handshake has proven it: the holder of a pre-shared key or
 * of a certificate, or somebody who has shown neither. RFC 5352 §9.2.
 */
export type PeerIdentity =
  | { readonly kind: 'psk'; readonly name: string }
  /** `names` are its subject alternative names as `dns:NAME`, `ip:ADDRESS` and so on, sorted. */
  | { readonly kind: 'certificate'; readonly names: readonly string[] }
  | { readonly kind: 'anonymous' };

/** Somebody who is known: what a record can belong to. */
export type KnownIdentity = Exclude<PeerIdentity, { readonly kind: 'anonymous' }>;

/** The names that rules know somebody by: `psk:NAME`, `dns:NAME`, `ip:ADDRESS`, `anonymous`. */
export function namesOf(identity: PeerIdentity): readonly string[] {
  switch (identity.kind) {
    case 'psk':
      return [`psk:${identity.name}`];
    case 'certificate':
      return identity.names;
    case 'anonymous':
      return ['anonymous'];
  }
}

/** Whether both are the same one. A renewed certificate for the same names is; nobody is the same as who is anonymous. */
export function isSameIdentity(a: PeerIdentity | undefined, b: PeerIdentity | undefined): boolean {
  if (a === undefined || b === undefined || a.kind !== b.kind || a.kind === 'anonymous') return false;
  const [ours, theirs] = [namesOf(a), namesOf(b)];
  return ours.length > 0 && ours.length === theirs.length && ours.every((name, i) => name === theirs[i]);
}

/** For people: logs, events. */
export function identityText(identity: PeerIdentity | undefined): string {
  if (identity === undefined) return 'plain';
  const names = namesOf(identity);
  return names.length > 0 ? names.join(' ') : 'a certificate without names';
}
