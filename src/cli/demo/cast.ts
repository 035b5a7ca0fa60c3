import { join } from 'node:path';
import { ASAP_PORT, ASAP_TLS_PORT, ENRP_PORT, ENRP_TLS_PORT, formatTarget } from '../../rserpool/index.ts';
import { freeUdpPorts } from './free-udp-ports.ts';
import type { ElementSettings, PartSettings, RegistrarSettings, UserSettings } from './messages.ts';

/** The only address that every host has. */
export const DEMO_ADDRESS = '127.0.0.1';
export const DEMO_POOL = 'DemoCounterPool';
const REGISTRARS = 3;
const ELEMENTS = 3;
/** SCTP port of the elements. They are on one host, so their UDP ports tell them apart. */
const SERVICE_PORT = 5000;

/** Who plays, and where: fixed before anything starts, so that whoever is restarted comes back to its place. */
export interface Cast {
  readonly registrars: readonly RegistrarSettings[];
  readonly elements: readonly ElementSettings[];
  readonly user: UserSettings;
}

/** @param scope directory with keys and certificates for all of them, if they speak TLS */
export async function makeCast(capture: boolean, scope: string | undefined): Promise<Cast> {
  const udpPorts = await freeUdpPorts(DEMO_ADDRESS, REGISTRARS + ELEMENTS + 1);
  const registrarPorts = udpPorts.slice(0, REGISTRARS);
  const elementPorts = udpPorts.slice(REGISTRARS, REGISTRARS + ELEMENTS);
  const ports = registrarPortsOf(scope);
  const asap = registrarPorts.map((udpPort) => placeOf(ports.asap, udpPort));
  const enrp = registrarPorts.map((udpPort) => placeOf(ports.enrp, udpPort));
  const common = (name: string) => ({ name, capture, security: scope && join(scope, name) });
  return {
    registrars: registrarPorts.map((udpPort, i) => ({
      role: 'registrar',
      ...common(`registrar-${i + 1}`),
      udpPort,
      peers: enrp.filter((_, other) => other !== i),
    })),
    elements: elementPorts.map((udpPort, i) => ({
      role: 'element',
      ...common(`element-${i + 1}`),
      udpPort,
      pool: DEMO_POOL,
      // Not all of them to the same one.
      registrars: rotated(asap, i),
      sctpPort: SERVICE_PORT,
      peIdentifier: i + 1,
    })),
    user: {
      role: 'user',
      ...common('user'),
      udpPort: udpPorts[REGISTRARS + ELEMENTS]!,
      pool: DEMO_POOL,
      registrars: asap,
    },
  };
}

/** Where to reach a part, for people: everything that other commands take. */
export function addressesOf(settings: PartSettings): string {
  const { udpPort } = settings;
  switch (settings.role) {
    case 'registrar': {
      const { asap, enrp } = registrarPortsOf(settings.security);
      return `ASAP ${placeOf(asap, udpPort)}, ENRP ${placeOf(enrp, udpPort)}`;
    }
    case 'element':
      return `${settings.pool} ${placeOf(settings.sctpPort, udpPort)}`;
    case 'user':
      return `${DEMO_ADDRESS}, UDP port ${udpPort}`;
  }
}

/** SCTP ports of registrars. */
function registrarPortsOf(security: string | undefined): { readonly asap: number; readonly enrp: number } {
  return security === undefined ? { asap: ASAP_PORT, enrp: ENRP_PORT } : { asap: ASAP_TLS_PORT, enrp: ENRP_TLS_PORT };
}

function placeOf(sctpPort: number, udpPort: number): string {
  return formatTarget({ protocol: 'sctp', addresses: [DEMO_ADDRESS], port: sctpPort, udpPort });
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
