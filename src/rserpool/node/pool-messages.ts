import { RSerPoolError } from '../errors.ts';
import type { TransportTarget } from '../role.ts';
import type { DeliveryOptions } from '../user/delivery-options.ts';
import type { Destination, PoolElementHandle, Sender } from '../user/destination.ts';
import type { UserEvent } from '../user/events.ts';
import type { ConduitEnd } from '../user/sending.ts';
import type { UserRole } from '../user/user.ts';
import { handleOf, type PoolName } from './handle.ts';
import { MessageQueue, type SessionMessage } from './message-queue.ts';
import { noElement } from './no-element.ts';
import type { RoleDriver } from './role-driver.ts';
import { messageBytes, type SessionSendOptions } from './send-options.ts';
import { resolveTarget } from './target.ts';

/** A pool by its name, an element by its PE handle, or a transport address, `HOST:SCTPPORT;udp=PORT`. RFC 5352 §6.5. */
export type MessageDestination = PoolName | PoolElementHandle | { readonly target: string | TransportTarget };

/** How a message without a session is sent. */
export interface MessageSendOptions extends SessionSendOptions, DeliveryOptions {}

/** A message that came without a session. */
export interface PoolMessage extends SessionMessage {
  readonly from: Sender;
}

type Report = Extract<UserEvent, { readonly kind: 'error-report' }>;

interface Pending {
  readonly settle: (to: readonly ConduitEnd[], report: Report | undefined) => void;
  report: Report | undefined;
}

/** Messages without a session, and what comes back. */
export class PoolMessages {
  readonly #driver: RoleDriver<UserEvent, UserRole>;
  readonly #queue: MessageQueue<PoolMessage>;
  readonly #pending = new Map<number, Pending>();

  constructor(driver: RoleDriver<UserEvent, UserRole>) {
    this.#driver = driver;
    const each = (use: (channel: number) => void): void => driver.role.sendChannels().forEach(use);
    this.#queue = new MessageQueue<PoolMessage>({
      pause: () => each((channel) => driver.pause(channel)),
      resume: () => each((channel) => driver.resume(channel)),
    });
  }

  /** @throws (rejects) as `PoolUser.send` */
  async send(
    destination: MessageDestination,
    data: Uint8Array | string,
    options: MessageSendOptions,
  ): Promise<readonly PoolElementHandle[]> {
    const { ppid, stream: streamId, unordered, ...delivery } = options;
    const bytes = messageBytes(data);
    const place = placeOf(destination);
    // Only names take time, so that other messages stay in order.
    const where = typeof place === 'string' ? { target: await resolveAddress(place) } : place;
    const to = await this.#begin((role, now) => role.send(where, { bytes, ppid, streamId, unordered }, delivery, now));
    await Promise.all(to.map(({ channel }) => this.#driver.writable(channel)));
    return to.flatMap(({ element, target }) => (element === undefined ? [] : [{ ...element, target }]));
  }

  /** The next message; `undefined` when the user is closed. @throws (rejects) the signal's reason */
  receive(signal: AbortSignal | undefined): Promise<PoolMessage | undefined> {
    return this.#queue.read(signal);
  }

  handleEvent(event: UserEvent): void {
    if (event.kind === 'error-report') {
      const pending = this.#pending.get(event.send);
      if (pending !== undefined) pending.report = event;
    } else if (event.kind === 'sent') {
      const pending = this.#pending.get(event.send);
      this.#pending.delete(event.send);
      pending?.settle(event.to, pending.report);
    }
  }

  received({
    from,
    bytes: data,
    ppid,
    streamId: stream,
  }: Extract<UserEvent, { readonly kind: 'data-received' }>): void {
    this.#queue.push({ data, ppid, stream, from });
  }

  end(): void {
    this.#queue.end();
    for (const { settle } of this.#pending.values()) settle([], undefined);
    this.#pending.clear();
  }

  #begin(send: (role: UserRole, now: number) => number): Promise<readonly ConduitEnd[]> {
    return new Promise((resolve, reject) => {
      const settle = (to: readonly ConduitEnd[], report: Report | undefined): void => {
        if (to.length > 0) resolve(to);
        else reject(unsent(report));
      };
      // Noted before the role's first events are told.
      this.#driver.call((role, now) => this.#pending.set(send(role, now), { settle, report: undefined }));
    });
  }
}

function placeOf(destination: MessageDestination): Destination | string {
  if (typeof destination === 'string' || destination instanceof Uint8Array)
    return { poolHandle: handleOf(destination) };
  if ('poolHandle' in destination) return destination;
  const { target } = destination;
  return typeof target === 'string' ? target : { target };
}

async function resolveAddress(text: string): Promise<TransportTarget> {
  const target = await resolveTarget(text, 0);
  if (target.port !== 0) return target;
  throw new RSerPoolError('ERR_RSERPOOL_BAD_ARGUMENT', `${JSON.stringify(text)}: a port is missing`, { text });
}

function unsent(report: Report | undefined): RSerPoolError {
  if (report === undefined) return new RSerPoolError('ERR_RSERPOOL_CLOSED', 'the pool user is closed');
  const { destination, failure, reason } = report;
  const { poolHandle } = destination;
  if (poolHandle !== undefined && failure !== undefined) return noElement(poolHandle, failure);
  return new RSerPoolError('ERR_RSERPOOL_NO_ELEMENT', `the message was not delivered: ${reason}`, { ...destination });
}
