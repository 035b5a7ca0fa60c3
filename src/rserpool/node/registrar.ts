import { EventEmitter } from 'node:events';
import { emitSafely } from '../../base/emit-safely.ts';
import type { Substrate } from '../../sctp/index.ts';
import type { RegistrarEvent } from '../registrar/events.ts';
import { RegistrarRole } from '../registrar/registrar.ts';
import type { RegistrarSnapshot } from '../registrar/snapshot.ts';
import { ENRP_PORT, ENRP_TLS_PORT, PPID, type TransportTarget } from '../role.ts';
import { componentId } from '../status/component.ts';
import { type ComponentStatus, SCTP_PROTOCOL } from '../status/component-status.ts';
import { ConfiguredRegistrars } from './configured-registrars.ts';
import { substrateOf, tcpNetworkOf } from './endpoint-options.ts';
import { EventWaits } from './event-waits.ts';
import type { EventsByKind } from './events-by-kind.ts';
import { openToEverybody } from './open-to-everybody.ts';
import { formatTarget } from './place.ts';
import type { LookupEvents } from './registrar-discovery.ts';
import type { RegistrarStartOptions } from './registrar-options.ts';
import { RegistrarSockets } from './registrar-sockets.ts';
import { RoleDriver } from './role-driver.ts';
import { accessOf, type RegistrarSecurityOptions, registrarSecurity } from './security-options.ts';
import type { StatusSource } from './status-reporter.ts';
import { tcpConfig } from './tcp-config.ts';

/** Events by their kind, and `event` for all of them. */
export type RegistrarEvents = EventsByKind<RegistrarEvent> & LookupEvents;

/**
 * A registrar (ENRP server): keeps the handlespace of a scope together with its peers. RFC 5352, RFC 5353.
 *
 * Emits every {@link RegistrarEvent} under its kind, and as `event`; a peer's name that is not known as `lookup-failed`.
 */
export class Registrar extends EventEmitter<RegistrarEvents> implements StatusSource {
  readonly #waits = new EventWaits<RegistrarEvent>();
  readonly #driver: RoleDriver<RegistrarEvent, RegistrarRole>;
  readonly #sockets: RegistrarSockets;
  readonly #peers: ConfiguredRegistrars;
  readonly #substrate: Substrate;
  #closing: Promise<void> | undefined;

