import type { IpAddress } from '../../base/address.ts';
import { RSerPoolError } from '../errors.ts';

/** How many handshakes that others have begun are under way, so that nobody keeps all others out. RFC 5355 §2.1, §2.2. */
export class HandshakeLimit {
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #byAddress = new Map<IpAddress, number>();
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
    const fromThere = this.#byAddress.get(address) ?? 0;
    if (this.#all >= this.#max) throw new RSerPoolError('ERR_RSERPOOL_LIMIT', 'too many handshakes at a time');
    if (fromThere >= this.#maxPerAddress) {
      throw new RSerPoolError('ERR_RSERPOOL_LIMIT', 'too many handshakes of one address at a time', { address });
    }
    this.#all++;
    this.#byAddress.set(address, fromThere + 1);
  }

  /** One is over, however it ended. */
  end(address: IpAddress): void {
    this.#all--;
    const left = this.#byAddress.get(address)! - 1;
    if (left === 0) this.#byAddress.delete(address);
    else this.#byAddress.set(address, left);
  }
}
