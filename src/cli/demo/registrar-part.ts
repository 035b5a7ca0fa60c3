import { Registrar } from '../../rserpool/index.ts';
import type { RegistrarSettings } from './messages.ts';
import type { PartHost } from './part-host.ts';
import { partSecurity } from './part-security.ts';
import { DEMO_REGISTRAR, DEMO_SCTP } from './timing.ts';

const VIEW_PERIOD_MS = 50;

/** A registrar of the demo: runs until the director wants the end. */
export async function playRegistrar(settings: RegistrarSettings, host: PartHost): Promise<void> {
  const { udpPort, peers } = settings;
  const { capture } = host;
  await using registrar = await Registrar.start({
    udpPort,
    peers,
    sctp: DEMO_SCTP,
    config: DEMO_REGISTRAR,
    security: partSecurity(settings),
    capture,
  });
  registrar.on('serving', () => host.event({ kind: 'serving' }));
  registrar.on('peer-suspected', ({ registrarId }) => host.event({ kind: 'peer-suspected', registrarId }));
  registrar.on('takeover-started', ({ targetId }) => host.event({ kind: 'takeover-started', registrarId: targetId }));
  registrar.on('takeover-completed', ({ targetId, winnerId, elements }) =>
    host.event({ kind: 'takeover-completed', registrarId: targetId, winnerId, elements }),
  );
  registrar.on('element-lost', ({ peIdentifier, reason }) =>
    host.event({ kind: 'element-lost', peIdentifier, reason }),
  );
  registrar.on('resynchronized', ({ registrarId }) => host.event({ kind: 'resynchronized', registrarId }));
  const tell = (): void => tellView(registrar, host);
  // After the event itself, and once for all that happen together.
  registrar.on('event', () => setImmediate(tell));
  const timer = setInterval(tell, VIEW_PERIOD_MS);
  await host.stopped;
  clearInterval(timer);
}

function tellView(registrar: Registrar, host: PartHost): void {
  const { registrarId, state, pools, peers } = registrar.snapshot();
  const elements = pools.flatMap((pool) => pool.elements);
  const identifiers = (owned: boolean): number[] =>
    elements
      .filter((element) => element.owned || !owned)
      .map(({ identifier }) => identifier)
      .sort((a, b) => a - b);
  host.view({
    kind: 'registrar',
    view: {
      registrarId,
      serving: state === 'serving',
      peers: peers.filter((peer) => peer.connected && peer.state === 'active').map((peer) => peer.registrarId),
      elements: identifiers(false),
      owned: identifiers(true),
    },
  });
}
