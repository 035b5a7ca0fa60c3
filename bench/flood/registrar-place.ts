import { ASAP_PORT, ASAP_TLS_PORT } from '../../src/rserpool/index.ts';
import { type Keys, LOOPBACK } from './orders.ts';

/** SCTP port that elements and users come to. */
export function asapPort(keys: Keys | undefined): number {
  return keys === undefined ? ASAP_PORT : ASAP_TLS_PORT;
}

export function registrarPlace({
  udpPort,
  keys,
}: {
  readonly udpPort: number;
  readonly keys?: Keys | undefined;
}): string {
  return `${LOOPBACK}:${asapPort(keys)};udp=${udpPort}`;
}
