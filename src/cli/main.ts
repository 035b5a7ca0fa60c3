#!/usr/bin/env node
import { processIo } from './io.ts';
import { runCli } from './run.ts';

const code = await runCli(process.argv.slice(2), processIo());
// Pipes may be written to asynchronously: let them drain before what is left open (a terminal as input) is cut off.
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve));
process.exit(code);
