import { PoolElement } from '../../rserpool/index.ts';
import { serveCounter } from '../services/counter.ts';
import type { ElementSettings } from './messages.ts';
import type { PartHost } from './part-host.ts';
import { partSecurity } from './part-security.ts';
import { DEMO_ELEMENT, DEMO_SCTP } from './timing.ts';

/** A pool element of the demo: counts requests until the director wants the end. */
export async function playElement(settings: ElementSettings, host: PartHost): Promise<void> {
  const { pool, registrars, udpPort, sctpPort, peIdentifier } = settings;
  await using element = await PoolElement.join(
    pool,
    {
      registrars,
      udpPort,
      sctpPort,
      peIdentifier,
      sctp: DEMO_SCTP,
      config: DEMO_ELEMENT,
      security: partSecurity(settings),
      capture: host.capture,
    },
    (session) => serveCounter(session, peIdentifier),
  );
  const tellView = (): void => host.view({ kind: 'element', view: { homeUdpPort: element.home?.udpPort } });
  tellView();
  host.event({ kind: 'registered', renewed: false });
  element.on('registered', ({ renewed }) => host.event({ kind: 'registered', renewed }));
  element.on('home-changed', ({ home, reason }) => {
    tellView();
    host.event({ kind: 'home-changed', homeUdpPort: home?.udpPort, reason });
  });
  // A session whose user is gone is no concern of the others.
  element.on('handler-error', () => undefined);
  await host.stopped;
}
