import { readFileSync } from 'node:fs';

/** The version of this package; `package.json` is two folders up, in the sources as in the build. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
