import type { Instant } from '../../../base/contract.ts';
import { nodeSubstrate } from '../../../sctp/index.ts';
import type { UserSession, UserSessionEvents } from '../../index.ts';
import type { Clock } from '../clock.ts';
import { Inbox } from '../inbox.ts';
import { understood } from '../understood.ts';
import { CALCAPP_PPID, type CalcAppKind, decodeCalcApp, encodeCalcApp } from './messages.ts';

export interface CalculateOptions {
  /** 1 unless given. */
  readonly jobId?: number | undefined;
  /** Calculations, a whole number. */
  readonly jobSize: number;
  /** Told `accepted` whenever an element begins or goes on, and `rejected` if it has no room. */
  readonly onChange?: ((change: 'accepted' | 'rejected') => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CalculateResult {
  readonly jobId: number;
  readonly completed: number;
  readonly elapsedMs: number;
}

/** The element is asked whether it is there so long after its last answer, and has so long to answer, ms. */
const KEEP_ALIVE_MS = 5000;
/** How long to wait until an element is asked again, after one had no room, ms. */
const REJECTED_PAUSE_MS = 500;

/**
 * Has a job calculated. An element that fails, is silent or has no room is left for another one, which goes on from the
 * cookie, or begins anew if there is none.
 *
 * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED`; the signal's reason
 */
export async function calculate(session: UserSession, options: CalculateOptions): Promise<CalculateResult> {
  const call = new Calculation(session, options);
  try {
    return await call.run();
  } finally {
    call.end();
  }
}

class Calculation {
  readonly #session: UserSession;
  readonly #options: CalculateOptions;
  readonly #jobId: number;
  readonly #clock: Clock;
  readonly #inbox: Inbox;
  readonly #beganAt: Instant;
  /** When the element has to be asked, or is too late with its answer, or may be left. */
  #dueAt: Instant;
  #state: 'asked' | 'calm' | 'rejected' = 'asked';
  /** A new element knows nothing of the job. */
  #requestNeeded = true;

  constructor(session: UserSession, options: CalculateOptions) {
    this.#session = session;
    this.#options = options;
    this.#jobId = options.jobId ?? 1;
    this.#clock = options.clock ?? nodeSubstrate;
    this.#inbox = new Inbox(session, this.#clock);
    this.#beganAt = this.#clock.now();
    this.#dueAt = this.#beganAt + KEEP_ALIVE_MS;
    session.on('failover', this.#onFailover);
  }

  end(): void {
    this.#session.off('failover', this.#onFailover);
  }

  async run(): Promise<CalculateResult> {
    for (;;) {
      if (this.#requestNeeded) {
        this.#requestNeeded = false;
        await this.#tell('request', BigInt(this.#options.jobSize));
      }
      const arrival = await this.#inbox.next(this.#dueAt, this.#options.signal);
      if (arrival === 'woken') {
        if (this.#clock.now() >= this.#dueAt) await this.#onTime();
      } else if (arrival !== 'ended' && arrival.ppid === CALCAPP_PPID) {
        const result = await this.#handle(arrival.data);
        if (result !== undefined) return result;
      }
    }
  }

  readonly #onFailover = ({ cookie }: UserSessionEvents['failover'][0]): void => {
    this.#requestNeeded = !cookie;
    this.#wait('asked', KEEP_ALIVE_MS);
    this.#inbox.wake();
  };

  async #handle(bytes: Uint8Array): Promise<CalculateResult | undefined> {
    const message = understood(this.#session, () => decodeCalcApp(bytes));
    if (message?.jobId !== this.#jobId) return undefined;
    switch (message.kind) {
      case 'accept':
        this.#wait('calm', KEEP_ALIVE_MS);
        this.#options.onChange?.('accepted');
        break;
      case 'keep-alive-ack':
        this.#wait('calm', KEEP_ALIVE_MS);
        break;
      case 'reject':
      case 'abort':
        this.#wait('rejected', REJECTED_PAUSE_MS);
        this.#options.onChange?.('rejected');
        break;
      case 'keep-alive':
        await this.#tell('keep-alive-ack');
        break;
      case 'complete':
        return {
          jobId: this.#jobId,
          completed: Number(message.completed),
          elapsedMs: this.#clock.now() - this.#beganAt,
        };
      default:
        break;
    }
    return undefined;
  }

  async #onTime(): Promise<void> {
    if (this.#state === 'calm') {
      this.#wait('asked', KEEP_ALIVE_MS);
      await this.#tell('keep-alive');
    } else {
      const reason = this.#state === 'rejected' ? 'the element has no room' : 'the element does not answer';
      this.#wait('asked', KEEP_ALIVE_MS);
      this.#session.forceFailover(reason);
    }
  }

  #wait(state: 'asked' | 'calm' | 'rejected', durationMs: number): void {
    this.#state = state;
    this.#dueAt = this.#clock.now() + durationMs;
  }

  #tell(kind: CalcAppKind, jobSize?: bigint): Promise<void> {
    return this.#session.send(encodeCalcApp(kind, this.#jobId, jobSize), { ppid: CALCAPP_PPID });
  }
}
