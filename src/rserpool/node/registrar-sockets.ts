import type { IpAddress } from '../../base/address.ts';
import { SctpEndpoint } from '../../sctp/index.ts';
import { RSerPoolError } from '../errors.ts';
import { ASAP_PORT, ASAP_TLS_PORT, ENRP_PORT, ENRP_TLS_PORT, PPID, type TransportTarget } from '../role.ts';
import { bindEndpoint, substrateOf, tcpNetworkOf } from './endpoint-options.ts';
import { MulticastChannel } from './multicast-channel.ts';
import { asapAnnouncing, enrpAnnouncing } from './multicast-options.ts';
import type { RegistrarStartOptions } from './registrar-options.ts';
import { sctpConfigOf } from './sctp-profiles.ts';
import { TcpAcceptor } from './tcp-acceptor.ts';
import { tcpConfig } from './tcp-config.ts';
import type { TcpSocket } from './tcp-network.ts';

/** A registrar that goes does not wait long for its many associations, ms. */
const CLOSE_MS = 1000;

/** What comes in, beside SCTP. */
export interface RegistrarSocketHandlers {
  /** A user's connection; `gone` is to be called when it has ended. */
  readonly onTcp: (socket: TcpSocket, gone: () => void) => void;
  /** A datagram of the multicast groups of ASAP or of ENRP. */
  readonly onMulticast: (address: IpAddress, udpPort: number, bytes: Uint8Array, ppid: number) => void;
}

/** An endpoint without TLS beside a secured one: who comes there is told that TLS is needed. */
export interface PlainEndpoint {
  readonly endpoint: SctpEndpoint;
  /** What is spoken there. */
  readonly ppid: number;
}

/** The sockets of a registrar: SCTP endpoints for ASAP and for ENRP on the same UDP port, TCP for users, multicast. */
export class RegistrarSockets {
  readonly asap: SctpEndpoint;
  readonly enrp: SctpEndpoint;
  /** None unless the registrar is secured. */
  readonly plain: PlainEndpoint[] = [];
  #tcp: TcpAcceptor | undefined;
  readonly #multicast = new Map<number, MulticastChannel>();

  private constructor(asap: SctpEndpoint, enrp: SctpEndpoint) {
    this.asap = asap;
    this.enrp = enrp;
  }

  /** @throws (rejects) SctpError, RSerPoolError, ConfigError; then nothing stays open */
  static async open(options: RegistrarStartOptions, handlers: RegistrarSocketHandlers): Promise<RegistrarSockets> {
    const addresses = options.addresses ?? options.asap?.addresses;
    const ports =
      options.security === undefined
        ? { asap: ASAP_PORT, enrp: ENRP_PORT }
        : { asap: ASAP_TLS_PORT, enrp: ENRP_TLS_PORT };
    const asap = await bindEndpoint({ ...options, addresses }, options.asap?.sctpPort ?? ports.asap, 'registrar');
    try {
      const enrp = await SctpEndpoint.bind({
        sctpPort: options.enrp?.sctpPort ?? ports.enrp,
        encapsulation: asap.encapsulation,
        config: sctpConfigOf(options, 'registrar'),
      });
      const sockets = new RegistrarSockets(asap, enrp);
      if (options.security !== undefined) await sockets.#openPlain(options);
      await sockets.#openMore(options, handlers);
      return sockets;
    } catch (error) {
      // Its sockets carry the ENRP endpoint as well.
      await asap.close();
      throw error;
    }
  }

  /** Where elements and users come, SCTP first. */
  get asapTargets(): readonly TransportTarget[] {
    return [targetOf(this.asap), ...(this.#tcp?.targets ?? [])];
  }

  /** Where other registrars come. */
  get enrpTarget(): TransportTarget {
    return targetOf(this.enrp);
  }

  /** Whether something is announced by multicast. */
  announces(ppid: number): boolean {
    return this.#multicast.has(ppid);
  }

  /** Sends to the multicast groups of ASAP or of ENRP, if that is wanted. */
  announce(bytes: Uint8Array, ppid: number): void {
    this.#multicast.get(ppid)?.send(bytes);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#closeMore();
    const endpoints = [...this.plain.map(({ endpoint }) => endpoint), this.enrp, this.asap];
    await Promise.all(endpoints.map((endpoint) => endpoint.close({ timeoutMs: CLOSE_MS })));
  }

  /** The ports that who has no TLS comes to, unless they are used otherwise. */
  async #openPlain(options: RegistrarStartOptions): Promise<void> {
    const { encapsulation } = this.asap;
    const config = sctpConfigOf(options, 'registrar');
    const taken = [this.asap.sctpPort, this.enrp.sctpPort];
    for (const [sctpPort, ppid] of [[ASAP_PORT, PPID.asap] as const, [ENRP_PORT, PPID.enrp] as const]) {
      if (taken.includes(sctpPort)) continue;
      this.plain.push({ endpoint: await SctpEndpoint.bind({ sctpPort, encapsulation, config }), ppid });
    }
  }

  async #openMore(options: RegistrarStartOptions, { onTcp, onMulticast }: RegistrarSocketHandlers): Promise<void> {
    const wanted = [
      [PPID.asap, asapAnnouncing(options.announce), this.asap],
      [PPID.enrp, enrpAnnouncing(options.enrp?.announce), this.enrp],
    ] as const;
    try {
      this.#tcp = await openTcp(options, this.asap, onTcp);
      for (const [ppid, multicast, own] of wanted) {
        if (multicast === undefined) continue;
        const channel = await MulticastChannel.open(multicast, substrateOf(options), own, (address, udpPort, bytes) =>
          onMulticast(address, udpPort, bytes, ppid),
        );
        this.#multicast.set(ppid, channel);
      }
    } catch (error) {
      await this.#closeMore();
      throw error;
    }
  }

  async #closeMore(): Promise<void> {
    await Promise.all([this.#tcp, ...this.#multicast.values()].map((each) => each?.close()));
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
