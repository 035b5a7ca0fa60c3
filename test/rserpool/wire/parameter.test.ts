import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/base/bytes.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { MAX_REPORTED_PARAMETERS, PARAMETER_TYPE } from '../../../src/rserpool/wire/parameter.ts';
import { causesOf, plain, refusedAsap, refusedEnrp } from './bytes.ts';

/** A HANDLE_RESOLUTION for "abcd" with more parameters after the handle, or before it. */
const resolution = (after: string, before = ''): string => {
  const body = plain(`${before} 00090008 61626364 ${after}`);
  return `0500${(4 + body.length / 2).toString(16).padStart(4, '0')}${body}`;
};

/** A REGISTRATION whose Pool Element has more parameters after the policy. */
const registration = (after: string): string => {
  const nested = plain(`12345678 00000000 00000258 00040010 12670001 00010008 c0000201 00080008 00000001 ${after}`);
  const element = `000a${(4 + nested.length / 2).toString(16).padStart(4, '0')}${nested}`;
  return `0100${(12 + element.length / 2).toString(16).padStart(4, '0')}0009000761626300${element}`;
};

const unrecognizedIn = (hex: string) => decodeAsap(fromHex(hex)).unrecognized?.map(toHex);

describe('parameter types', () => {
  it('[PAR-023] [PAR-024] [PAR-025] [PAR-026] [PAR-027] [PAR-028] [PAR-029] [PAR-030] address, transport, policy', () => {
    const { ipv4Address, ipv6Address, dccpTransport, sctpTransport, tcpTransport, udpTransport } = PARAMETER_TYPE;
    expect([ipv4Address, ipv6Address, dccpTransport, sctpTransport, tcpTransport, udpTransport]).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect([PARAMETER_TYPE.udpLiteTransport, PARAMETER_TYPE.policy]).toEqual([7, 8]);
  });

  it('[PAR-031] [PAR-032] [PAR-033] [PAR-034] [PAR-035] [PAR-036] [PAR-037] [PAR-038] all others', () => {
    const { poolHandle, poolElement, serverInformation, operationError } = PARAMETER_TYPE;
    expect([poolHandle, poolElement, serverInformation, operationError]).toEqual([9, 10, 11, 12]);
    const { cookie, peIdentifier, peChecksum, opaqueTransport } = PARAMETER_TYPE;
    expect([cookie, peIdentifier, peChecksum, opaqueTransport]).toEqual([13, 14, 15, 16]);
  });
});

describe('unknown parameters', () => {
  it('[PAR-017] bits 00: drop the message, report nothing', () => {
    expect(refusedAsap(resolution('01230004'))).toMatchObject({ reason: 'unexpected', causes: [] });
    expect(refusedAsap(resolution('', '01230004')).causes).toEqual([]);
  });

  it('[PAR-008] type 0 is unknown with bits 00', () => {
    expect(refusedAsap(resolution('00000004')).causes).toEqual([]);
  });

  it('[PAR-018] bits 01: drop the message, report the parameter', () => {
    expect(causesOf(refusedAsap(resolution('41230005 7f000000')))).toEqual(['unrecognized-parameter 412300057f']);
    const enrp = refusedEnrp('05000014 0badcafe 00c0ffee 41230005 7f000000');
    expect(causesOf(enrp)).toEqual(['unrecognized-parameter 412300057f']);
    expect(enrp.context.senderId).toBe(0x0badcafe);
  });

  it('[PAR-019] bits 10: skip it', () => {
    const expected = decodeAsap(fromHex(resolution('')));
    expect(decodeAsap(fromHex(resolution('81230005 7f000000')))).toEqual(expected);
    expect(decodeAsap(fromHex(resolution('', '81230005 7f000000')))).toEqual(expected);
  });

  it('[PAR-020] [PAR-096] bits 11: skip it and report it, one by one', () => {
    expect(unrecognizedIn(resolution('c1240004', 'c1230005 7f000000'))).toEqual(['c12300057f', 'c1240004']);
    const enrp = decodeEnrp(fromHex('05000014 0badcafe 00c0ffee c1230005 7f000000'));
    expect(enrp.unrecognized?.map(toHex)).toEqual(['c12300057f']);
  });

  it('[PAR-007] type 0xffff is unknown with bits 11', () => {
    expect(unrecognizedIn(resolution('ffff0004'))).toEqual(['ffff0004']);
  });

  it('[PAR-020] reports also what it skipped before the one that ends it all', () => {
    const error = refusedAsap(resolution('c1230004 41240004 c1250004'));
    expect(causesOf(error)).toEqual(['unrecognized-parameter c1230004', 'unrecognized-parameter 41240004']);
  });

  it('[PAR-021] the same inside another parameter, for the whole message', () => {
    expect(refusedAsap(registration('01230004')).causes).toEqual([]);
    expect(causesOf(refusedAsap(registration('41230004')))).toEqual(['unrecognized-parameter 41230004']);
    expect(unrecognizedIn(registration('81230004'))).toBeUndefined();
    expect(unrecognizedIn(registration('c1230004'))).toEqual(['c1230004']);
    const inTransport = registration('00040014 0f170000 00010008 c0000201 c1230004');
    expect(unrecognizedIn(inTransport)).toEqual(['c1230004']);
  });

  it('[ASAP-084] nothing about an error message is to be reported', () => {
    expect(decodeAsap(fromHex('0e000010 000c0008 00090004 c1230004')).unrecognized).toBeUndefined();
    expect(refusedAsap('0e000010 000c0008 00090004 41230004').causes).toEqual([]);
    expect(refusedAsap('0e000004').causes).toEqual([]);
    expect(refusedEnrp('0a000018 0badcafe 00c0ffee 000c0008 00090004 41230004').causes).toEqual([]);
  });

  it('[PAR-005] reports a limited number of them', () => {
    const message = decodeAsap(fromHex(resolution('c1230004'.repeat(1000))));
    expect(message.unrecognized).toHaveLength(MAX_REPORTED_PARAMETERS);
  });

  it('[PAR-005] looks at ten thousand levels without recursion', () => {
    // Operation Error > cause 0x7 > transport > … ; each level is a TLV in the last one.
    let nested = new Uint8Array(0);
    for (let level = 0; level < 10_000; level++) {
      const outer = new Uint8Array(nested.length + 4);
      outer.set([0, level % 2 === 0 ? 0x07 : 0x0c, outer.length >> 8, outer.length & 0xff]);
      outer.set(nested, 4);
      nested = outer;
    }
    const message = new Uint8Array(nested.length + 4);
    message.set([0x0e, 0, message.length >> 8, message.length & 0xff]);
    message.set(nested, 4);
    expect(decodeAsap(message)).toMatchObject({ kind: 'error', causes: [{ kind: 'unknown', code: 7 }] });
  });
});

