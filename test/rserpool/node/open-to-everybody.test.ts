import { describe, expect, it } from 'vitest';
import { formatIp } from '../../../src/base/address.ts';
import { Registrar } from '../../../src/rserpool/index.ts';
import { openToEverybody } from '../../../src/rserpool/node/open-to-everybody.ts';
import { SeededRandom } from '../../harness/random.ts';
import { forEachSeed } from '../../harness/seeds.ts';
import { SCTP, Scope } from './scope.ts';

/** What a registrar on these addresses says at its start. */
async function warnings(...addresses: string[]): Promise<string[]> {
  const scope = new Scope();
  const substrate = scope.host('registrar', ...addresses);
  const registrar = await Registrar.start({ addresses, substrate, sctp: SCTP });
  const texts: string[] = [];
  registrar.on('warning', ({ code, text }) => {
    if (code === 'insecure') texts.push(text);
  });
  await scope.world.pass(1000);
  return texts;
}

describe('a registrar without security', () => {
  it('says so, with the addresses, unless only its own host reaches it', async () => {
    expect(await warnings('127.0.0.1')).toEqual([]);
    expect(await warnings('10.0.0.1', '127.0.0.1')).toEqual([
      'this registrar is not secured: whoever reaches 10.0.0.1 may register, change and remove everything',
    ]);
  });

  it.each(['127.0.0.1', '127.255.255.254', '::1'])('does not for %s', (address) => {
    expect(openToEverybody([address])).toBeUndefined();
  });

  it('does not for any of 127/8, and does for its neighbours', () =>
    forEachSeed(100, (seed) => {
      const random = new SeededRandom(seed);
      const rest = () => [random.u32() & 0xff, random.u32() & 0xff, random.u32() & 0xff];
      const from = (first: number) => formatIp(Uint8Array.from([first, ...rest()]));
      expect(openToEverybody([from(127)])).toBeUndefined();
      expect(openToEverybody([from(127), from(126)])).toBeDefined();
      expect(openToEverybody([from(128)])).toBeDefined();
    }));

  it.each(['0.0.0.0', '::', '10.0.0.1', '126.255.255.255', '128.0.0.1', 'fe80::1', '::2', 'fd00::1'])(
    'does for %s',
    (address) => {
      expect(openToEverybody(['127.0.0.1', address])).toContain(`reaches ${address} may`);
    },
  );
});
