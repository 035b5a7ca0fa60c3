import { type HostileMessage, hostile, length16, message } from './hostile-message.ts';

const HANDLE = '00090007 61626300';
const IPV4 = '00010008 0a000901';
const SCTP = `00040010 12670001 ${IPV4}`;
const ROUND_ROBIN = '00080008 00000001';

const poolElement = (inner: string, life = '00000258', id = '12345678'): string =>
  `000a${length16(inner, 16)} ${id} 00000000 ${life} ${inner}`;
const registration = (...parameters: readonly string[]): string => message('0100', ...parameters);
const SOUND = poolElement(`${SCTP} ${ROUND_ROBIN}`);

/** What an attacker says to a registrar by ASAP. */
export const TO_REGISTRAR: readonly HostileMessage[] = [
  // RFC 5354 §4: the header.
  hostile('half a header', '0100', [], ['bad-message']),
  hostile('a Message Length beyond the message', '05000063 00090007 61626300', [], ['bad-message']),
  hostile('a Message Length below the header', '05000003', [], ['bad-message']),
  hostile('a Message Length of 0', `05000000 ${HANDLE}`, [], ['bad-message']),
  hostile('bytes behind the message', `0500000c ${HANDLE} ${HANDLE}`, [], ['bad-message']),
  hostile('an unknown type 00', '3f000008 01020304'),
  hostile('an unknown type 01', '45000008 01020304', ['ERROR (unrecognized-message)']),
  hostile('an unknown type 10', '85000008 01020304'),
  hostile('an unknown type 11', 'ff000008 01020304'),
  // RFC 5354 §3: parameters.
  hostile('a parameter of length 0', '05000008 00090000', [], ['bad-message']),
  hostile('a parameter of length 3', '05000008 00090003', [], ['bad-message']),
  hostile('a parameter that is longer than the message', '0500000c 00090100 61626300', [], ['bad-message']),
  hostile('half a parameter header', '05000006 0009', [], ['bad-message']),
  hostile('an unknown parameter 00', message('0500', HANDLE, '01230008 00000000'), [], ['bad-message']),
  hostile(
    'an unknown parameter 01',
    message('0500', HANDLE, '41230008 00000000'),
    ['ERROR (unrecognized-parameter)'],
    ['bad-message'],
  ),
  hostile('an unknown parameter 10', message('0500', HANDLE, '81230008 00000000'), [
    'HANDLE_RESOLUTION_RESPONSE with 0 elements (unknown-pool-handle)',
  ]),
  hostile('an unknown parameter 11', message('0500', HANDLE, 'c1230008 00000000'), [
    'ERROR (unrecognized-parameter)',
    'HANDLE_RESOLUTION_RESPONSE with 0 elements (unknown-pool-handle)',
  ]),
  hostile('1000 unknown parameters 11', message('0500', HANDLE, ...Array.from({ length: 1000 }, () => 'c1230004')), [
    `ERROR (${Array.from({ length: 32 }, () => 'unrecognized-parameter').join(', ')})`,
    'HANDLE_RESOLUTION_RESPONSE with 0 elements (unknown-pool-handle)',
  ]),
  hostile(
    'an unknown parameter 00 in a Pool Element',
    registration(HANDLE, poolElement(`${SCTP} ${ROUND_ROBIN} 01230004`)),
    [],
    ['bad-message'],
  ),
  hostile(
    'an unknown parameter 01 in a Pool Element',
    registration(HANDLE, poolElement(`${SCTP} ${ROUND_ROBIN} 41230004`)),
    ['REGISTRATION_RESPONSE rejected (unrecognized-parameter)'],
    ['bad-message'],
  ),
  // Missing, empty, twice, elsewhere.
  hostile('a REGISTRATION of nothing', registration(), ['ERROR (unspecified)'], ['bad-message']),
  hostile('a REGISTRATION without a pool', registration(SOUND), ['ERROR (invalid-values)'], ['bad-message']),
  hostile('a REGISTRATION without an element', registration(HANDLE), ['ERROR (unspecified)'], ['bad-message']),
  hostile(
    'a REGISTRATION the wrong way round',
    registration(SOUND, HANDLE),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('a DEREGISTRATION of nobody', message('0200', HANDLE), ['ERROR (unspecified)'], ['bad-message']),
  hostile(
    'a DEREGISTRATION with an identifier of 5 bytes',
    message('0200', HANDLE, '000e0009 00000007 00000000'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('a HANDLE_RESOLUTION of nothing', '05000004', ['ERROR (unspecified)'], ['bad-message']),
  hostile('an empty pool handle', message('0500', '00090004'), ['ERROR (invalid-values)'], ['bad-message']),
  hostile(
    'a REGISTRATION in a pool without a name',
    registration('00090004', SOUND),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  // RFC 5354 §3.3 to §3.10: what is inside of a Pool Element.
  hostile('an element without anything', registration(HANDLE, '000a0004'), ['ERROR (invalid-values)'], ['bad-message']),
  hostile(
    'an element without a transport',
    registration(HANDLE, poolElement(ROUND_ROBIN)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an element with two transports',
    registration(HANDLE, poolElement(`${SCTP} ${SCTP} ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an element without a policy',
    registration(HANDLE, poolElement(SCTP)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a transport without an address',
    registration(HANDLE, poolElement(`00040008 12670001 ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an IPv4 address of 5 bytes',
    registration(HANDLE, poolElement(`00040014 12670001 00010009 0a000901 00000000 ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an IPv6 address of 4 bytes',
    registration(HANDLE, poolElement(`00040010 12670001 00020008 0a000901 ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an address that is longer than its transport',
    registration(HANDLE, poolElement(`00040010 12670001 00010018 0a000901 ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a transport that is longer than its element',
    registration(HANDLE, poolElement('00040080 12670001 00010008 0a000901')),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an element that is longer than the message',
    registration(HANDLE, `000a0100 12345678 00000000 00000258 ${SCTP}`),
    [],
    ['bad-message'],
  ),
  hostile(
    'a Transport Use of 2',
    registration(HANDLE, poolElement(`00040010 12670002 ${IPV4} ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'TCP at two addresses',
    registration(HANDLE, poolElement(`00050018 00500000 ${IPV4} ${IPV4} ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'the address of somebody else',
    registration(HANDLE, poolElement(`00040010 12670001 00010008 0a000101 ${ROUND_ROBIN}`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
  ),
  hostile('a life of 0', registration(HANDLE, poolElement(`${SCTP} ${ROUND_ROBIN}`, '00000000')), [
    'REGISTRATION_RESPONSE rejected (invalid-values)',
  ]),
  hostile('a life of -2', registration(HANDLE, poolElement(`${SCTP} ${ROUND_ROBIN}`, 'fffffffe')), [
    'REGISTRATION_RESPONSE rejected (invalid-values)',
  ]),
  hostile(
    'a policy of 5 bytes',
    registration(HANDLE, poolElement(`${SCTP} 00080005 01000000`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a weight that is missing',
    registration(HANDLE, poolElement(`${SCTP} 00080008 00000002`)),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
    ['bad-message'],
  ),
  hostile('a policy that nobody knows', registration(HANDLE, poolElement(`${SCTP} 00080008 80000001`)), [
    'REGISTRATION_RESPONSE rejected (invalid-values)',
  ]),
  // What stops rsplib.
  hostile('a pool handle of 33 bytes', `05000029 00090025 ${'61'.repeat(33)} 000000`, [
    'HANDLE_RESOLUTION_RESPONSE with 0 elements (unknown-pool-handle)',
  ]),
  hostile('a pool handle of 1000 bytes', message('0500', `000903ec ${'61'.repeat(1000)}`), [
    'HANDLE_RESOLUTION_RESPONSE with 0 elements (unknown-pool-handle)',
  ]),
  hostile(
    'an unknown address in a transport, before the known one',
    registration(
      HANDLE,
      poolElement(`00040018 12670001 80990008 00000000 ${IPV4} ${ROUND_ROBIN}`, '00000258', '00000001'),
    ),
    ['REGISTRATION_RESPONSE granted'],
  ),
  hostile(
    'an unknown address in a transport, behind the known one',
    registration(
      HANDLE,
      poolElement(`00040018 12670001 ${IPV4} 80990008 00000000 ${ROUND_ROBIN}`, '00000258', '00000001'),
    ),
    ['REGISTRATION_RESPONSE granted'],
  ),
  hostile(
    'a pool whose weights are 0, and a resolution of it',
    `${registration('00090008 7a65726f', poolElement(`${SCTP} 0008000c 00000004 00000000`, '00000258', '00000002'))} | ${message('0500', '00090008 7a65726f')}`,
    ['REGISTRATION_RESPONSE granted', 'HANDLE_RESOLUTION_RESPONSE with 0 elements (lack-of-resources)'],
  ),
  hostile(
    'a policy that stops rsplib',
    registration(
      '00090005 71000000',
      poolElement(`${SCTP} 00080014 b0002004 00000001 00000001 00000001`, '00000258', '00000003'),
    ),
    ['REGISTRATION_RESPONSE rejected (invalid-values)'],
  ),
  // Meant for others, or for nobody.
  hostile('a response that nobody asked for', message('0300', HANDLE, '000e0008 00000001')),
  hostile('a HANDLE_RESOLUTION_RESPONSE', message('0600', HANDLE, ROUND_ROBIN, SOUND)),
  hostile('a keep-alive', message('0701', '0000029a', HANDLE)),
  hostile('an acknowledgement of nothing', message('0800', HANDLE, '000e0008 00000001')),
  hostile('a report of nobody', message('0900', HANDLE, '000e0008 00000009')),
  hostile('an announcement', message('0a00', '0000029a', SCTP)),
  hostile('a cookie', message('0b00', '000d0008 00000000')),
  hostile('a business card', message('0d00', HANDLE, SOUND)),
  hostile('an error without a cause', message('0e00', '000c0004'), [], ['error-received']),
  hostile('an error within an error', message('0e00', '000c0010 0001000c 41230008 00000000'), [], ['error-received']),
  hostile('an error whose cause is longer than it', message('0e00', '000c0008 00010100'), [], ['bad-message']),
];
