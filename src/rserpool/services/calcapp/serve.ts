import type { Instant } from '../../../base/contract.ts';
import type { ElementSession } from '../../index.ts';
import type { Clock } from '../clock.ts';
import { Inbox } from '../inbox.ts';
import type { Service } from '../service.ts';
import {
  CALCAPP_PPID,
  type CalcAppKind,
  decodeCalcApp,
  decodeCalcAppCookie,
  encodeCalcApp,
  encodeCalcAppCookie,
  type Job,
} from './messages.ts';
import { Processor, type Task } from './processor.ts';

export interface CalcAppServiceOptions {
  /** Calculations per second, shared by all jobs; 1,000,000 unless given. */
  readonly capacity?: number | undefined;
  /** Jobs at the same time; 10 unless given. */
  readonly maxJobs?: number | undefined;
}

/** A user is asked whether it is there so long after its last answer, and has so long to answer, ms. */
const KEEP_ALIVE_MS = 2500;
/** A cookie is sent after so many calculations, and after so much time at the latest. */
const COOKIE_CALCULATIONS = 5_000_000;
const COOKIE_MS = 5000;

/** Pretends to calculate: a job of so many calculations takes the time that they would take, shared with other jobs. */
export function calcAppService({ capacity = 1_000_000, maxJobs = 10 }: CalcAppServiceOptions = {}): Service {
  const processor = new Processor(capacity);
  return {
    pool: 'CalcAppPool',
    serve: (session, { clock, setLoad }) =>
      new CalcAppSession(session, {
        processor,
        clock,
        hasRoom: () => processor.size < maxJobs,
        onJobsChange: () => setLoad(processor.size / maxJobs),
      }).serve(),
  };
}

/** What the users of an element have in common. */
interface Workplace {
  readonly processor: Processor;
  readonly clock: Clock;
  readonly hasRoom: () => boolean;
  readonly onJobsChange: () => void;
}

/** A job in work. */
interface Work {
  readonly job: Job;
  readonly task: Task;
  cookieDueAt: Instant;
  cookieDueFrom: number;
  /** When the next keep-alive is sent, or, while one is out, when its answer is too late. */
  keepAliveAt: Instant;
  asked: boolean;
}

/** One user: one job after the other, at most one at a time. */
class CalcAppSession {
  readonly #session: ElementSession;
  readonly #workplace: Workplace;
  readonly #processor: Processor;
  readonly #clock: Clock;
  readonly #inbox: Inbox;
  #echoed: Uint8Array | undefined;
  #work: Work | undefined;

  constructor(session: ElementSession, workplace: Workplace) {
    this.#session = session;
    this.#workplace = workplace;
    this.#processor = workplace.processor;
    this.#clock = workplace.clock;
    this.#inbox = new Inbox(session, this.#clock);
    this.#echoed = session.cookie;
    session.onCookieEcho((cookie) => {
      this.#echoed = cookie;
      this.#inbox.wake();
    });
  }

  async serve(): Promise<void> {
    try {
      while (!this.#session.closed) {
        if (this.#echoed !== undefined) await this.#resume(this.#echoed);
        const arrival = await this.#inbox.next(this.#nextAt());
        if (arrival === 'ended') return;
        if (arrival !== 'woken' && arrival.ppid === CALCAPP_PPID) await this.#handle(arrival.data);
        if (!(await this.#doWhatIsDue())) return;
      }
    } finally {
      this.#drop();
    }
  }

  /** Goes on where the element before stopped. */
  async #resume(cookie: Uint8Array): Promise<void> {
    this.#echoed = undefined;
    await this.#take(decodeCalcAppCookie(cookie));
  }

  async #handle(bytes: Uint8Array): Promise<void> {
    const message = decodeCalcApp(bytes);
    switch (message?.kind) {
      case 'request':
        await this.#take({ ...message, completed: 0n });
        break;
      case 'abort':
        if (message.jobId === this.#work?.job.jobId) this.#drop();
        break;
      case 'keep-alive':
        await this.#tell('keep-alive-ack', message.jobId);
        break;
      case 'keep-alive-ack':
        if (this.#work !== undefined) {
          this.#work.asked = false;
          this.#work.keepAliveAt = this.#clock.now() + KEEP_ALIVE_MS;
        }
        break;
      default:
        break;
    }
  }

  /** Begins or goes on with a job, if there is room. */
  async #take({ jobId, jobSize, completed }: Job): Promise<void> {
    if (this.#work !== undefined || !this.#workplace.hasRoom()) return this.#tell('reject', jobId);
    const now = this.#clock.now();
    const task: Task = {
      size: Number(jobSize),
      completed: Number(completed),
      onSpeedChange: () => this.#inbox.wake(),
    };
    const job = { jobId, jobSize, completed };
    const work = { job, task, cookieDueAt: 0, cookieDueFrom: 0, keepAliveAt: now + KEEP_ALIVE_MS, asked: false };
    this.#work = work;
    this.#processor.add(task, now);
    this.#workplace.onJobsChange();
    await this.#tell('accept', jobId);
    await this.#setCookie(work);
  }

  /** When something has to be done, if no message comes before. */
  #nextAt(): Instant | undefined {
    if (this.#work === undefined) return undefined;
    const { task, cookieDueAt, cookieDueFrom, keepAliveAt } = this.#work;
    const next = Math.min(task.size, cookieDueFrom);
    return Math.min(cookieDueAt, keepAliveAt, this.#processor.reaches(task, next));
  }

  /** False: the user does not answer any more. */
  async #doWhatIsDue(): Promise<boolean> {
    const work = this.#work;
    if (work === undefined) return true;
    const now = this.#clock.now();
    this.#processor.advance(now);
    const { job, task } = work;
    // Times are sums of fractions: what is less than one calculation away is there.
    if (task.completed > task.size - 1) {
      this.#drop();
      await this.#tell('complete', job.jobId, job.jobSize, job.jobSize);
      return true;
    }
    if (now >= work.cookieDueAt || task.completed > work.cookieDueFrom - 1) await this.#setCookie(work);
    if (now < work.keepAliveAt) return true;
    if (work.asked) return false;
    work.asked = true;
    work.keepAliveAt = now + KEEP_ALIVE_MS;
    await this.#tell('keep-alive', job.jobId);
    return true;
  }

  async #setCookie(work: Work): Promise<void> {
    const { job, task } = work;
    work.cookieDueAt = this.#clock.now() + COOKIE_MS;
    work.cookieDueFrom = task.completed + COOKIE_CALCULATIONS;
    await this.#session.setCookie(encodeCalcAppCookie({ ...job, completed: BigInt(Math.floor(task.completed)) }));
  }

  #drop(): void {
    const task = this.#work?.task;
    this.#work = undefined;
    if (task === undefined) return;
    this.#processor.remove(task, this.#clock.now());
    this.#workplace.onJobsChange();
  }

  #tell(kind: CalcAppKind, jobId: number, jobSize?: bigint, completed?: bigint): Promise<void> {
    return this.#session.send(encodeCalcApp(kind, jobId, jobSize, completed), { ppid: CALCAPP_PPID });
  }
}
