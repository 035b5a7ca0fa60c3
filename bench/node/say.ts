/** Prints one line for the bench. */
export function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Tells the bench what went wrong and ends the program. */
export function fail(error: unknown): never {
  say({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
