import type { Instant } from '../../src/base/contract.ts';
import type { UserEvent, UserSessionId } from '../../src/rserpool/user/events.ts';
import { UserRole } from '../../src/rserpool/user/user.ts';
import type { PoolHandle } from '../../src/rserpool/wire/pool-handle.ts';
import type { ElementNode } from './element-node.ts';
import { ClusterHost } from './host.ts';
import type { World } from './world.ts';

/** Mean pause between an answer and the next request. */
const THINK_MS = 8000;
/** Mean number of requests of one session. */
const REQUESTS_PER_SESSION = 20;

interface Request {
  readonly number: number;
  readonly at: Instant;
  /** Who got it first, and in which life. */
  sentTo: { readonly element: ElementNode; readonly life: number; readonly at: Instant } | undefined;
  /** The element that had it is dead, since when, or since it was sent there in vain. */
  orphanedAt: Instant | undefined;
}

/** A user with one session after the other, and one request after the other in each. */
export class UserNode {
  readonly host: ClusterHost<UserRole>;
  readonly #world: World;
  readonly #index: number;
  #poolHandle: PoolHandle;
  #session: UserSessionId | undefined;
  #request: Request | undefined;
  #requests = 0;

  constructor(world: World, index: number) {
    this.#world = world;
    this.#index = index;
    this.#poolHandle = world.drawPool();
    const options = {
      address: `10.2.${index >> 8}.${index & 255}`,
      ports: [50_000],
      client: true,
      hearsAnnouncements: world.scenario.announcements,
    };
    this.host = new ClusterHost(world.network, `u${index + 1}`, options, this.#newRole());
    this.host.onEvent = (event: UserEvent) => this.#onEvent(event);
  }

  /** Since when it waits for an answer, if it does. */
  get waitingSince(): Instant | undefined {
    return this.#request?.at;
  }

  get poolHandle(): PoolHandle {
    return this.#poolHandle;
  }

  begin(): void {
    this.#poolHandle = this.#world.drawPool();
    this.#open();
    this.#ask();
  }

  crash(): void {
    this.#session = undefined;
    this.#request = undefined;
    this.host.kill();
  }

  restart(): void {
    this.host.restart(this.#newRole());
    this.begin();
  }

  /** An element died: whoever waits for its answer needs another one. */
  elementDied(element: ElementNode): void {
    const { sentTo, orphanedAt } = this.#request ?? {};
    if (sentTo?.element === element && orphanedAt === undefined) this.#request!.orphanedAt = this.#world.clock.now();
  }

  #newRole(): UserRole {
    const { scenario, random } = this.#world;
    return new UserRole({
      registrars: this.#world.registrarsFor(this.#index),
      announcements: scenario.announcements,
      entropy: random.fork(`user ${this.#index} ${this.host === undefined ? 1 : this.host.life + 1}`),
      config: scenario.userConfig,
    });
  }

  #open(): void {
    this.host.call((role, now) => {
      this.#session = role.openSession(this.#poolHandle, {}, now);
    });
  }

  #ask(): void {
    this.#request = { number: ++this.#requests, at: this.#world.clock.now(), sentTo: undefined, orphanedAt: undefined };
    this.host.call((role) => this.#send(role));
  }

  /** Sends what is not answered yet; to nobody yet if there is no element. */
  #send(role: UserRole): void {
    const request = this.#request;
    if (request === undefined || this.#session === undefined) return;
    const to = role.elementOf(this.#session);
    if (to === undefined) return;
    const element = this.#world.elementAt(to.target.addresses[0]);
    const { number } = request;
    const bytes = Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
    role.sendData(this.#session, { bytes }, this.#world.clock.now());
    if (element === undefined) return;
    request.sentTo = { element, life: element.host.life, at: this.#world.clock.now() };
    if (!element.host.isAlive) request.orphanedAt ??= this.#world.clock.now();
  }

  #onEvent(event: UserEvent): void {
    const { role } = this.host;
    switch (event.kind) {
      case 'session-up':
      case 'failover':
        if (event.session === this.#session) this.#send(role);
        break;
      case 'data':
        if (event.session === this.#session) this.#answered(event.bytes);
        break;
      case 'session-closed':
        if (event.session === this.#session) this.#reopen();
        break;
      case 'session-interrupted':
        this.#world.count('sessions interrupted');
        break;
      default:
        break;
    }
    this.#world.onUserEvent(this, event);
  }

  #answered(bytes: Uint8Array): void {
    const request = this.#request;
    const number = ((bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
    // Answers to what was sent twice may come twice.
    if (request === undefined || request.number !== number) return;
    const { clock, random } = this.#world;
    const now = clock.now();
    this.#request = undefined;
    const { orphanedAt } = request;
    this.#measure('user: request', request.at, now);
    if (orphanedAt !== undefined) this.#measure('user: element died', orphanedAt, now);
    const { life } = this.host;
    clock.after(-Math.log(1 - random.float()) * THINK_MS, () => {
      if (this.host.life !== life || !this.host.isAlive || this.#request !== undefined) return;
      if (random.chance(1 / REQUESTS_PER_SESSION)) this.#renew();
      this.#ask();
    });
  }

  /** Apart from others: how long it took while there was nobody to ask. */
  #measure(what: string, from: number, to: number): void {
    const served = this.#world.hadMembersSince(this.#poolHandle, from);
    this.#world.measure(served ? what : `${what}, pool empty meanwhile`, from, to);
  }

  /** Another session, perhaps with another pool. */
  #renew(): void {
    const former = this.#session;
    this.#session = undefined;
    if (former !== undefined) this.host.call((role) => role.closeSession(former, 'shutdown', 'the user is done'));
    this.#poolHandle = this.#world.drawPool();
    this.#open();
  }

  /** The session ended by itself: the program tries again. */
  #reopen(): void {
    this.#session = undefined;
    this.#world.count('sessions closed');
    const { life } = this.host;
    this.#world.clock.after(1000, () => {
      if (this.host.life !== life || !this.host.isAlive || this.#session !== undefined) return;
      this.#open();
      if (this.#request !== undefined) this.host.call((role) => this.#send(role));
    });
  }
}
