import { findDgram } from './dgram.ts';
import { findOurs, findOursPlain } from './ours.ts';
import { findPion } from './pion.ts';
import type { FindSide } from './side.ts';
import { findTcp } from './tcp.ts';
import { findUsrsctp } from './usrsctp.ts';
import { findWerift } from './werift.ts';

/** Which side the others are compared with, beside ours. */
export const REFERENCE = 'usrsctp';
export const OURS = 'rserpool';

/** Whether it is ours, in whatever way. */
export const isOurs = (side: string): boolean => side.startsWith(OURS);

/** In the order of the table's rows. */
export const FIND_SIDES: readonly FindSide[] = [
  findOurs,
  findOursPlain,
  findUsrsctp,
  findPion,
  findWerift,
  findDgram,
  findTcp,
];
