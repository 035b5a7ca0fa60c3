import type { Host } from '../host.ts';

/** When the last association has ended, nothing is left: no timer, no output, no entry in a table. */
export function checkSilence({ name, endpoint, applications }: Host): void {
  const left = [...endpoint.associations].length;
  const timeout = endpoint.nextTimeoutAt();
  const output = endpoint.pollOutput();
  if (left === 0 && timeout === undefined && output === undefined && applications.size === 0) return;
  throw new Error(
    `${name} is not at rest: ${left} associations, timer at ${timeout}, output ${output?.kind}, ${applications.size} applications`,
  );
}
