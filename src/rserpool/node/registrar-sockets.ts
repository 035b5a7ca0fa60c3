import { SctpEndpoint } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, ENRP_PORT, type TransportTarget } from '../role.ts';
import { Announcements, announcementGroup } from './announcements.ts';
import { bindEndpoint, substrateOf, tcpNetworkOf } from './endpoint-options.ts';
import type { RegistrarStartOptions } from './registrar-options.ts';
import { TcpAcceptor } from './tcp-acceptor.ts';
import { tcpConfig } from './tcp-config.ts';
import type { TcpSocket } from './tcp-network.ts';

/** A registrar that goes does not wait long for its many associations, ms. */
const CLOSE_MS = 1000;

/** The sockets of a registrar: SCTP endpoints for ASAP and for ENRP on the same UDP port, TCP for users, announcements. */
export class RegistrarSockets {
  readonly asap: SctpEndpoint;
  readonly enrp: SctpEndpoint;
  readonly tcp: TcpAcceptor | undefined;
  readonly announcements: Announcements | undefined;

  private constructor(
    asap: SctpEndpoint,
    enrp: SctpEndpoint,
    tcp: TcpAcceptor | undefined,
    announcements: Announcements | undefined,
  ) {
    this.asap = asap;
    this.enrp = enrp;
    this.tcp = tcp;
    this.announcements = announcements;
  }

  /**
   * @param onTcp a user's connection; `gone` is to be called when it has ended
   * @throws (rejects) SctpError, RSerPoolError, ConfigError; then nothing stays open
   */
  static async open(
    options: RegistrarStartOptions,
    onTcp: (socket: TcpSocket, gone: () => void) => void,
  ): Promise<RegistrarSockets> {
    const addresses = options.addresses ?? options.asap?.addresses;
    const asap = await bindEndpoint({ ...options, addresses }, options.asap?.sctpPort ?? ASAP_PORT);
    let tcp: TcpAcceptor | undefined;
    try {
      const enrp = await SctpEndpoint.bind({
        sctpPort: options.enrp?.sctpPort ?? ENRP_PORT,
        encapsulation: asap.encapsulation,
        config: options.sctp,
      });
      tcp = await openTcp(options, asap, onTcp);
      const group = announcementGroup(options.announce);
      const announcements =
        group === undefined ? undefined : await Announcements.send(group, substrateOf(options), asap.addresses);
      return new RegistrarSockets(asap, enrp, tcp, announcements);
    } catch (error) {
      await tcp?.close();
      // Its sockets carry the ENRP endpoint as well.
      await asap.close();
      throw error;
    }
  }

  /** Where elements and users come, SCTP first. */
  get asapTargets(): readonly TransportTarget[] {
    return [targetOf(this.asap), ...(this.tcp?.targets ?? [])];
  }

  /** Where other registrars come. */
  get enrpTarget(): TransportTarget {
    return targetOf(this.enrp);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.announcements?.close(), this.tcp?.close()]);
    await Promise.all([this.enrp.close({ timeoutMs: CLOSE_MS }), this.asap.close({ timeoutMs: CLOSE_MS })]);
  }
}

async function openTcp(
  options: RegistrarStartOptions,
  { addresses, sctpPort }: SctpEndpoint,
  onSocket: (socket: TcpSocket, gone: () => void) => void,
): Promise<TcpAcceptor | undefined> {
  const { tcp, tcpLimits } = options.asap ?? {};
  const config = tcpConfig(tcpLimits);
  const network = tcpNetworkOf(options);
  if (tcp === false || (tcp === undefined && network === undefined)) return undefined;
  if (network === undefined) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'asap.tcp needs a tcpNetwork beside the substrate', { tcp });
  }
  if (tcp !== undefined && !(Number.isInteger(tcp) && tcp >= 0 && tcp <= 65_535)) {
    throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', 'asap.tcp is a port from 0 to 65535, or false', { tcp });
  }
  const port = tcp ?? sctpPort;
  return TcpAcceptor.open({ network, addresses, port, orAnyPort: tcp === undefined, config, onSocket });
}

function targetOf({ addresses, sctpPort, udpPort }: SctpEndpoint): TransportTarget {
  return { protocol: 'sctp', addresses, port: sctpPort, udpPort };
}
