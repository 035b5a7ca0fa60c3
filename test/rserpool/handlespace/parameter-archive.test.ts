import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Handlespace } from '../../../src/rserpool/handlespace/handlespace.ts';
import { ParameterArchive } from '../../../src/rserpool/handlespace/parameter-archive.ts';
import { poolHandle } from '../../../src/rserpool/wire/pool-handle.ts';
import { asapElements } from '../wire/arbitraries.ts';
import { parameter, registration } from './samples.ts';

describe('archive of parameters', () => {
  it('gives back exactly what was put', () => {
    const lives = fc.oneof(
      fc.constantFrom(-1, -2, 0, 0.25, 1234.567),
      fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    );
    fc.assert(
      fc.property(asapElements, lives, (element, registrationLifeS) => {
        const archive = new ParameterArchive(1);
        const whole = { ...element, registrationLifeS };
        const place = archive.put(whole);
        if (place !== undefined) expect(archive.get(place)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes most elements', () => {
    const archive = new ParameterArchive(1);
    const addresses = ['10.1.1.1', '2001:db8::1'];
    const transport = { protocol: 'sctp', port: 7, use: 'data-and-control', addresses } as const;
    expect(archive.put(parameter(1, { userTransport: transport, asapTransport: transport }))).toBeDefined();
  });

  it('leaves alone what its bytes would not tell, or what is long', () => {
    const archive = new ParameterArchive(1);
    const transport = { protocol: 'sctp', port: 7, use: 'data-only' } as const;
    expect(archive.put(parameter(1, { asapTransport: { ...transport, addresses: ['fe80::1%eth0'] } }))).toBeUndefined();
    const addresses = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
    expect(archive.put(parameter(1, { userTransport: { ...transport, addresses } }))).toBeUndefined();
  });
});

describe('a handlespace with more elements than it keeps unpacked', () => {
  it('knows all of each element, also after it registered again, moved or left', () => {
    const handlespace = new Handlespace<string>({ maxUnpackedElements: 2 });
    const handle = poolHandle('p');
    const parameterOf = (identifier: number) => handlespace.find(handle, identifier)!.parameter;
    for (let i = 1; i <= 9; i++) handlespace.register(registration('p', parameter(i, { registrationLifeS: i })));
    for (let i = 1; i <= 9; i++) expect(parameterOf(i)).toEqual(parameter(i, { registrationLifeS: i }));
    const again = parameter(1, { registrationLifeS: 100 });
    handlespace.register(registration('p', again));
    for (let i = 2; i <= 5; i++) parameterOf(i);
    expect(parameterOf(1)).toEqual(again);
    const [, second, third] = [...handlespace.pool(handle)!.elements()];
    for (let i = 4; i <= 9; i++) parameterOf(i);
    handlespace.setHomeOf(second!, 77);
    expect(second!.parameter).toEqual(parameter(2, { registrationLifeS: 2, homeRegistrarIdentifier: 77 }));
    for (let i = 4; i <= 9; i++) parameterOf(i);
    handlespace.remove(third!);
    for (let i = 10; i <= 15; i++) handlespace.register(registration('p', parameter(i)));
    expect(third!.parameter).toEqual(parameter(3, { registrationLifeS: 3 }));
  });
});
