import { type HostileMessage, hostile, length16, message } from './hostile-message.ts';

/** The pool that an attacker has, `trap`. */
const HANDLE = '00090008 74726170';
const ELEMENT = '000a0028 0000029a 0000029a 00000258 00040010 12670001 00010008 0a000901 00080008 00000001';

/** What a registrar of an attacker answers to a user that asks for the pool `trap`. */
export const RESOLUTIONS: readonly HostileMessage[] = [
  hostile('half a header', '0600', [], ['bad-message']),
  hostile('a Message Length beyond the message', `06000063 ${HANDLE}`, [], ['bad-message']),
  hostile('bytes behind the message', `0600000c ${HANDLE} ${HANDLE}`, [], ['bad-message']),
  hostile('a response without a pool', message('0600'), ['ERROR (unspecified)'], ['bad-message']),
  hostile('a response for another pool', message('0600', '00090008 6f746872', ELEMENT)),
  hostile('a response without elements', message('0600', HANDLE)),
  hostile(
    'an element without a transport',
    message('0600', HANDLE, '000a0018 0000029a 0000029a 00000258 00080008 00000001'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an element whose transport is longer than it',
    message('0600', HANDLE, '000a0018 0000029a 0000029a 00000258 00040080 12670001'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a policy of 4 bytes',
    message('0600', HANDLE, '00080004', ELEMENT),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('an error that says nothing', message('0600', HANDLE, '000c0004')),
  hostile(
    'an error whose cause is longer than it',
    message('0600', HANDLE, '000c0008 00090100'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an unknown parameter 01',
    message('0600', HANDLE, ELEMENT, '41230004'),
    ['ERROR (unrecognized-parameter)'],
    ['bad-message'],
  ),
  hostile('a cookie', message('0b00', '000d0008 00000000')),
  hostile('an unknown type 01', message('4500'), ['ERROR (unrecognized-message)']),
];

/** What an element of an attacker says to a user, or a user of an attacker to an element: on the control channel. */
export const CONTROL: readonly HostileMessage[] = [
  hostile('half a header', '0b00', [], ['bad-message']),
  hostile('a Message Length of 0', '0b000000 000d0004', [], ['bad-message']),
  hostile('a Message Length beyond the message', '0b000063 000d0004', [], ['bad-message']),
  hostile('a cookie that is longer than the message', '0b00000c 000d0100 00000000', [], ['bad-message']),
  hostile('a cookie that is missing', '0b000004', ['ERROR (unspecified)'], ['bad-message']),
  hostile('a cookie of nothing', message('0c00', '000d0004')),
  hostile(
    'a cookie of 60,000 bytes',
    message('0c00', `000d${length16('00'.repeat(60_000), 4)} ${'00'.repeat(60_000)}`),
  ),
  hostile('a parameter of length 3', '0b000008 000d0003', [], ['bad-message']),
  hostile(
    'something else in the place of a cookie',
    message('0b00', HANDLE),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('an unknown type 00', message('3f00')),
  hostile('an unknown type 01', message('4500'), ['ERROR (unrecognized-message)']),
  hostile('an unknown type 11', message('ff00')),
  hostile('an unknown parameter 00', message('0b00', '01230004', '000d0004'), [], ['bad-message']),
  hostile(
    'an unknown parameter 01',
    message('0b00', '41230004', '000d0004'),
    ['ERROR (unrecognized-parameter)'],
    ['bad-message'],
  ),
  hostile('an unknown parameter 11', message('0b00', '000d0004', 'c1230004'), ['ERROR (unrecognized-parameter)']),
  hostile('a business card without elements', message('0d00', HANDLE)),
  hostile(
    'a business card with half an element',
    message('0d00', HANDLE, '000a0010 0000029a 0000029a 00000258'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('a keep-alive without a pool', message('0701', '0000029a'), ['ERROR (unspecified)'], ['bad-message']),
  hostile('a keep-alive without a registrar', message('0701'), [], ['bad-message']),
  hostile('a keep-alive for a pool that it is not in', message('0701', '0000029a', HANDLE)),
  hostile('a REGISTRATION', message('0100', HANDLE, ELEMENT)),
  hostile('a REGISTRATION_RESPONSE', message('0301', HANDLE, '000e0008 00000001', '000c0008 000a0004')),
  hostile('a DEREGISTRATION_RESPONSE', message('0400', '00090010 41747461636b6564506f6f6c', '000e0008 00000001')),
  hostile('an announcement', message('0a00', '0000029a')),
  hostile('an error without a cause', message('0e00', '000c0004'), [], ['peer-error']),
  hostile('an error with a broken cause', message('0e00', '000c0008 00010100'), [], ['bad-message']),
];
