import { ASAP_PORT, ENRP_PORT, formatTarget } from '../../rserpool/index.ts';
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

export async function makeCast(capture: boolean): Promise<Cast> {
  const udpPorts = await freeUdpPorts(DEMO_ADDRESS, REGISTRARS + ELEMENTS + 1);
  const registrarPorts = udpPorts.slice(0, REGISTRARS);
  const elementPorts = udpPorts.slice(REGISTRARS, REGISTRARS + ELEMENTS);
  const asap = registrarPorts.map((udpPort) => placeOf(ASAP_PORT, udpPort));
  const enrp = registrarPorts.map((udpPort) => placeOf(ENRP_PORT, udpPort));
  return {
    registrars: registrarPorts.map((udpPort, i) => ({
      role: 'registrar',
      name: `registrar-${i + 1}`,
      udpPort,
      capture,
      peers: enrp.filter((_, other) => other !== i),
    })),
    elements: elementPorts.map((udpPort, i) => ({
      role: 'element',
      name: `element-${i + 1}`,
      udpPort,
      capture,
      pool: DEMO_POOL,
      // Not all of them to the same one.
      registrars: rotated(asap, i),
      sctpPort: SERVICE_PORT,
      peIdentifier: i + 1,
    })),
    user: {
      role: 'user',
      name: 'user',
      udpPort: udpPorts[REGISTRARS + ELEMENTS]!,
      capture,
      pool: DEMO_POOL,
      registrars: asap,
    },
  };
}

/** Where to reach a part, for people: everything that other commands take. */
export function addressesOf(settings: PartSettings): string {
  const { udpPort } = settings;
  switch (settings.role) {
    case 'registrar':
      return `ASAP ${placeOf(ASAP_PORT, udpPort)}, ENRP ${placeOf(ENRP_PORT, udpPort)}`;
    case 'element':
      return `${settings.pool} ${placeOf(settings.sctpPort, udpPort)}`;
    case 'user':
      return `${DEMO_ADDRESS}, UDP port ${udpPort}`;
  }
}

function placeOf(sctpPort: number, udpPort: number): string {
  return formatTarget({ protocol: 'sctp', addresses: [DEMO_ADDRESS], port: sctpPort, udpPort });
}

function rotated<T>(items: readonly T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
