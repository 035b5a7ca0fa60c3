import type { AsapMessage } from './asap.ts';
import { decodeAsap } from './asap-codec.ts';
import type { Dialect } from './dialect.ts';
import { asapEvidence, enrpEvidence } from './dialect-evidence.ts';
import type { EnrpMessage } from './enrp.ts';
import { decodeEnrp } from './enrp-codec.ts';
import { describeAsap, describeEnrp } from './text.ts';

/**
 * One line about the bytes of an ASAP message, read in rsplib's dialect if they show it; the line says so.
 *
 * @throws MessageError as `decodeAsap` does
 */
export function explainAsap(bytes: Uint8Array): string {
  return explain<AsapMessage>(bytes, decodeAsap, asapEvidence, describeAsap);
}

/** {@link explainAsap} for ENRP. */
export function explainEnrp(bytes: Uint8Array): string {
  return explain<EnrpMessage>(bytes, decodeEnrp, enrpEvidence, describeEnrp);
}

function explain<Message>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array, dialect: Dialect) => Message,
  evidenceOf: (message: Message, bytes: Uint8Array) => Dialect | undefined,
  describe: (message: Message) => string,
): string {
  const message = decode(bytes, 'rfc');
  if (evidenceOf(message, bytes) !== 'rsplib') return describe(message);
  return `${describe(decode(bytes, 'rsplib'))} (rsplib)`;
}
