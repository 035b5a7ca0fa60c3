import type { UserSession } from '../index.ts';
import type { Service } from './service.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Tells every user the time, unasked, in one message, and closes the session. */
export function daytimeService(now: () => Date = () => new Date()): Service {
  return {
    pool: 'DaytimePool',
    async serve(session) {
      await session.send(daytimeText(now()));
    },
  };
}

/** `Sunday, 22-November-2026 15:16:46.659842` and a line feed, in local time. */
export function daytimeText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${DAYS[date.getDay()]}, ${two(date.getDate())}-${MONTHS[date.getMonth()]}-${date.getFullYear()}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}000\n`;
}

/**
 * What the element says. The session has to be one with `failover: 'on-failure'`, as the element ends it.
 *
 * @throws (rejects) RSerPoolError `ERR_RSERPOOL_CLOSED` if the element said nothing; the signal's reason
 */
export async function readDaytime(session: UserSession, signal?: AbortSignal): Promise<string> {
  const { data } = await session.receive({ signal });
  return new TextDecoder().decode(data);
}
