import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../src/base/bytes.ts';
import { decodeAsap } from '../../../src/rserpool/wire/asap-codec.ts';
import { decodeEnrp } from '../../../src/rserpool/wire/enrp-codec.ts';
import { explainAsap, explainEnrp } from '../../../src/rserpool/wire/explain.ts';
import { describeAsap, describeCause, describeEnrp, describePolicy } from '../../../src/rserpool/wire/text.ts';
import { GOLDEN_ASAP, GOLDEN_ENRP } from './golden-messages.ts';

describe('text of messages', () => {
  it('tells ASAP messages in one line each', () => {
    expect(GOLDEN_ASAP.map(({ message }) => describeAsap(message))).toMatchInlineSnapshot(`
      [
        "ASAP registration abc pe 0x12345678 home 0x00000000 life 600 s sctp 192.0.2.1 port 4711 (data and control) round-robin",
        "ASAP registration-response abc pe 0x12345678 granted",
        "ASAP registration-response abc pe 0x12345678 rejected inconsistent-pool-policy (pool: round-robin)",
        "ASAP registration-response abc pe 0x12345678 granted invalid-values 0x0008000800000001",
        "ASAP deregistration abc pe 0x12345678",
        "ASAP deregistration-response abc pe 0x12345678",
        "ASAP deregistration-response abc pe 0x12345678 rejected-for-security",
        "ASAP handle-resolution abc subscribe",
        "ASAP handle-resolution abc at most 5",
        "ASAP handle-resolution-response abc subscribed weighted-round-robin weight 0 [pe 0x12345678 home 0x0badcafe life 600 s tcp 192.0.2.1 port 80 weighted-round-robin weight 3]",
        "ASAP handle-resolution-response abc [pe 0x12345678 home 0x0badcafe life 600 s tcp 192.0.2.1 port 80 weighted-round-robin weight 3]",
        "ASAP handle-resolution-response abc unknown-pool-handle",
        "ASAP endpoint-keep-alive abc registrar 0x0badcafe home",
        "ASAP endpoint-keep-alive abc pe 0x12345678 registrar 0x0badcafe",
        "ASAP endpoint-keep-alive-ack abc pe 0x12345678",
        "ASAP endpoint-unreachable abc pe 0x12345678",
        "ASAP server-announce registrar 0x0badcafe",
        "ASAP server-announce registrar 0x0badcafe sctp 192.0.2.9 port 3863; tcp 192.0.2.9 port 3863",
        "ASAP server-announce registrar 0x0badcafe sctp 192.0.2.9 port 3863 (udp 50000)",
        "ASAP cookie 5 bytes",
        "ASAP cookie 0 bytes",
        "ASAP cookie-echo 5 bytes",
        "ASAP business-card abc [pe 0x12345678 home 0x0badcafe life 600 s sctp 192.0.2.1 port 4711 (data and control) round-robin]",
        "ASAP error unrecognized-parameter 0x412300057f",
        "ASAP error unrecognized-message 0x45000009c12300057f",
      ]
    `);
  });

  it('tells ENRP messages in one line each', () => {
    expect(GOLDEN_ENRP.map(({ message }) => describeEnrp(message))).toMatchInlineSnapshot(`
      [
        "ENRP presence 0x0badcafe > 0x00c0ffee reply required checksum 0xd2f0",
        "ENRP presence 0x0badcafe > 0x00000000 checksum 0xd2f0 registrar 0x0badcafe at sctp 192.0.2.9 port 9901",
        "ENRP handle-table-request 0x0badcafe > 0x00c0ffee own elements only",
        "ENRP handle-table-request 0x0badcafe > 0x00c0ffee",
        "ENRP handle-table-response 0x0badcafe > 0x00c0ffee more follows abc [pe 0x12345678 home 0x0badcafe life 600 s tcp 192.0.2.1 port 80 weighted-round-robin weight 3 asap sctp 192.0.2.1 port 3863]",
        "ENRP handle-table-response 0x0badcafe > 0x00c0ffee",
        "ENRP handle-table-response 0x0badcafe > 0x00c0ffee rejected",
        "ENRP handle-update 0x0badcafe > 0x00000000 add-pe abc pe 0x12345678 home 0x0badcafe life 600 s tcp 192.0.2.1 port 80 weighted-round-robin weight 3 asap sctp 192.0.2.1 port 3863",
        "ENRP handle-update 0x0badcafe > 0x00000000 del-pe abc pe 0x12345678 home 0x0badcafe life 600 s tcp 192.0.2.1 port 80 weighted-round-robin weight 3 asap sctp 192.0.2.1 port 3863",
        "ENRP list-request 0x0badcafe > 0x00c0ffee",
        "ENRP list-response 0x0badcafe > 0x00c0ffee registrar 0x00c0ffee at sctp 192.0.2.8 port 9901",
        "ENRP list-response 0x0badcafe > 0x00c0ffee rejected",
        "ENRP init-takeover 0x0badcafe > 0x00000000 target 0x5eed5eed",
        "ENRP init-takeover-ack 0x00c0ffee > 0x0badcafe target 0x5eed5eed",
        "ENRP takeover-server 0x0badcafe > 0x00000000 target 0x5eed5eed",
        "ENRP error 0x0badcafe > 0x00c0ffee unrecognized-parameter 0x412300057f",
      ]
    `);
  });

  it('tells the dialect where it shows, and then lives in its units', () => {
    const pe =
      '000a0030 a8046364 00000000 00015f90 00040018 91930001 00010008 0a630103 00010008 0a630203 00080008 00000001';
    const handle = '0009000c 4563686f 506f6f6c';
    expect(explainAsap(fromHex(`01000040 ${handle} ${pe}`))).toBe(
      'ASAP registration EchoPool pe 0xa8046364 home 0x00000000 life 90 s sctp 10.99.1.3,10.99.2.3 port 37267 (data and control) round-robin (rsplib)',
    );
    expect(explainAsap(fromHex(`01000040 ${handle} ${pe.replace('00015f90', '00000258')}`))).toMatch(
      /life 600 s .* round-robin$/,
    );
    expect(explainAsap(fromHex(`0700001c 2905ab6e ${handle} 000e0008 a8046364`))).toMatch(/\(rsplib\)$/);
    expect(explainAsap(fromHex(`0700001c 2905ab6e ${handle}`.replace('1c', '14')))).not.toContain('rsplib');
    expect(explainEnrp(fromHex('0a000014 00000014 00000032 000c0008 00100004'))).toBe(
      'ENRP error 0x00000014 > 0x00000032 cause 0x10 the message is malformed (rsplib)',
    );
  });

  it('tells what is unknown or not usual', () => {
    const lines = [
      describeAsap(decodeAsap(fromHex('45000009 c1230005 7f000000'))),
      describeEnrp(decodeEnrp(fromHex('45000009 c1230005 7f000000'))),
      describeAsap(decodeAsap(fromHex('05000010 00090007 61626300 c1230004'))),
      describeCause({ kind: 'unknown', code: 0x100, information: new Uint8Array(40) }),
      describePolicy({ kind: 'unknown', type: 0xb0001001, data: new Uint8Array(8) }),
      describePolicy({ kind: 'least-used-with-degradation', load: 0x80000000, degradation: 0xffffffff }),
    ];
    expect(lines).toMatchInlineSnapshot(`
      [
        "ASAP message type 0x45 0x45000009c12300057f",
        "ENRP message type 0x45 0x45000009c12300057f",
        "ASAP handle-resolution abc (unrecognized: 0xc1230004)",
        "cause 0x100 0x00000000000000000000000000000000… (40 bytes)",
        "policy 0xb0001001",
        "least-used-with-degradation load 50.0% degradation 100.0%",
      ]
    `);
  });
});
