import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { ENRP_MESSAGE_TYPE } from '../../../src/rserpool/wire/enrp.ts';
import { decodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { causesOf, refusedEnrp } from './bytes.ts';

const ELEMENT =
  '000a003c 12345678 0badcafe 00000258 00050010 00500000 00010008 c0000201 0008000c 00000002 00000003 ' +
  '00040010 0f170000 00010008 c0000201';
const HANDLE = '00090007 61626300';

describe('ENRP codec', () => {
  it('[ENRP-015] [ENRP-024] [ENRP-025] has ten message types', () => {
    expect(Object.values(ENRP_MESSAGE_TYPE)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('[ENRP-037] takes a PRESENCE without a checksum', () => {
    expect(decodeEnrp(fromHex('0100000c 0badcafe 00c0ffee'))).toEqual({
      kind: 'presence',
      senderId: 0x0badcafe,
      receiverId: 0x00c0ffee,
      replyRequired: false,
    });
  });

  it('[PAR-016] refuses a checksum of another length', () => {
    const hex = '01000014 0badcafe 00c0ffee 000f0008 d2f00000';
    expect(causesOf(refusedEnrp(hex))).toEqual(['invalid-values 000f0008d2f00000']);
  });

  it('[ENRP-054] refuses another update action as an unspecified error', () => {
    const error = refusedEnrp(`04000054 0badcafe 00000000 00020000 ${HANDLE} ${ELEMENT}`);
    expect(error.causes).toEqual([{ kind: 'unspecified' }]);
    expect(error.context).toMatchObject({ senderId: 0x0badcafe, peIdentifier: 0x12345678 });
  });

  it('[ENRP-055] ignores the reserved field of HANDLE_UPDATE and a flag that some set', () => {
    const hex = `04010054 0badcafe 00000000 0001ffff ${HANDLE} ${ELEMENT}`;
    expect(decodeEnrp(fromHex(hex))).toMatchObject({ kind: 'handle-update', action: 'del-pe' });
  });

  it('[ENRP-049] refuses a pool entry without an element, and an element without a pool', () => {
    const table = (length: string, entries: string) => `0300${length} 0badcafe 00c0ffee ${entries}`;
    expect(causesOf(refusedEnrp(table('0013', HANDLE)))).toEqual(['invalid-values 00090007616263']);
    expect(causesOf(refusedEnrp(table('0058', `${HANDLE} ${HANDLE} ${ELEMENT}`)))).toEqual([
      'invalid-values 00090007616263',
    ]);
    expect(refusedEnrp(table('0048', ELEMENT)).reason).toBe('bad-value');
  });

  it('[ENRP-049] takes several elements in an entry and several entries', () => {
    const other = HANDLE.replace('616263', '646566');
    const hex = `030000d0 0badcafe 00c0ffee ${HANDLE} ${ELEMENT} ${ELEMENT} ${other} ${ELEMENT}`;
    const message = decodeEnrp(fromHex(hex));
    expect(
      message.kind === 'handle-table-response' &&
        message.pools.map(({ poolHandle, elements }) => [`${poolHandle}`, elements.length]),
    ).toEqual([
      ['abc', 2],
      ['def', 1],
    ]);
  });

  it('[PAR-121] drops without an answer a message without its fixed fields', () => {
    for (const hex of [
      '05000004',
      '0500000a 0badcafe 00c0',
      '0700000c 0badcafe 00c0ffee',
      '0400000e 0badcafe 00c0ffee 0000',
    ]) {
      expect(refusedEnrp(hex)).toMatchObject({ reason: 'truncated', causes: [] });
    }
  });

  it('[ENRP-058] takes a list of several registrars', () => {
    const one = '000b0018 00c0ffee 00040010 26ad0000 00010008 c0000208';
    expect(decodeEnrp(fromHex(`0600003c 0badcafe 00c0ffee ${one} ${one}`))).toMatchObject({
      registrars: [{ identifier: 0x00c0ffee }, { identifier: 0x00c0ffee }],
    });
  });
});
