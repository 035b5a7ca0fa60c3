import { CliError } from '../../../src/cli/errors.ts';
import { readOwnKey } from '../../../src/cli/security/psk-file.ts';
import { RSerPoolError } from '../../../src/rserpool/errors.ts';
import { MAX_PSK_BYTES, MIN_PSK_BYTES, readPskKeys } from '../../../src/rserpool/security/psk-keys.ts';
import { type FuzzTarget, must } from '../fuzz-target.ts';

const text = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join('\n'));
const KEY = '00112233445566778899aabbccddeeff';

export const pskKeys: FuzzTarget = {
  name: 'psk-keys',
  about: 'files of pre-shared keys',
  shape: 'text',
  maxSteps: 1,
  words: ['\n', '\r\n', ':', '#', ' ', '\0', '\u202e', KEY, 'pe-1', 'ä', KEY.repeat(32)].map((word) => text(word)),
  seeds: () => [
    [text('# keys', `pe-1:${KEY}`, `a:b:${KEY.toUpperCase()}`, '')],
    [text(`ä:${KEY.repeat(32)}\r`, 'x:12')],
  ],
  run: ([bytes = new Uint8Array(0)]) => {
    const content = new TextDecoder().decode(bytes);
    let keys: ReadonlyMap<string, Uint8Array>;
    try {
      readOwnKey('keys', content);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
    try {
      keys = readPskKeys(content);
    } catch (error) {
      if (!(error instanceof RSerPoolError)) throw error;
      must(!/[0-9a-f]{32}/i.test(error.message), () => 'a key stands in the error');
      return;
    }
    for (const [identity, key] of keys) {
      must(identity !== '' && !/\p{C}/u.test(identity), () => `identity ${JSON.stringify(identity)}`);
      must(key.length >= MIN_PSK_BYTES && key.length <= MAX_PSK_BYTES, () => `a key of ${key.length} bytes`);
    }
  },
};
