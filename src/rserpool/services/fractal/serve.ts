import type { Instant } from '../../../base/contract.ts';
import type { ElementSession } from '../../index.ts';
import { type Clock, turn } from '../clock.ts';
import { Inbox } from '../inbox.ts';
import type { Service } from '../service.ts';
import { Mandelbrot } from './mandelbrot.ts';
import {
  decodeFractal,
  decodeFractalCookie,
  encodeData,
  encodeEnd,
  encodeFractalCookie,
  FRACTAL_PPID,
  type FractalParameter,
  MAX_POINTS,
  type Position,
} from './messages.ts';

export interface FractalServiceOptions {
  /** Leave each user after so many DATA messages: shows a failover. Never unless given. */
  readonly failAfter?: number | undefined;
}

/** Iterations of one turn of the event loop: some milliseconds. */
const TURN_ITERATIONS = 100_000;
/** Points are sent after so much time, ms, even if a message has room for more. */
const DATA_MS = 1000;
/** A cookie is sent after so many messages, and after so much time, ms. */
const COOKIE_MESSAGES = 10;
const COOKIE_MS = 1000;

/** Draws what the user asks for; an element that follows goes on with the first point that is missing. */
export function fractalService({ failAfter }: FractalServiceOptions = {}): Service {
  return {
    pool: 'FractalGeneratorPool',
    maxSessions: 4,
    async serve(session, { clock }) {
      const inbox = new Inbox(session, clock);
      let echoed = session.cookie;
      session.onCookieEcho((cookie) => {
        echoed = cookie;
        inbox.wake();
      });
      for (;;) {
        const drawing = echoed === undefined ? await nextDrawing(inbox) : new Drawing(decodeFractalCookie(echoed));
        if (drawing === undefined) return;
        echoed = undefined;
        if (drawing !== 'woken' && !(await drawing.send(session, clock, failAfter))) return;
      }
    },
  };
}

/** `undefined`: the session has ended. */
async function nextDrawing(inbox: Inbox): Promise<Drawing | 'woken' | undefined> {
  for (;;) {
    const arrival = await inbox.next();
    if (arrival === 'ended') return undefined;
    if (arrival === 'woken') return arrival;
    const message = arrival.ppid === FRACTAL_PPID ? decodeFractal(arrival.data) : undefined;
    if (message?.kind === 'parameter') return new Drawing({ parameter: message.parameter, next: { x: 0, y: 0 } });
  }
}

/** A picture on its way to a user. */
class Drawing {
  readonly #parameter: FractalParameter;
  readonly #points: Mandelbrot;
  readonly #budget = { iterations: TURN_ITERATIONS };

  constructor({ parameter, next }: { readonly parameter: FractalParameter; readonly next: Position }) {
    this.#parameter = parameter;
    this.#points = new Mandelbrot(parameter, next);
  }

  /** False: the user is gone, or is left. */
  async send(session: ElementSession, clock: Clock, failAfter = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.#setCookie(session);
    let [cookieAt, sinceCookie] = [clock.now(), 0];
    for (let messages = 0; !this.#points.done; ) {
      const start = this.#points.next;
      const counts = await this.#counts(session, clock, clock.now() + DATA_MS);
      if (session.closed) return false;
      if (counts.length > 0) {
        await session.send(encodeData(start, counts), { ppid: FRACTAL_PPID });
        messages++;
        sinceCookie++;
      }
      const fails = messages >= failAfter;
      if (fails || sinceCookie >= COOKIE_MESSAGES || clock.now() - cookieAt >= COOKIE_MS) {
        await this.#setCookie(session);
        [cookieAt, sinceCookie] = [clock.now(), 0];
      }
      if (fails) return false;
    }
    await session.send(encodeEnd(), { ppid: FRACTAL_PPID });
    return true;
  }

  /** The points of one message; fewer, perhaps none, when the time is over or the user is gone. */
  async #counts(session: ElementSession, clock: Clock, untilAt: Instant): Promise<readonly number[]> {
    const counts: number[] = [];
    while (counts.length < MAX_POINTS && !this.#points.done && !session.closed && clock.now() < untilAt) {
      const count = this.#points.point(this.#budget);
      if (count !== undefined) counts.push(count);
      if (this.#budget.iterations > 0) continue;
      await turn(clock);
      this.#budget.iterations = TURN_ITERATIONS;
    }
    return counts;
  }

  #setCookie(session: ElementSession): Promise<void> {
    return session.setCookie(encodeFractalCookie(this.#parameter, this.#points.next));
  }
}
