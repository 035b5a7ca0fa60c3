import type { RegistrarEvent } from './events.ts';
import type { RegistrarCounters } from './snapshot.ts';

type Counted = RegistrarEvent['kind'] | 'renewed' | 'bad-message' | 'untold';

/** Counts events. */
export class Counters {
  readonly #counts = new Map<Counted, number>();

  /** @param isTold whether the operator hears of it */
  note(event: RegistrarEvent, isTold: boolean): void {
    this.#count(event.kind === 'registered' && event.renewed ? 'renewed' : event.kind);
    if (event.kind === 'warning' && event.code === 'bad-message') this.#count('bad-message');
    if (!isTold) this.#count('untold');
  }

  snapshot(): RegistrarCounters {
    return {
      registrations: this.#of('registered'),
      reregistrations: this.#of('renewed'),
      rejectedRegistrations: this.#of('registration-rejected'),
      deregistrations: this.#of('deregistered'),
      expirations: this.#of('expired'),
      lostElements: this.#of('element-lost'),
      resolutions: this.#of('resolved'),
      reports: this.#of('element-reported'),
      takeovers: this.#of('takeover-completed'),
      auditMismatches: this.#of('audit-mismatch'),
      warnings: this.#of('warning'),
      badMessages: this.#of('bad-message'),
      deniedRequests: this.#of('access-denied'),
      refusedHandshakes: this.#of('handshake-refused'),
      untoldComplaints: this.#of('untold'),
    };
  }

  #count(kind: Counted): void {
    this.#counts.set(kind, this.#of(kind) + 1);
  }

  #of(kind: Counted): number {
    return this.#counts.get(kind) ?? 0;
  }
}
