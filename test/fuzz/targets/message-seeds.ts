import { fromHex } from '../../../src/base/bytes.ts';
import { CAPTURED_ASAP, CAPTURED_ENRP } from '../../rserpool/wire/captured-messages.ts';
import { GOLDEN_ASAP, GOLDEN_ENRP } from '../../rserpool/wire/golden-messages.ts';

/** Messages of every kind, as the RFCs draw them, and as others send them. */
export const ASAP_SEEDS: readonly Uint8Array[] = [...GOLDEN_ASAP, ...CAPTURED_ASAP].map(({ hex }) => fromHex(hex));
export const ENRP_SEEDS: readonly Uint8Array[] = [...GOLDEN_ENRP, ...CAPTURED_ENRP].map(({ hex }) => fromHex(hex));
