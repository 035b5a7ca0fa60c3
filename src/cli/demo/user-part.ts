import { PoolUser, RSerPoolError, type UserSession } from '../../rserpool/index.ts';
import type { CounterReply } from '../services/counter.ts';
import type { UserSettings, UserView } from './messages.ts';
import type { PartHost } from './part-host.ts';
import { partSecurity } from './part-security.ts';
import { DEMO_SCTP, DEMO_USER, REQUEST_PAUSE_MS } from './timing.ts';

/** The pool user of the demo: asks, waits for the answer, checks it, asks again, until the director wants the end. */
export async function playUser(settings: UserSettings, host: PartHost): Promise<void> {
  const { pool, registrars, udpPort } = settings;
  await using user = await PoolUser.open({
    registrars,
    udpPort,
    sctp: DEMO_SCTP,
    config: DEMO_USER,
    security: partSecurity(settings),
    capture: host.capture,
  });
  const session = await user.connect(pool, { waitForPool: true });
  host.event({ kind: 'session-up', peIdentifier: session.element!.peIdentifier });
  const traffic = new Traffic(session, () => host.view({ kind: 'user', view: traffic.view(user) }));
  session.on('interrupted', ({ element, reason }) =>
    host.event({ kind: 'interrupted', peIdentifier: element.peIdentifier, reason }),
  );
  session.on('waiting', ({ reason }) => host.event({ kind: 'waiting', reason }));
  session.on('failover', ({ from, to, cookie, afterMs }) => {
    host.event({ kind: 'failover', from: from.peIdentifier, to: to.peIdentifier, cookie, afterMs });
    traffic.repeat();
  });
  user.on('home-changed', ({ home, reason }) =>
    host.event({ kind: 'home-changed', homeUdpPort: home?.udpPort, reason }),
  );
  await traffic.runUntil(host.stopped);
}

/** Numbered requests, one at a time. */
class Traffic {
  readonly #session: UserSession;
  readonly #changed: () => void;
  #sent = 0;
  #answered = 0;
  #repeated = 0;
  #wrong = 0;
  #answeredBy: number | undefined;
  #stopping = false;

  constructor(session: UserSession, changed: () => void) {
    this.#session = session;
    this.#changed = changed;
  }

  view(user: PoolUser): UserView {
    return {
      homeUdpPort: user.home?.udpPort,
      element: this.#session.element?.peIdentifier,
      sent: this.#sent,
      answered: this.#answered,
      repeated: this.#repeated,
      wrong: this.#wrong,
      answeredBy: this.#answeredBy,
    };
  }

  /** Asks until `stop` resolves; the request that is pending then is still waited for. */
  async runUntil(stop: Promise<void>): Promise<void> {
    void stop.then(() => {
      this.#stopping = true;
    });
    while (!this.#stopping) {
      this.#sent++;
      this.#changed();
      await this.#ask();
      await this.#answerOf(this.#sent);
      this.#changed();
      await new Promise((resolve) => setTimeout(resolve, REQUEST_PAUSE_MS));
    }
  }

  /** The session has another element: what the former one did not answer is asked again. The service bears repetitions. */
  repeat(): void {
    if (this.#answered === this.#sent) return;
    this.#repeated++;
    this.#ask().catch((error: unknown) => {
      // The session may be closing; whether anything is lost shows in the numbers.
      if (!(error instanceof RSerPoolError)) throw error;
    });
  }

  #ask(): Promise<void> {
    return this.#session.send(JSON.stringify({ seq: this.#sent }));
  }

  async #answerOf(seq: number): Promise<void> {
    for (;;) {
      const { data } = await this.#session.receive();
      const reply = JSON.parse(new TextDecoder().decode(data)) as CounterReply;
      // The answer to a repetition of a request that was answered after all.
      if (reply.seq < seq) continue;
      this.#answered++;
      this.#answeredBy = reply.element;
      if (reply.seq !== seq || reply.count !== seq) this.#wrong++;
      return;
    }
  }
}
