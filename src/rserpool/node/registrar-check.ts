import type { PeerIdentity } from '../access/identity.ts';
import type { TransportTarget } from '../role.ts';
import { isNameFor, referenceIdentity } from '../security/reference-identity.ts';
import { parsePlace } from './place.ts';
import type { ElementSecurityOptions } from './security-options.ts';

/**
 * Which of those that come to a secured element is a registrar: who shows the key that the element shares with registrars,
 * or a certificate for one of their names. Without a key and without `registrarNames`, the names and addresses are those
 * that are configured. RFC 5352 §9.2, RFC 5355 §2.6.
 *
 * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT` for names that are none
 */
export function registrarCheck(
  { psk, registrarNames }: Pick<ElementSecurityOptions, 'psk' | 'registrarNames'>,
  registrars: readonly (string | TransportTarget)[] = [],
): (peer: PeerIdentity) => boolean {
  const configured = psk === undefined ? registrars.flatMap(configuredAs) : [];
  const references = (registrarNames ?? configured).map(referenceIdentity);
  return (peer) => {
    if (peer.kind === 'psk') return peer.name === psk?.identity;
    if (peer.kind === 'anonymous') return false;
    return references.some((reference) => peer.names.some((name) => isNameFor(name, reference)));
  };
}

function configuredAs(where: string | TransportTarget): readonly string[] {
  return typeof where === 'string' ? parsePlace(where).hosts : (where.names ?? where.addresses);
}
