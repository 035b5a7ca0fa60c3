import { describe, expect, it } from 'vitest';
import { PPID } from '../../../src/rserpool/role.ts';
import { ABC, host, peerElement, RegistrarLadder } from './registrar-ladder.ts';

function setUp(): RegistrarLadder {
  const ladder = RegistrarLadder.serving({}, { registrarId: 0x0badcafe });
  ladder.up(2, host(200, 40_000));
  ladder.peer(20, 20);
  return ladder;
}

describe('ASAP messages that are not understood', () => {
  it('[PAR-112] [ASAP-082] [ASAP-083] [ASAP-308] an unknown type with the high bits 01 is reported', () => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, '45000008 01020304');
    expect(ladder.lastSent(2)).toBe('0e000014000c00100002000c4500000801020304');
  });

  it.each(['3f', '85', 'c5'])('[PAR-111] [PAR-113] an unknown type 0x%s is dropped silently', (type) => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, `${type}000008 01020304`);
    expect(ladder.take()).toEqual([]);
  });

  it('[ASAP-083] [REQ-029] an unknown parameter with the high bits 11 is reported, and the rest is done', () => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, '05000014 00090007 61626300 c1230005 7f000000');
    expect(ladder.take()).toEqual([
      '2: error unrecognized-parameter',
      '2: handle-resolution-response [] unknown-pool-handle',
    ]);
  });

  it('[PAR-018] requests that end at an unknown parameter with the high bits 01 get their response, others an error', () => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, '02000018 00090007 61626300 000e0008 00000007 41230004');
    ladder.hex(2, PPID.asap, '05000010 00090007 61626300 41230004');
    expect(ladder.take()).toEqual([
      '2: deregistration-response 7 unrecognized-parameter',
      '2: error unrecognized-parameter',
    ]);
  });

  it('[ASAP-084] an error is never answered by an error', () => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, '0e000010 41230005 7f000000 c1240004');
    ladder.hex(2, PPID.asap, '0e00000c 000c0008 00000004');
    expect(ladder.take()).toEqual([]);
    expect(ladder.warnings()).toContain('error-received');
  });

  it('broken ones are dropped, and the program hears of it', () => {
    const ladder = setUp();
    ladder.hex(2, PPID.asap, '0100');
    ladder.hex(2, PPID.asap, '01000063 00090007');
    expect(ladder.take()).toEqual([]);
    // Told once for a channel.
    expect(ladder.warnings()).toEqual(['bad-message']);
    expect(ladder.role.snapshot().counters).toMatchObject({ badMessages: 2, untoldComplaints: 1 });
  });

  it('other payload protocols are none of its business', () => {
    const ladder = setUp();
    ladder.hex(2, 0, '0501000b 00090007 61626300');
    expect(ladder.take()).toEqual([]);
  });
});

describe('ENRP messages that are not understood', () => {
  it('[ENRP-221] [ENRP-222] an unknown type with the high bits 01 is reported', () => {
    const ladder = setUp();
    ladder.hex(20, PPID.enrp, '4500000c 00000014 0badcafe');
    expect(ladder.lastSent(20)).toBe('0a0000200badcafe00000014000c0014000200104500000c000000140badcafe');
  });

  it.each(['3f', '85', 'c5'])('[ENRP-025] [ENRP-221] an unknown type 0x%s is dropped silently', (type) => {
    const ladder = setUp();
    ladder.hex(20, PPID.enrp, `${type}00000c 00000014 0badcafe`);
    expect(ladder.take()).toEqual([]);
  });

  it('[ENRP-054] an update action that does not exist changes nothing and is reported', () => {
    const ladder = setUp();
    ladder.hex(
      20,
      PPID.enrp,
      '04000050 00000014 00000000 00020000 00090007 61626300 000a0038 12345678 00000014 00000258 00040010 12670001 00010008 c0000201 00080008 00000001 00040010 12670000 00010008 c0000201',
    );
    expect(ladder.take()).toEqual(['20: error to 20 unspecified']);
    expect(ladder.elements()).toEqual([]);
  });

  it('[ENRP-221] an unknown parameter with the high bits 11 is reported, and the rest is done', () => {
    const ladder = setUp();
    ladder.hex(20, PPID.enrp, '05000014 00000014 0badcafe c1230005 7f000000');
    expect(ladder.take()).toEqual(['20: error to 20 unrecognized-parameter', '20: list-response to 20 [20]']);
  });

  it('[ENRP-223] an error is never answered by an error', () => {
    const ladder = setUp();
    ladder.hex(20, PPID.enrp, '0a000014 00000014 0badcafe 41230005 7f000000');
    ladder.hex(20, PPID.enrp, '0a000014 00000014 0badcafe 000c0008 00000004');
    expect(ladder.take()).toEqual([]);
    expect(ladder.warnings()).toContain('error-received');
  });
});

describe('limits', () => {
  it('refuses channels beyond the limit', () => {
    const ladder = RegistrarLadder.serving({ maxChannels: 1 });
    ladder.up(2, host(1));
    ladder.up(4, host(3));
    expect(ladder.take()).toEqual(['close 4 abort']);
    ladder.down(2);
    ladder.up(6, host(4));
    expect(ladder.take()).toEqual([]);
  });

  it('calls an element itself also where strangers have taken every channel', () => {
    const ladder = RegistrarLadder.serving({ maxChannels: 1, keepAlivePeriodMs: 0 });
    ladder.registered(2, 7, 1);
    ladder.down(2);
    ladder.up(4, host(3));
    expect(ladder.take()).toEqual(['connect 1 192.0.2.1:4711']);
    ladder.up(1, host(1, 4711), 'local');
    expect(ladder.take()).toEqual(['1: endpoint-keep-alive abc from 50']);
    ladder.asap(1, { kind: 'endpoint-keep-alive-ack', poolHandle: ABC, peIdentifier: 7 });
    ladder.advance(60_000);
    expect(ladder.take()).toEqual([]);
    expect(ladder.elements()).toEqual(['7@50']);
  });

  it('reads nothing more on a channel that it closes', () => {
    const ladder = setUp();
    ladder.presence(20, 21);
    expect(ladder.take()).toEqual(['close 20 abort']);
    ladder.enrp(20, 20, { kind: 'list-request' });
    ladder.enrp(20, 20, { kind: 'handle-update', action: 'add-pe', poolHandle: ABC, element: peerElement(7, 1, 20) });
    expect(ladder.take()).toEqual([]);
    expect(ladder.elements()).toEqual([]);
  });
});
