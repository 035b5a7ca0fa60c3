import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter, fromHex } from '../../../src/base/bytes.ts';
import {
  type PoolElementParameter,
  poolElementBytes,
  readPoolElement,
  writePoolElement,
} from '../../../src/rserpool/wire/element.ts';
import { asapElements } from './arbitraries.ts';
import { causesOf, plain, readOne, refusalOf, written } from './bytes.ts';
import { fullElement } from './golden-messages.ts';

const read = (hex: string, scope: 'asap' | 'enrp' = 'asap') =>
  readOne(hex, (reading, tlv) => readPoolElement(reading, tlv, scope));

/** A Pool Element with these parameters. */
const element = (nested: string): string => {
  const value = plain(`12345678 0badcafe 00000258 ${nested}`);
  return `000a${(4 + value.length / 2).toString(16).padStart(4, '0')}${value}`;
};
const TCP = '00050010 00500000 00010008 c0000201';
const RR = '00080008 00000001';
const ASAP = '00040010 0f170000 00010008 c0000201';
const refuse = (nested: string, scope: 'asap' | 'enrp' = 'asap') =>
  causesOf(refusalOf(() => read(element(nested), scope)));

describe('Pool Element parameter', () => {
  it('takes as many bytes as is told beforehand', () => {
    fc.assert(
      fc.property(asapElements, (element) => {
        const w = new ByteWriter();
        writePoolElement(w, element, 'asap');
        w.pad4();
        expect(poolElementBytes(element)).toBe(w.length);
      }),
    );
  });

  it('[PAR-004] [PAR-071] [PAR-072] [PAR-073] with all parts', () => {
    const hex =
      '000a003c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 ' +
      '00040010 0f170000 00010008 c0000201';
    for (const scope of ['asap', 'enrp'] as const) {
      expect(read(hex, scope)).toEqual(fullElement);
      expect(written((w) => writePoolElement(w, fullElement, scope))).toBe(plain(hex));
    }
    expect(poolElementBytes(fullElement)).toBe(60);
  });

  it('[PAR-002] [PAR-074] [PAR-075] without an end, at home nowhere, with padding inside', () => {
    const hex = '000a0024 12345678 00000000 ffffffff 00100009 68656c6c 6f000000 00080008 00000001';
    const opaque: PoolElementParameter = {
      identifier: 0x12345678,
      homeRegistrarIdentifier: 0,
      registrationLifeS: -1,
      userTransport: { protocol: 'opaque', bytes: fromHex('68656c6c6f') },
      policy: { kind: 'round-robin' },
    };
    expect(read(hex)).toEqual(opaque);
    expect(written((w) => writePoolElement(w, opaque, 'asap'))).toBe(plain(hex));
  });

  it('[PAR-081] tells the transports by their position', () => {
    const sctp = '00040010 12670001 00010008 c0000202';
    expect(read(element(`${sctp} ${RR} ${ASAP}`))).toMatchObject({
      userTransport: { port: 4711 },
      asapTransport: { port: 3863 },
    });
  });

  it('[PAR-077] refuses none or two user transports', () => {
    expect(refuse(RR)).toEqual([`invalid-values ${plain(RR)}`]);
    expect(refuse(`${TCP} ${TCP} ${RR}`)).toEqual([`invalid-values ${plain(TCP)}`]);
  });

  it('[PAR-078] refuses one without a policy', () => {
    expect(refuse(TCP)).toEqual([`invalid-values ${element(TCP)}`]);
  });

  it('[PAR-079] refuses an ASAP transport that is not SCTP', () => {
    expect(refuse(`${TCP} ${RR} ${TCP}`)).toEqual([`invalid-values ${plain(TCP)}`]);
  });

  it('[PAR-022] ignores transports after the ASAP transport', () => {
    const more = `${TCP} ${ASAP.replace('0f17', '1000')}`;
    expect(read(element(`${TCP} ${RR} ${ASAP} ${more}`))).toEqual(read(element(`${TCP} ${RR} ${ASAP}`)));
  });

  it('[PAR-080] [ASAP-101] [ENRP-113] can do without an ASAP transport in ASAP, but not in ENRP', () => {
    const { asapTransport, ...rest } = fullElement;
    expect(asapTransport).toBeDefined();
    expect(read(element(`${TCP} ${RR}`))).not.toHaveProperty('asapTransport');
    expect(refuse(`${TCP} ${RR}`, 'enrp')).toEqual([`invalid-values ${element(`${TCP} ${RR}`)}`]);
    expect(() => written((w) => writePoolElement(w, rest, 'enrp'))).toThrow(RangeError);
  });

  it('[PAR-016] refuses one that is too short', () => {
    const hex = '000a000f 12345678 00000000 00000000';
    expect(causesOf(refusalOf(() => read(hex)))).toEqual([`invalid-values ${plain(hex).slice(0, 30)}`]);
  });

  it('carries UDP ports in a private parameter behind all others', () => {
    const hex = element(`${TCP} ${RR} ${ASAP} 8f090008 00001389`);
    const message = { ...fullElement, policy: { kind: 'round-robin' as const }, udpPorts: { asap: 5001 } };
    expect(read(hex)).toEqual(message);
    expect(written((w) => writePoolElement(w, message, 'enrp'))).toBe(hex);
    expect(read(element(`${TCP} ${RR} 8f090008 13891388`)).udpPorts).toEqual({ user: 5001, asap: 5000 });
    expect(read(element(`${TCP} ${RR} 8f090008 13890000 ${ASAP}`))).toMatchObject({
      udpPorts: { user: 5001 },
      asapTransport: { port: 3863 },
    });
  });

  it('[PAR-019] skips a parameter of the same private type that means something else, or nothing', () => {
    for (const foreign of ['8f090004', '8f09000c 00010002 00030004', '8f090008 00000000']) {
      expect(read(element(`${TCP} ${RR} ${foreign}`))).not.toHaveProperty('udpPorts');
    }
    expect(element(`${TCP} ${RR}`)).toBe(
      written((w) => writePoolElement(w, { ...read(element(`${TCP} ${RR}`)), udpPorts: {} }, 'asap')),
    );
  });
});
