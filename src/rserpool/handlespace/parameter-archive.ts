import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { Deque } from '../../base/deque.ts';
import { TlvReader } from '../../base/tlv.ts';
import { type PoolElementParameter, poolElementBytes, readPoolElement, writePoolElement } from '../wire/element.ts';
import { newReading } from '../wire/parameter.ts';
import type { TransportParameter } from '../wire/transport.ts';
import { ByteSlab } from './byte-slab.ts';

/** Somebody who has a parameter, and can give it away and get it back. */
export interface ParameterHolder {
  /** Others used their parameters since: keep it as bytes. */
  pack(): void;
}

const LIFE_BYTES = 8;

/**
 * Keeps the parameters of elements that nobody needed lately as bytes: a few dozen instead of hundreds for the objects.
 * Those used last stay objects, so that small handlespaces never pack anything.
 */
export class ParameterArchive {
  readonly #maxUnpacked: number;
  readonly #unpacked = new Deque<ParameterHolder>();
  readonly #slab = new ByteSlab();
  readonly #writer = new ByteWriter();

  constructor(maxUnpacked: number) {
    this.#maxUnpacked = maxUnpacked;
  }

  /** The holder has an object now, and had none before. */
  noteUnpacked(holder: ParameterHolder): void {
    this.#unpacked.push(holder);
    if (this.#unpacked.length > this.#maxUnpacked) this.#unpacked.shift()!.pack();
  }

  /** @returns the place of the bytes; `undefined` for a parameter that has to stay an object */
  put(parameter: PoolElementParameter): number | undefined {
    if (!isPlain(parameter) || LIFE_BYTES + poolElementBytes(parameter) > ByteSlab.MAX_BYTES) return undefined;
    const w = this.#writer;
    w.reset();
    // The wire has no fractions of a second. In rsplib's dialect nothing else is lost.
    w.f64(parameter.registrationLifeS);
    writePoolElement(w, parameter, 'asap', 'rsplib');
    return this.#slab.put(w.view());
  }

  get(place: number): PoolElementParameter {
    const r = new ByteReader(this.#slab.get(place));
    const registrationLifeS = r.f64();
    const tlv = new TlvReader(r.rest()).next()!;
    return { ...readPoolElement(newReading({}, false, 'rsplib'), tlv, 'asap'), registrationLifeS };
  }

  free(place: number): void {
    this.#slab.free(place);
  }
}

/** Whether no address has a zone, of which the bytes know nothing. */
function isPlain({ userTransport, asapTransport }: PoolElementParameter): boolean {
  return !hasZone(userTransport) && (asapTransport === undefined || !hasZone(asapTransport));
}

function hasZone(transport: TransportParameter): boolean {
  if (transport.protocol === 'opaque') return false;
  for (const address of transport.addresses) if (address.includes('%')) return true;
  return false;
}
