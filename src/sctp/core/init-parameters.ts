import { type IpAddress, isIpv6 } from '../../base/address.ts';
import { unknownParameterAction } from '../../base/tlv.ts';
import type { ErrorCause } from '../wire/cause.ts';
import { encodeParameter, type Parameter } from '../wire/parameter.ts';
import type { InitAckChunk, InitChunk } from '../wire/types.ts';
import type { AssociationConfig } from './config.ts';
import { type Extensions, namesForwardTsnSupported, negotiatedExtensions, offeredExtensions } from './extensions.ts';
import { advertisedAddresses, usablePeerAddress } from './source-address.ts';

const IPV4_ADDRESS = 5;
const IPV6_ADDRESS = 6;
/** §3.3.2, §3.3.3: less room than this cannot carry an association. */
const LEAST_RWND_BYTES = 1500;

/** What the parameters of an INIT or INIT ACK come to. */
export interface InitContent {
  /** Where the packet came from, then the listed addresses that can be used, each once. */
  readonly addresses: readonly IpAddress[];
  readonly cookie: Uint8Array | undefined;
  readonly preservativeMs: number;
  /** Parameters to be reported to the peer, whole TLVs. */
  readonly unrecognized: readonly Uint8Array[];
  /** A Host Name Address, whole TLV: the association must not be (RFC 9260 §3.3.2.1.4). */
  readonly hostName: Uint8Array | undefined;
  /** What both sides support. */
  readonly extensions: Extensions;
  /** Adaptation Layer Indication, 32 bits. */
  readonly adaptation: number | undefined;
}

/**
 * @param source where the packet came from: it always belongs to the addresses
 * @param local our own addresses
 */
export function readInitParameters(
  init: InitChunk | InitAckChunk,
  source: IpAddress,
  local: readonly IpAddress[],
  config: AssociationConfig,
): InitContent {
  const offered = offeredExtensions(config);
  const addresses: IpAddress[] = [source];
  let chunkTypes: readonly number[] = [];
  let forwardTsn = false;
  let forwardTsnRefused = false;
  const unrecognized: Uint8Array[] = [];
  let cookie: Uint8Array | undefined;
  let hostName: Uint8Array | undefined;
  let preservativeMs = 0;
  let adaptation: number | undefined;
  for (const parameter of init.parameters) {
    switch (parameter.kind) {
      case 'ip-address':
        if (
          addresses.length < config.maxPeerAddresses &&
          !addresses.includes(parameter.address) &&
          usablePeerAddress(parameter.address, source, local)
        ) {
          addresses.push(parameter.address);
        }
        break;
      case 'state-cookie':
        cookie ??= parameter.cookie;
        break;
      case 'host-name-address':
        hostName = parameter.whole;
        break;
      case 'cookie-preservative':
        preservativeMs = parameter.incrementMs;
        break;
      case 'adaptation-indication':
        adaptation = parameter.indication;
        break;
      case 'unknown':
        if (unknownParameterAction(parameter.type).report) unrecognized.push(parameter.whole);
        break;
      case 'supported-extensions':
        chunkTypes = parameter.chunkTypes;
        break;
      case 'forward-tsn-supported':
        forwardTsn = true;
        // RFC 3758 §3.3.1: who does not offer it acts as if it were unknown.
        if (!offered.partialReliability) unrecognized.push(encodeParameter(parameter));
        break;
      case 'unrecognized-parameter':
        if (namesForwardTsnSupported(parameter.parameter)) forwardTsnRefused = true;
        break;
      case 'supported-address-types':
      case 'padding':
        // RFC 4820 §4: discarded without a word, so that it is in no cookie either.
        break;
    }
  }
  const offer = { chunkTypes, forwardTsn: forwardTsn && !forwardTsnRefused };
  return {
    addresses,
    cookie,
    preservativeMs,
    unrecognized,
    hostName,
    extensions: negotiatedExtensions(offered, offer),
    adaptation,
  };
}

/** Why an INIT or INIT ACK cannot be accepted, as the cause of the ABORT. RFC 9260 §3.3.2, §3.3.3. */
export function refusalOf(init: InitChunk | InitAckChunk, hostName: Uint8Array | undefined): ErrorCause | undefined {
  if (init.outboundStreams === 0 || init.maxInboundStreams === 0 || init.advertisedRwndBytes < LEAST_RWND_BYTES) {
    return { kind: 'invalid-mandatory-parameter' };
  }
  return hostName === undefined ? undefined : { kind: 'unresolvable-address', address: hostName };
}

/** Address parameters for INIT and INIT ACK: none if there is only one address, which the packet's source tells. */
export function addressParameters(
  local: readonly IpAddress[],
  peer: IpAddress,
  config: AssociationConfig,
): readonly Parameter[] {
  if (!config.advertiseAddresses || local.length < 2) return NOTHING;
  const addresses = advertisedAddresses(local, peer);
  if (addresses.length < 2) return NOTHING;
  return addresses.map((address) => ({ kind: 'ip-address', address }));
}

/** Supported Address Types, unless both families are. RFC 9260 §3.3.2.1.5. */
export function supportedAddressTypes(local: readonly IpAddress[]): readonly Parameter[] {
  const ipv6 = local.some(isIpv6);
  const ipv4 = !local.every(isIpv6);
  if (ipv4 && ipv6) return NOTHING;
  return ipv6 ? ONLY_IPV6 : ONLY_IPV4;
}

const NOTHING: readonly Parameter[] = [];
const ONLY_IPV4: readonly Parameter[] = [{ kind: 'supported-address-types', types: [IPV4_ADDRESS] }];
const ONLY_IPV6: readonly Parameter[] = [{ kind: 'supported-address-types', types: [IPV6_ADDRESS] }];

/** Adaptation Layer Indication, if one is set. RFC 5061 §4.2.6. */
export function adaptationParameters({ adaptationIndication }: AssociationConfig): readonly Parameter[] {
  return adaptationIndication < 0 ? NOTHING : [{ kind: 'adaptation-indication', indication: adaptationIndication }];
}

/**
 * Whether the sender of an INIT takes addresses of the same family as this one: all families unless it names some, those
 * that it names, and those that it uses itself. RFC 9260 §3.3.2.1.5, §5.1.2.
 */
export function takesFamilyOf(init: InitChunk, source: IpAddress, address: IpAddress): boolean {
  const ipv6 = isIpv6(address);
  const supported = init.parameters.find(({ kind }) => kind === 'supported-address-types');
  if (supported?.kind !== 'supported-address-types' || isIpv6(source) === ipv6) return true;
  if (supported.types.includes(ipv6 ? IPV6_ADDRESS : IPV4_ADDRESS)) return true;
  return init.parameters.some((each) => each.kind === 'ip-address' && isIpv6(each.address) === ipv6);
}
