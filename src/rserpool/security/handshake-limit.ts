import type { IpAddress } from '../../base/address.ts';
import { Tally } from '../../base/tally.ts';
import { RSerPoolError } from '../errors.ts';

/** How many handshakes that others have begun are under way, so that nobody keeps all others out. RFC 5355 §2.1, §2.2. */
export class HandshakeLimit {
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #byAddress = new Tally<IpAddress>();
  #all = 0;

  /**
   * @param max all together
   * @param maxPerAddress those of one address
   */
  constructor(max: number, maxPerAddress: number) {
    this.#max = max;
    this.#maxPerAddress = maxPerAddress;
  }

  /** One more begins. @throws RSerPoolError `ERR_RSERPOOL_LIMIT` */
  begin(address: IpAddress): void {
    if (this.#all >= this.#max) throw new RSerPoolError('ERR_RSERPOOL_LIMIT', 'too many handshakes at a time');
    if (this.#byAddress.of(address) >= this.#maxPerAddress) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', 'too many handshakes of one address at a time', { address });
    }
    this.#all++;
    this.#byAddress.add(address);
  }

  /** One is over, however it ended. */
  end(address: IpAddress): void {
    this.#all--;
    this.#byAddress.remove(address);
  }
}
