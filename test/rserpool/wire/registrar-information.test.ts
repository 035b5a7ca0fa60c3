import { describe, expect, it } from 'vitest';
import {
  type RegistrarInformation,
  readRegistrarInformation,
  writeRegistrarInformation,
} from '../../../src/rserpool/wire/registrar-information.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';

const information: RegistrarInformation = {
  identifier: 0x0badcafe,
  transport: { protocol: 'sctp', port: 9901, use: 'data-only', addresses: ['192.0.2.9'] },
};

describe('Server Information parameter', () => {
  it('[PAR-082] identifier and transport', () => {
    const hex = '000b0018 0badcafe 00040010 26ad0000 00010008 c0000209';
    expect(readOne(hex, readRegistrarInformation)).toEqual(information);
    expect(written((w) => writeRegistrarInformation(w, information))).toBe(plain(hex));
  });

  it('[PAR-049] sends transport use 0 and ignores what it receives', () => {
    for (const use of ['0001', '0002', 'ffff']) {
      const hex = `000b0018 0badcafe 00040010 26ad${use} 00010008 c0000209`;
      expect(readOne(hex, readRegistrarInformation)).toEqual(information);
    }
    const withUse: RegistrarInformation = {
      ...information,
      transport: { ...information.transport, use: 'data-and-control' },
    };
    expect(written((w) => writeRegistrarInformation(w, withUse))).toContain('26ad0000');
  });

  it('[PAR-083] refuses another transport than SCTP, or none', () => {
    const tcp = '00050010 26ad0000 00010008 c0000209';
    expect(causesOf(refusalOf(() => readOne(`000b0018 0badcafe ${tcp}`, readRegistrarInformation)))).toEqual([
      `invalid-values ${plain(tcp)}`,
    ]);
    for (const hex of ['000b0008 0badcafe', '000b0006 0bad']) {
      expect(causesOf(refusalOf(() => readOne(hex, readRegistrarInformation)))).toEqual([
        `invalid-values ${plain(hex)}`,
      ]);
    }
  });

  it('carries a UDP port in a private parameter at its end', () => {
    const hex = '000b0020 0badcafe 00040010 26ad0000 00010008 c0000209 8f090008 c3500000';
    const withPort = { ...information, udpPort: 50000 };
    expect(readOne(hex, readRegistrarInformation)).toEqual(withPort);
    expect(written((w) => writeRegistrarInformation(w, withPort))).toBe(plain(hex));
  });
});
