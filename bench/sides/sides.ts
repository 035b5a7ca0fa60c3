import { findDgram } from './dgram.ts';
import { findOurs } from './ours.ts';
import { findPion } from './pion.ts';
import type { FindSide } from './side.ts';
import { findTcp } from './tcp.ts';
import { findUsrsctp } from './usrsctp.ts';
import { findWerift } from './werift.ts';

/** Which side the others are compared with, beside ours. */
export const REFERENCE = 'usrsctp';
export const OURS = 'rserpool';

/** In the order of the table's rows. */
export const FIND_SIDES: readonly FindSide[] = [findOurs, findUsrsctp, findPion, findWerift, findDgram, findTcp];