describe('known parameters out of place', () => {
  it('[PAR-022] [ASAP-085] one that trails is ignored', () => {
    expect(decodeAsap(fromHex(resolution('000e0008 12345678')))).toEqual(decodeAsap(fromHex(resolution(''))));
  });

  it('[PAR-022] [ASAP-085] one before a mandatory parameter is a bad value', () => {
    const swapped = '02000014 000e0008 12345678 00090007 61626300';
    expect(causesOf(refusedAsap(swapped))).toEqual(['invalid-values 000e000812345678']);
  });

  it('[PAR-019] a private parameter of ours in a place where it means nothing is skipped', () => {
    const hex = resolution('', '8f090008 26ac0000');
    expect(decodeAsap(fromHex(hex))).toEqual(decodeAsap(fromHex(resolution(''))));
  });
});

describe('broken structure', () => {
  it('[PAR-015] drops without an answer a parameter that is too short or too long for the message', () => {
    for (const length of ['0000', '0001', '0002', '0003', '0009']) {
      expect(refusedAsap(`0500000c 0009${length} 61626364`)).toMatchObject({ reason: 'bad-length', causes: [] });
    }
    expect(refusedAsap('0500000e 00090008 61626364 8123')).toMatchObject({ reason: 'truncated', causes: [] });
  });

  it('[PAR-015] blames the outer parameter for a nested one that does not fit', () => {
    const broken = plain(registration('00040011 0f170000 00010008 c0000201'));
    expect(causesOf(refusedAsap(broken))).toEqual([`invalid-values ${broken.slice(24)}`]);
  });

  it('[ASAP-040] [ASAP-044] a missing mandatory parameter is an unspecified error', () => {
    for (const hex of ['01000004', '0100000b 00090007 61626300', '0200000b 00090007 61626300', '0b000004']) {
      expect(refusedAsap(hex)).toMatchObject({ reason: 'missing', causes: [{ kind: 'unspecified' }] });
    }
  });

  it('[PAR-003] nested parameters begin at multiples of four', () => {
    // Opaque user transport of 5 bytes, then the policy: at 28 of the Pool Element.
    const hex =
      '01000030 00090007 61626300 000a0024 12345678 00000000 ffffffff 00100009 68656c6c 6f000000 00080008 00000001';
    expect(decodeAsap(fromHex(hex))).toMatchObject({ element: { policy: { kind: 'round-robin' } } });
  });

  it('tells what a refused registration was about, so that it can be answered', () => {
    const { context } = refusedAsap(registration('').replace('12670001', '12670002'));
    expect(context).toMatchObject({ messageType: 1, peIdentifier: 0x12345678 });
    expect(`${context.poolHandle}`).toBe('abc');
  });
});
