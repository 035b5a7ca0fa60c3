import { type PoolElement, PoolUser, Registrar } from '../../../src/rserpool/index.ts';
import { type Service, type ServiceOptions, startService } from '../../../src/rserpool/services/index.ts';
import { delay } from '../../harness/links/delay.ts';
import type { StageFactory } from '../../harness/links/stage.ts';
import type { SimHost } from '../../harness/sim-substrate.ts';
import { SimWorld } from '../../sctp/api/sim-world.ts';

const SCTP = {
  rtoInitialMs: 100,
  rtoMinMs: 50,
  rtoMaxMs: 400,
  pathMaxRetrans: 2,
  associationMaxRetrans: 3,
  heartbeatIntervalMs: 500,
} as const;

/** A registrar, elements and a user, each on a host of its own, on virtual time. */
export class ServiceScope {
  readonly world: SimWorld;
  readonly elements: { readonly host: SimHost; readonly element: PoolElement }[] = [];
  registrar!: Registrar;
  user!: PoolUser;
  userHost!: SimHost;

  private constructor(link: readonly StageFactory[]) {
    this.world = new SimWorld(link);
  }

  static async open(link: readonly StageFactory[] = [delay(1)]): Promise<ServiceScope> {
    const scope = new ServiceScope(link);
    scope.registrar = await Registrar.start({
      addresses: ['10.0.0.1'],
      substrate: scope.world.host('registrar', '10.0.0.1'),
      sctp: SCTP,
      config: { mentorDiscoveryTimeoutMs: 100 },
    });
    await scope.world.run(scope.registrar.whenServing());
    scope.userHost = scope.world.host('user', '10.0.2.1');
    scope.user = await scope.openUser(scope.userHost, '10.0.2.1');
    return scope;
  }

  openUser(substrate: SimHost, address: string): Promise<PoolUser> {
    return PoolUser.open({ registrars: ['10.0.0.1'], addresses: [address], substrate, sctp: SCTP });
  }

  /** Another element of the service's pool, at 10.0.1.1, 10.0.1.2 … with this number as PE identifier. */
  async start(service: Service, options: Partial<ServiceOptions> = {}): Promise<PoolElement> {
    const peIdentifier = this.elements.length + 1;
    const address = `10.0.1.${peIdentifier}`;
    const host = this.world.host(`element ${peIdentifier}`, address);
    const element = await this.world.run(
      startService(service, {
        registrars: ['10.0.0.1'],
        addresses: [address],
        substrate: host,
        sctp: SCTP,
        peIdentifier,
        ...options,
      }),
    );
    this.elements.push({ host, element });
    return element;
  }

  /** The host of an element dies. */
  kill(peIdentifier: number): void {
    this.elements[peIdentifier - 1]!.host.kill();
  }
}
