import { nodeSubstrate } from '../../../sctp/index.ts';
import type { PoolUser, UserSession, UserSessionEvents } from '../../index.ts';
import { type Clock, pause } from '../clock.ts';
import { Inbox } from '../inbox.ts';
import { understood } from '../understood.ts';
import { decodeFractal, encodeParameter, FRACTAL_PPID, type FractalParameter } from './messages.ts';
import { type Band, bandsOf, FractalPicture } from './picture.ts';

export interface DrawOptions {
  readonly pool?: string | undefined;
  /** Bands of rows that the picture is split into; 16 unless given. */
  readonly bands?: number | undefined;
  /** Sessions at the same time; 4 unless given. */
  readonly sessions?: number | undefined;
  /** How long an element may be silent, ms, until another one is asked; 10,000 unless given. */
  readonly silenceMs?: number | undefined;
  /** Called with every message that brings points. */
  readonly onProgress?: ((picture: FractalPicture) => void) | undefined;
  readonly onFailover?: ((event: UserSessionEvents['failover'][0]) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has a picture drawn by the elements of a pool, several at the same time. What an element that failed has left is
 * drawn by another: from the cookie, or from the first row of its band.
 *
 * @throws (rejects) RSerPoolError as {@link PoolUser.connect}; the signal's reason
 */
export async function drawFractal(
  user: PoolUser,
  parameter: FractalParameter,
  options: DrawOptions = {},
): Promise<FractalPicture> {
  const { bands = 16, sessions = 4 } = options;
  const picture = new FractalPicture(parameter);
  const waiting = [...bandsOf(parameter, bands)];
  // One session that fails for good ends the others.
  const failure = new AbortController();
  const signals = [failure.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const draw = async (): Promise<void> => {
    for (let band = waiting.shift(); band !== undefined; band = waiting.shift()) {
      await drawBand(user, picture, band, { ...options, signal });
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(sessions, waiting.length) }, draw));
  } catch (error) {
    failure.abort(error);
    throw error;
  }
  return picture;
}

/** Until an element that left out points is asked again, ms. */
const INCOMPLETE_PAUSE_MS = 500;

/** One band, by one element after the other until all its points are there. */
async function drawBand(user: PoolUser, picture: FractalPicture, band: Band, options: DrawOptions): Promise<void> {
  const { pool = 'FractalGeneratorPool', clock = nodeSubstrate, signal } = options;
  for (;;) {
    // A pool that has drawn something will come back.
    const session = await user.connect(pool, { signal, waitForPool: picture.progress > 0 });
    try {
      await askForBand(session, picture, band, options);
    } finally {
      session.close();
    }
    if (picture.has(band)) return;
    await pause(clock, INCOMPLETE_PAUSE_MS, signal);
  }
}

/** Asks for a band until the end marker comes. */
async function askForBand(
  session: UserSession,
  picture: FractalPicture,
  band: Band,
  options: DrawOptions,
): Promise<void> {
  const { silenceMs = 10_000, onProgress, onFailover, clock = nodeSubstrate, signal } = options;
  const inbox = new Inbox(session, clock);
  const ask = (): Promise<void> => session.send(encodeParameter(band.parameter), { ppid: FRACTAL_PPID });
  let askAgain = false;
  session.on('failover', (event) => {
    // With the cookie the element goes on by itself.
    askAgain = !event.cookie;
    onFailover?.(event);
    inbox.wake();
  });
  await ask();
  for (let dueAt = clock.now() + silenceMs; ; ) {
    const arrival = await inbox.next(dueAt, signal);
    if (arrival === 'ended') return;
    if (arrival === 'woken') {
      if (clock.now() >= dueAt) session.forceFailover('the element is silent');
      if (askAgain) await ask();
      askAgain = false;
    } else if (arrival.ppid === FRACTAL_PPID) {
      const message = understood(session, () => decodeFractal(arrival.data));
      if (message?.kind === 'end') return;
      if (message?.kind !== 'data') continue;
      picture.take(band, message.start, message.counts);
      onProgress?.(picture);
    }
    dueAt = clock.now() + silenceMs;
  }
}
