import type { Service } from './service.ts';

/** Reads everything and answers nothing. */
export function discardService(): Service {
  return {
    pool: 'DiscardPool',
    async serve(session) {
      while ((await session.receive()) !== undefined);
    },
  };
}