  private constructor(
    role: RegistrarRole,
    sockets: RegistrarSockets,
    peers: ConfiguredRegistrars,
    options: RegistrarStartOptions,
  ) {
    super();
    this.#sockets = sockets;
    this.#peers = peers;
    this.#substrate = substrateOf(options);
    const network = tcpNetworkOf(options);
    this.#driver = new RoleDriver({
      role,
      endpoint: sockets.asap,
      enrpEndpoint: sockets.enrp,
      plainEndpoints: sockets.plain,
      security: options.security && registrarSecurity(options.security, substrateOf(options)),
      substrate: substrateOf(options),
      messagesPerTurn: role.config.messagesPerTurn,
      tcp: network && { network, config: tcpConfig(options.asap?.tcpLimits) },
      announce: (bytes, ppid) => sockets.announce(bytes, ppid),
      onRefused: ({ remote, error }) =>
        this.#driver.call((each, now) => each.noteRefusedHandshake(remote.addresses[0]!, error.message, now)),
      onEvent: (event) => this.#tell(event),
    });
  }

  /**
   * Opens the sockets and begins to look for peers. `serving` tells when registrations are taken; `whenServing` waits.
   *
   * @throws (rejects) SctpError `ERR_SCTP_PORT_TAKEN`, `ERR_SCTP_BAD_ADDRESS`; RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`,
   *   `ERR_RSERPOOL_PORT_TAKEN`, `ERR_RSERPOOL_LOOKUP` if no peer's name is known; ConfigError
   */
  static async start(options: RegistrarStartOptions = {}): Promise<Registrar> {
    const service = {
      name: 'enrp',
      protocols: ['sctp'],
      port: options.security === undefined ? ENRP_PORT : ENRP_TLS_PORT,
    } as const;
    const peers = await ConfiguredRegistrars.open(options.peers ?? [], service, options, false);
    let registrar: Registrar | undefined;
    const sockets = await RegistrarSockets.open(options, {
      onTcp: (socket, gone) => {
        if (registrar !== undefined) registrar.#driver.acceptTcp(socket, gone);
        else {
          socket.destroy();
          gone();
        }
      },
      onMulticast: (...datagram) => {
        if (registrar !== undefined) registrar.#driver.handleAnnouncement(...datagram);
      },
    });
    try {
      const role = new RegistrarRole(
        {
          entropy: substrateOf(options).entropy,
          enrp: sockets.enrpTarget,
          asap: sockets.asapTargets,
          peers: peers.targets,
          roundTripMs: (channel) => (registrar === undefined ? undefined : registrar.#driver.roundTripMs(channel)),
          registrarId: options.registrarId,
          security: options.security && accessOf(options.security),
          profile: options.profile,
          config: {
            ...options.config,
            announce: sockets.announces(PPID.asap),
            enrpAnnounce: sockets.announces(PPID.enrp),
          },
        },
        substrateOf(options).now(),
      );
      registrar = new Registrar(role, sockets, peers, options);
    } catch (error) {
      await sockets.close();
      throw error;
    }
    registrar.#driver.accept();
    const started = registrar;
    peers.watch({
      hasRegistrar: () => started.snapshot().peers.some(({ connected }) => connected),
      onTargets: (targets) => started.#driver.call((each, now) => each.configurePeers(targets, now)),
      onFailure: (error) => emitSafely(started, 'lookup-failed', error),
    });
    const insecure = options.security === undefined ? openToEverybody(sockets.asap.addresses) : undefined;
    // What the role did while it was made comes out with the first call, after the caller could add listeners.
    setImmediate(() => {
      if (insecure !== undefined) started.#tell({ kind: 'warning', code: 'insecure', text: insecure });
      started.#driver.call(() => undefined);
    });
    return started;
  }

  get registrarId(): number {
    return this.#driver.role.registrarId;
  }

  /** Where elements and users reach it. */
  get asap(): TransportTarget {
    return this.#sockets.asapTargets[0]!;
  }

  /** Where users reach it by TCP: one place for each address, none if it takes no TCP. */
  get asapTcp(): readonly TransportTarget[] {
    return this.#sockets.asapTargets.slice(1);
  }

  /** Where other registrars reach it. */
  get enrp(): TransportTarget {
    return this.#sockets.enrpTarget;
  }

  /** Pools, elements, peers and counters at this moment. */
  snapshot(): RegistrarSnapshot {
    return this.#driver.role.snapshot();
  }

  /** What a {@link StatusReporter} tells of it. */
  componentStatus(): ComponentStatus {
    const { pools, elements, ownElements, peers } = this.#driver.role.census();
    return {
      id: componentId('registrar', this.registrarId),
      location: formatTarget(this.asap),
      status: `${elements}[${ownElements}] PEs in ${pools} pools, ${peers.length} peers`,
      workload: undefined,
      associations: peers.map((peer) => ({
        receiverId: componentId('registrar', peer),
        protocol: SCTP_PROTOCOL,
        ppid: PPID.enrp,
      })),
    };
  }

  /** Resolves when registrations and resolutions are answered. @throws (rejects) the signal's reason */
  async whenServing(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.snapshot().state === 'serving') return;
    const decide = ({ kind }: RegistrarEvent): { readonly result: undefined } | undefined =>
      kind === 'serving' ? { result: undefined } : undefined;
    await this.#waits.next(decide, signal, () => undefined);
  }

  /**
   * Other keys, certificates, authorities and rules for a registrar that was started with `security`, from now on. Who is
   * connected by a key or an authority that is gone has to come again; rules count from the next message on.
   *
   * @throws RSerPoolError `ERR_RSERPOOL_BAD_ARGUMENT`, and what Node throws for certificates; then nothing has changed
   */
  reloadSecurity(security: RegistrarSecurityOptions): void {
    const access = accessOf(security);
    this.#driver.setSecurity(registrarSecurity(security, this.#substrate));
    this.#driver.call((role) => role.setSecurity(access));
  }

  /** Closes all associations and sockets; the peers take over. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #tell(event: RegistrarEvent): void {
    emitSafely(this, event.kind, event);
    emitSafely(this, 'event', event);
    this.#waits.tell(event);
  }

  async #close(): Promise<void> {
    this.#peers.close();
    this.#driver.stop();
    await this.#sockets.close();
  }
}
