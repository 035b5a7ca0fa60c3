import type { Service } from './service.ts';

/** Sends every message back as it came: same bytes, same PPID, same stream. */
export function echoService(): Service {
  return {
    pool: 'EchoPool',
    async serve(session) {
      for await (const { data, ppid, stream } of session) await session.send(data, { ppid, stream });
    },
  };
}
