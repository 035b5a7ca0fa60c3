/** Time in ms that all processes of a host have in common, whatever becomes of the time of day meanwhile. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
