import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { ASAP_MESSAGE_TYPE } from '../../../src/rserpool/wire/asap.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { causesOf, plain, refusedAsap } from './bytes.ts';

const ELEMENT = '000a0028 12345678 0badcafe 00000258 00040010 12670001 00010008 c0000201 00080008 00000001';

describe('ASAP codec', () => {
  it('[ASAP-024] [ASAP-037] [ASAP-038] has fourteen message types', () => {
    expect(Object.values(ASAP_MESSAGE_TYPE)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('[ASAP-076] ignores other transports than SCTP and TCP in SERVER_ANNOUNCE', () => {
    const hex = '0a000028 0badcafe 00060010 0f170000 00010008 c0000209 00050010 0f170000 00010008 c0000209';
    expect(decodeAsap(fromHex(hex))).toMatchObject({ transports: [{ protocol: 'tcp' }] });
  });

  it('[ASAP-076] does not even look into transports that do not belong there', () => {
    expect(decodeAsap(fromHex('0a000010 0badcafe 00060008 0f170000'))).toMatchObject({ transports: [] });
  });

  it('[PAR-049] ignores the transport use in SERVER_ANNOUNCE', () => {
    const hex = '0a000018 0badcafe 00040010 0f170007 00010008 c0000209';
    expect(decodeAsap(fromHex(hex))).toMatchObject({ transports: [{ protocol: 'sctp', use: 'data-only' }] });
  });

  it('[ASAP-079] takes a policy before the elements of a BUSINESS_CARD, which some send', () => {
    const hex = `0d00003c 00090007 61626300 00080008 00000001 ${ELEMENT}`;
    expect(decodeAsap(fromHex(hex))).toMatchObject({
      policy: { kind: 'round-robin' },
      elements: [{ identifier: 0x12345678 }],
    });
  });

  it('[ASAP-060] takes an overall policy without its numbers', () => {
    const hex = `0600003c 00090007 61626300 00080008 00000002 ${ELEMENT}`;
    expect(decodeAsap(fromHex(hex))).toMatchObject({
      policy: { kind: 'weighted-round-robin' },
      elements: [{ policy: { kind: 'round-robin' } }],
    });
  });

  it('[PAR-016] refuses a PE Identifier or an item count of another length', () => {
    expect(causesOf(refusedAsap('02000016 00090007 61626300 000e000a 12345678 00000000'))).toEqual([
      'invalid-values 000e000a123456780000',
    ]);
    expect(causesOf(refusedAsap('05000012 00090007 61626300 803f0006 00010000'))).toEqual([
      'invalid-values 803f00060001',
    ]);
  });

  it('[PAR-121] drops without an answer a message without its fixed fields', () => {
    for (const hex of ['07000004', '07000006 0bad', '0a000006 0bad']) {
      expect(refusedAsap(hex)).toMatchObject({ reason: 'truncated', causes: [] });
    }
  });

  it('[PAR-099] names the bad value of a registration', () => {
    const bad = plain(`01000034 00090007 61626300 ${ELEMENT}`).replace('12670001', '12670003');
    expect(causesOf(refusedAsap(bad))).toEqual(['invalid-values 0004001012670003' + '00010008c0000201']);
  });
});
