import type { IpAddress } from '../../base/address.ts';
import type { Instant } from '../../base/contract.ts';
import { tsn } from '../../base/serial.ts';
import { encodeParameter } from '../wire/parameter.ts';
import type { InitAckChunk, InitChunk } from '../wire/types.ts';
import type { AssociationConfig } from './config.ts';
import { extensionParameters, offeredExtensions } from './extensions.ts';
import { adaptationParameters, addressParameters, type InitContent, takesFamilyOf } from './init-parameters.ts';
import type { EndpointServices } from './tcb.ts';

/** What the INIT ACK takes from us, and from the INIT. */
export interface InitAckOptions {
  readonly config: AssociationConfig;
  /** What the parameters of the INIT come to. */
  readonly content: InitContent;
  /** Where the INIT ACK goes, if that is not where the INIT came from. */
  readonly destination?: IpAddress;
  readonly localTag: number;
  readonly localInitialTsn: number;
  readonly localTieTag: number;
  readonly peerTieTag: number;
}

/**
 * The answer to an INIT: INIT ACK with a State Cookie, and no state kept. RFC 9260 §5.1 B, §5.1.3.
 *
 * @param source where the INIT came from
 */
export function buildInitAck(
  services: EndpointServices,
  init: InitChunk,
  ports: { readonly local: number; readonly peer: number },
  source: IpAddress,
  options: InitAckOptions,
  now: Instant,
): InitAckChunk {
  const { config, content, destination = source } = options;
  const local = services.addresses.filter((address) => takesFamilyOf(init, source, address));
  const { validCookieLifeMs } = services.config;
  const outboundStreams = Math.min(config.outboundStreams, init.maxInboundStreams);
  const cookie = services.cookies.seal(
    {
      createdAt: now,
      // §5.2.6: a preservative is granted up to the life that a cookie has anyhow.
      lifeMs: validCookieLifeMs + Math.min(content.preservativeMs, validCookieLifeMs),
      localTag: options.localTag,
      peerTag: init.initiateTag,
      localTieTag: options.localTieTag,
      peerTieTag: options.peerTieTag,
      localPort: ports.local,
      peerPort: ports.peer,
      localInitialTsn: tsn(options.localInitialTsn),
      peerInitialTsn: init.initialTsn,
      peerRwndBytes: init.advertisedRwndBytes,
      outboundStreams,
      inboundStreams: Math.min(config.maxInboundStreams, init.outboundStreams),
      extensions: content.extensions,
      adaptation: content.adaptation,
      peerAddresses: [destination, ...content.addresses.filter((address) => address !== destination)],
    },
    now,
  );
  return {
    kind: 'init-ack',
    initiateTag: options.localTag,
    advertisedRwndBytes: config.receiveBufferBytes,
    outboundStreams,
    maxInboundStreams: config.maxInboundStreams,
    initialTsn: tsn(options.localInitialTsn),
    parameters: [
      { kind: 'state-cookie', cookie },
      ...addressParameters(local, source, config),
      ...extensionParameters(offeredExtensions(config)),
      ...adaptationParameters(config),
      ...reportable(content.unrecognized),
    ],
  };
}

/** Unrecognized parameters go back up to a limit, so that the answer stays small (RFC 9260 §12.4, §3.2.2). */
function reportable(unrecognized: readonly Uint8Array[]): InitAckChunk['parameters'] {
  let left = MAX_REPORTED_BYTES;
  const reports: InitAckChunk['parameters'][number][] = [];
  for (const parameter of unrecognized) {
    const bytes = encodeParameter({ kind: 'unrecognized-parameter', parameter }).length;
    if (bytes > left) continue;
    left -= bytes;
    reports.push({ kind: 'unrecognized-parameter', parameter });
  }
  return reports;
}

const MAX_REPORTED_BYTES = 512;
