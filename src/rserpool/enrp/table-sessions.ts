import type { Instant } from '../../base/contract.ts';
import { earlier } from '../../base/timers.ts';
import type { RegistrarConfig } from '../registrar/config.ts';
import { type ElementStore, type TableCursor, takeTablePart } from '../registrar/element-store.ts';
import type { ChannelId } from '../role.ts';
import type { EnrpBody } from './speaker.ts';

interface TableSession {
  readonly ownChildrenOnly: boolean;
  readonly cursor: TableCursor;
  readonly deadlineAt: Instant;
}

/** Downloads that other registrars make from us, part by part. RFC 5353 §3.2.3. */
export class TableSessions {
  readonly #config: RegistrarConfig;
  readonly #store: ElementStore;
  /** By channel, so that a restarted peer never continues the download of its former life. */
  readonly #sessions = new Map<ChannelId, TableSession>();

  constructor(config: RegistrarConfig, store: ElementStore) {
    this.#config = config;
    this.#store = store;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @returns the HANDLE_TABLE_RESPONSE: the first part, or the next one of a download that is going on */
  answer(channel: ChannelId, ownChildrenOnly: boolean, serving: boolean, now: Instant): EnrpBody {
    const running = this.#sessions.get(channel);
    const continued = running?.ownChildrenOnly === ownChildrenOnly ? running : undefined;
    this.#sessions.delete(channel);
    if (!serving || (continued === undefined && this.#sessions.size >= this.#config.maxTableSessions)) {
      return { kind: 'handle-table-response', rejected: true, more: false, pools: [] };
    }
    const cursor = continued?.cursor ?? this.#store.cursor(ownChildrenOnly);
    const { pools, more } = takeTablePart(cursor, this.#config.maxTableResponseBytes);
    const deadlineAt = now + this.#config.tableSessionTimeoutMs;
    if (more) this.#sessions.set(channel, { ownChildrenOnly, cursor, deadlineAt });
    return { kind: 'handle-table-response', rejected: false, more, pools };
  }

  /** Whether the next request on this channel asks for another part of a download that is going on. */
  isContinued(channel: ChannelId, ownChildrenOnly: boolean): boolean {
    return this.#sessions.get(channel)?.ownChildrenOnly === ownChildrenOnly;
  }

  handleChannelDown(channel: ChannelId): void {
    this.#sessions.delete(channel);
  }

  handleTimeout(now: Instant): void {
    for (const [channel, session] of this.#sessions) if (session.deadlineAt <= now) this.#sessions.delete(channel);
  }

  nextTimeoutAt(): Instant | undefined {
    let next: Instant | undefined;
    for (const { deadlineAt } of this.#sessions.values()) next = earlier(next, deadlineAt);
    return next;
  }
}
