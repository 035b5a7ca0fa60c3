import { walkTlvs } from '../../base/tlv.ts';
import { CHUNK_TYPE } from '../wire/chunk-type.ts';
import { PARAMETER_TYPE, type Parameter } from '../wire/parameter.ts';
import type { AssociationConfig } from './config.ts';

/** Extensions of the protocol that one side offers, or that both support. */
export interface Extensions {
  /** Messages can be given up: RFC 3758, RFC 7496. Together with `interleaving` as RFC 8260 §2.3.1 says. */
  readonly partialReliability: boolean;
  /** User messages are interleaved: RFC 8260. */
  readonly interleaving: boolean;
  /** Streams can be reset and added: RFC 6525. */
  readonly streamReconfiguration: boolean;
}

/** Every set there is, by its number in a State Cookie: associations share them. */
const SETS: readonly Extensions[] = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => ({
  partialReliability: (number & 1) !== 0,
  interleaving: (number & 2) !== 0,
  streamReconfiguration: (number & 4) !== 0,
}));

/** The set with this number: its three low bits count. */
export function extensionsOf(number: number): Extensions {
  return SETS[number & 7]!;
}

/** The number of a set, in three bits. */
export function numberOfExtensions({ partialReliability, interleaving, streamReconfiguration }: Extensions): number {
  return (partialReliability ? 1 : 0) | (interleaving ? 2 : 0) | (streamReconfiguration ? 4 : 0);
}

export const NO_EXTENSIONS = extensionsOf(0);

/** Extensions whose chunks are known here; nothing else is ever offered. */
const KNOWN: Extensions = {
  partialReliability: true,
  interleaving: true,
  streamReconfiguration: true,
};

/** What this side offers to a peer: what is known and switched on. */
export function offeredExtensions(config: AssociationConfig): Extensions {
  return extensionsOf(numberOfExtensions(config) & numberOfExtensions(KNOWN));
}

/**
 * What INIT and INIT ACK say of an offer: nothing if it is empty. RFC 3758 §3.1, RFC 5061 §4.2.7, RFC 6525 §5.1.1,
 * RFC 8260 §2.2.1, §2.3.1.
 */
export function extensionParameters(offered: Extensions): readonly Parameter[] {
  return PARAMETERS[numberOfExtensions(offered)]!;
}

const PARAMETERS = SETS.map(parametersOf);

function parametersOf(offered: Extensions): readonly Parameter[] {
  const chunkTypes: number[] = [];
  if (offered.partialReliability) chunkTypes.push(CHUNK_TYPE.forwardTsn);
  if (offered.interleaving) chunkTypes.push(CHUNK_TYPE.iData);
  if (offered.interleaving && offered.partialReliability) chunkTypes.push(CHUNK_TYPE.iForwardTsn);
  if (offered.streamReconfiguration) chunkTypes.push(CHUNK_TYPE.reConfig);
  if (chunkTypes.length === 0) return [];
  const supported: Parameter = { kind: 'supported-extensions', chunkTypes };
  return offered.partialReliability ? [supported, { kind: 'forward-tsn-supported' }] : [supported];
}

/** What a peer said of its extensions in an INIT or INIT ACK. */
export interface PeerOffer {
  /** Chunk types of Supported Extensions. */
  readonly chunkTypes: readonly number[];
  /** Forward-TSN-Supported, and it did not call ours unrecognized (RFC 3758 §3.3.3). */
  readonly forwardTsn: boolean;
}

/** Whether Forward-TSN-Supported is among parameters that the peer calls unrecognized. @throws WireError */
export function namesForwardTsnSupported(parameters: Uint8Array): boolean {
  for (const { type } of walkTlvs(parameters)) if (type === PARAMETER_TYPE.forwardTsnSupported) return true;
  return false;
}

/** What both sides support. */
export function negotiatedExtensions(offered: Extensions, { chunkTypes, forwardTsn }: PeerOffer): Extensions {
  const interleaving = offered.interleaving && chunkTypes.includes(CHUNK_TYPE.iData);
  const both: Extensions = {
    interleaving,
    // RFC 8260 §2.3.1: with interleaving FORWARD TSN is never sent, and I-FORWARD-TSN needs to be listed.
    partialReliability:
      offered.partialReliability && (interleaving ? chunkTypes.includes(CHUNK_TYPE.iForwardTsn) : forwardTsn),
    streamReconfiguration: offered.streamReconfiguration && chunkTypes.includes(CHUNK_TYPE.reConfig),
  };
  return extensionsOf(numberOfExtensions(both));
}
