import type { ByteWriter } from '../../base/bytes.ts';
import type { Tlv } from '../../base/tlv.ts';
import type { Dialect } from './dialect.ts';
import { type PoolElementParameter, readPoolElement, writePoolElement } from './element.ts';
import type { Reading } from './parameter.ts';

/** Elements that were read and are remembered: a power of two. Longer parameters than this are not. */
const PLACES = 4096;
const MAX_BYTES = 256;

interface Remembered {
  readonly bytes: Uint8Array;
  readonly dialect: Dialect;
  readonly element: PoolElementParameter;
}

/** By a few bits of the identifier: who comes later has the place. */
const read = new Array<Remembered | undefined>(PLACES).fill(undefined);

/** The values of elements that were written, without padding behind. */
const written = new WeakMap<PoolElementParameter, Uint8Array>();

/**
 * As `readPoolElement` in ASAP, for lists of elements: pools are resolved again and again, and most elements are those of
 * the last time. What has the same bytes is the same object, which nobody can change.
 */
export function readListedElement(reading: Reading, tlv: Tlv): PoolElementParameter {
  if (tlv.length < 4 || tlv.length > MAX_BYTES) return readPoolElement(reading, tlv, 'asap');
  const identifier = tlv.firstU32;
  const place = placeOf(identifier);
  const known = read[place];
  if (known !== undefined && known.dialect === reading.dialect && tlv.hasValue(known.bytes)) {
    reading.context.peIdentifier = identifier;
    return known.element;
  }
  const reported = reading.unrecognized.length;
  const element = readPoolElement(reading, tlv, 'asap');
  // What is to be reported is reported each time.
  if (reading.unrecognized.length === reported && freeze(element)) {
    read[place] = { bytes: tlv.value.slice(), dialect: reading.dialect, element };
  }
  return element;
}

/** As `writePoolElement` in ASAP, for lists of elements that are written more than once and never change. */
export function writeListedElement(w: ByteWriter, element: PoolElementParameter, dialect: Dialect): void {
  // Others are rare, and are made for one message.
  if (dialect !== 'rfc') {
    writePoolElement(w, element, 'asap', dialect);
    return;
  }
  w.pad4();
  const known = written.get(element);
  if (known !== undefined) {
    w.bytes(known);
    return;
  }
  const start = w.length;
  writePoolElement(w, element, 'asap');
  written.set(element, w.view().slice(start));
}

function placeOf(identifier: number): number {
  return (identifier ^ (identifier >>> 12) ^ (identifier >>> 24)) & (PLACES - 1);
}

/** False for an element with bytes in it, which anybody can change. */
function freeze(element: PoolElementParameter): boolean {
  const { userTransport, asapTransport, policy, udpPorts } = element;
  if (userTransport.protocol === 'opaque' || policy.kind === 'unknown') return false;
  Object.freeze(userTransport.addresses);
  if (asapTransport !== undefined) Object.freeze(asapTransport.addresses);
  for (const part of [userTransport, asapTransport, policy, udpPorts]) Object.freeze(part);
  Object.freeze(element);
  return true;
}
