// A thread that watches the fuzzer: an input that does not end is written to a file, and the process is ended.
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

const { shared, limitMs, directory, seed } = workerData;
const [RUN, NAME_BYTES, STEPS, HEADER_BYTES] = [0, 1, 2, 16];
const numbers = new Int32Array(shared, 0, 4);
const bytes = Buffer.from(shared);
const never = new Int32Array(new SharedArrayBuffer(4));

for (let last = 0; ; ) {
  Atomics.wait(never, 0, 0, limitMs);
  const run = Atomics.load(numbers, RUN);
  // Even: nothing runs.
  if (run % 2 === 1 && run === last) break;
  last = run;
}

let at = HEADER_BYTES + numbers[NAME_BYTES];
const target = bytes.toString('utf8', HEADER_BYTES, at);
const input = Array.from({ length: numbers[STEPS] }, () => {
  const from = at + 4;
  at = from + bytes.readUInt32LE(at);
  return bytes.toString('hex', from, at);
});
mkdirSync(directory, { recursive: true });
const path = join(directory, `${target}-hang.json`);
const what = `it has not ended after ${limitMs} ms`;
writeFileSync(path, `${JSON.stringify({ target, seed, what, stack: '', input }, undefined, 2)}\n`);
// What a thread writes to the console goes by way of the main thread, which is busy.
writeSync(2, `${target}: ${what}\n  npm run fuzz -- --reproduce ${path}\n`);
process.kill(process.pid, 'SIGKILL');
