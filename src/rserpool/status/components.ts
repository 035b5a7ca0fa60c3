import type { Instant } from '../../base/contract.ts';
import type { ComponentReport } from './report.ts';

/** A component that has reported. */
export interface Component {
  readonly report: ComponentReport;
  /** `HOST:PORT` that the latest report came from. */
  readonly from: string;
  readonly heardAt: Instant;
}

/** Components that are held at most; anybody can send reports, and each may have another identifier. */
const MAX_COMPONENTS = 10_000;

/** What a collector knows of the components of a scope, from their latest reports. */
export class Components {
  readonly #purgeMs: number;
  readonly #components = new Map<bigint, Component>();

  /** @param purgeMs a component that is silent for so long is forgotten, unless its own interval is longer */
  constructor(purgeMs: number) {
    this.#purgeMs = purgeMs;
  }

  /** Takes a report in: `new`, `known`, `gone` for the last one of a component, `full` if there is no room. */
  handleReport(report: ComponentReport, from: string, now: Instant): 'new' | 'known' | 'gone' | 'full' {
    const { senderId } = report;
    const known = this.#components.has(senderId);
    if (report.final) {
      this.#components.delete(senderId);
      return 'gone';
    }
    if (!known && this.#components.size >= MAX_COMPONENTS) return 'full';
    this.#components.set(senderId, { report, from, heardAt: now });
    return known ? 'known' : 'new';
  }

  /** Forgets those that are silent. @returns what was known of them */
  purge(now: Instant): Component[] {
    const silent: Component[] = [];
    for (const [id, component] of this.#components) {
      const { report, heardAt } = component;
      // Two lost reports in a row are no death.
      if (now - heardAt < Math.max(this.#purgeMs, 3 * report.intervalMs)) continue;
      this.#components.delete(id);
      silent.push(component);
    }
    return silent;
  }

  /** By kind, then by identifier. */
  list(): Component[] {
    return [...this.#components.values()].sort((a, b) => (a.report.senderId < b.report.senderId ? -1 : 1));
  }
}
