import { type HostileMessage, hostile, message } from './hostile-message.ts';

/** Sender and receiver. */
const IDS = '0000029a 00000001';
const TO_OTHER = '0000029a 00000009';
const HANDLE = '00090007 61626300';
const IPV4 = '00010008 0a000901';
const SCTP = `00040010 26ad0000 ${IPV4}`;
const SERVER = `000b0018 0000029a ${SCTP}`;
const CHECKSUM = '000f0006 ffff0000';
const VICTIM =
  '000a0038 00000001 00000001 00000258 00040010 12670001 00010008 0a000101 00080008 00000001 00040010 12670000 00010008 0a000101';
const VICTIMS_POOL = '00090010 41747461636b6564506f6f6c';
const ELEMENT =
  '000a0038 12345678 0000029a 00000258 00040010 12670001 00010008 0a000901 00080008 00000001 00040010 12670000 00010008 0a000901';

/** What makes a peer of who says it. */
export const SOUND_PRESENCE = message('0100', IDS, CHECKSUM, SERVER);

/** What it says then. */
export const TO_PEER: readonly HostileMessage[] = [
  hostile('half a header', '0500', [], ['bad-message']),
  hostile('a header without identifiers', '05000004', [], ['bad-message']),
  hostile('one identifier', '05000008 0000029a', [], ['bad-message']),
  hostile('a Message Length beyond the message', `05000063 ${IDS}`, [], ['bad-message']),
  hostile('a Message Length below the header', `05000002 ${IDS}`, [], ['bad-message']),
  hostile('an unknown type 00', message('3f00', IDS)),
  hostile('an unknown type 01', message('4500', IDS), ['ERROR (unrecognized-message)']),
  hostile('an unknown type 11', message('ff00', IDS)),
  hostile('an unknown parameter 00', message('0100', IDS, CHECKSUM, SERVER, '01230004'), [], ['bad-message']),
  hostile(
    'an unknown parameter 01',
    message('0100', IDS, CHECKSUM, SERVER, '41230004'),
    ['ERROR (unrecognized-parameter)'],
    ['bad-message'],
  ),
  hostile('an unknown parameter 11', message('0500', IDS, 'c1230004'), [
    'ERROR (unrecognized-parameter)',
    'LIST_RESPONSE',
  ]),
  hostile(
    'a PRESENCE with a checksum of 3 bytes',
    message('0100', IDS, '000f0007 ffffff00', SERVER),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a PRESENCE of a server by TCP',
    message('0100', IDS, CHECKSUM, `000b0018 0000029a 00050010 26ad0000 ${IPV4}`),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a PRESENCE of a server without a transport',
    message('0100', IDS, CHECKSUM, '000b0008 0000029a'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'a PRESENCE with the identifier of the registrar',
    message('0100', '00000001 00000001', CHECKSUM, `000b0018 00000001 ${SCTP}`),
    ['the association is aborted'],
    ['identifier-collision'],
  ),
  hostile(
    'a PRESENCE of nobody',
    message('0100', '00000000 00000001', CHECKSUM, `000b0018 00000000 ${SCTP}`),
    [],
    ['bad-message'],
  ),
  hostile('a PRESENCE for another one', message('0100', TO_OTHER, CHECKSUM, SERVER), [], ['wrong-receiver']),
  hostile(
    'a PRESENCE that claims the identifier of another peer',
    message('0100', '00000002 00000001', CHECKSUM, `000b0018 00000002 ${SCTP}`),
    ['the association is aborted'],
    ['identifier-changed'],
  ),
  hostile('an update of nothing', message('0400', IDS, '00000000'), ['ERROR (unspecified)'], ['bad-message']),
  hostile('an update without an action', message('0400', IDS), [], ['bad-message']),
  hostile(
    'an update whose action does not exist',
    message('0400', IDS, '00070000', HANDLE, ELEMENT),
    ['ERROR (unspecified)'],
    ['bad-message'],
  ),
  hostile(
    'an update without an element',
    message('0400', IDS, '00000000', HANDLE),
    ['ERROR (unspecified)'],
    ['bad-message'],
  ),
  hostile(
    'an update with half an element',
    message('0400', IDS, '00000000', HANDLE, '000a0010 12345678 0000029a 00000258'),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile(
    'an update that removes the element of another registrar',
    message('0400', IDS, '00010000', VICTIMS_POOL, VICTIM),
    ['HANDLE_UPDATE'],
  ),
  hostile(
    'an update that removes an element as one of its own',
    message(
      '0400',
      IDS,
      '00010000',
      VICTIMS_POOL,
      VICTIM.replace('00000001 00000001 00000258', '00000001 0000029a 00000258'),
    ),
    ['HANDLE_UPDATE'],
  ),
  hostile('a table that nobody asked for', message('0300', IDS, HANDLE, ELEMENT)),
  hostile(
    'a table with an element before its pool',
    message('0300', IDS, ELEMENT),
    ['ERROR (invalid-values)'],
    ['bad-message'],
  ),
  hostile('a list that nobody asked for', message('0600', IDS, SERVER.replace('0000029a', '000003e7'))),
  hostile('a takeover of the registrar that hears of it', message('0700', IDS, '00000001')),
  hostile('a takeover of a peer that is alive', message('0700', IDS, '00000002'), ['INIT_TAKEOVER_ACK']),
  hostile('a takeover without a target', message('0700', IDS), [], ['bad-message']),
  hostile('an agreement that nobody asked for', message('0800', IDS, '00000002')),
  hostile('a takeover that is done, of a peer that is alive', message('0900', IDS, '00000002')),
  hostile(
    'a takeover that is done, of the registrar that hears of it',
    message('0900', IDS, '00000001'),
    [],
    ['declared-dead'],
  ),
  hostile('an error without a cause', message('0a00', IDS, '000c0004'), [], ['error-received']),
  hostile(
    'a message of ASAP',
    message('0200', HANDLE, '000e0008 00000001'),
    ['the association is aborted'],
    ['identifier-changed'],
  ),
];
