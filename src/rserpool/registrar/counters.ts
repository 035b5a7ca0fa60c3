import type { RegistrarEvent } from './events.ts';
import type { RegistrarCounters } from './snapshot.ts';

/** Counts events. */
export class Counters {
  readonly #counts = new Map<RegistrarEvent['kind'] | 'renewed', number>();

  note(event: RegistrarEvent): void {
    const kind = event.kind === 'registered' && event.renewed ? 'renewed' : event.kind;
    this.#counts.set(kind, this.#of(kind) + 1);
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
    };
  }

  #of(kind: RegistrarEvent['kind'] | 'renewed'): number {
    return this.#counts.get(kind) ?? 0;
  }
}
