/** What a SACK says. TSNs are plain numbers from 0 on: the model sends less than 2^53 packets. */
export interface ModelSack {
  /** Everything below has arrived. */
  readonly cumulative: number;
  /** What has arrived of the rest. */
  readonly gaps: ReadonlySet<number>;
  /** Packets that had arrived before. */
  readonly duplicates: number;
}

const SACK_DELAY_MS = 200;
const SACK_EVERY_PACKETS = 2;

/** The receiver of the model: RFC 9260 §6.2, §6.7. It answers at once or after SACK.Delay. */
export class ModelReceiver {
  /** Next TSN in order; everything below has arrived. */
  cumulative = 0;
  /** When the delayed SACK is due. */
  sackAt = Number.POSITIVE_INFINITY;
  readonly #beyond = new Set<number>();
  #unacked = 0;
  #duplicates = 0;
  #anyAcked = false;

  /** @returns a SACK if one has to go at once */
  receive(tsn: number, now: number): ModelSack | undefined {
    const isNew = tsn >= this.cumulative && !this.#beyond.has(tsn);
    if (isNew) {
      this.#beyond.add(tsn);
      while (this.#beyond.delete(this.cumulative)) this.cumulative++;
      this.#unacked++;
    } else this.#duplicates++;
    const atOnce = !isNew || this.#beyond.size > 0 || this.#unacked >= SACK_EVERY_PACKETS || !this.#anyAcked;
    if (atOnce) return this.sack();
    this.sackAt = Math.min(this.sackAt, now + SACK_DELAY_MS);
    return undefined;
  }

  sack(): ModelSack {
    const sack = { cumulative: this.cumulative, gaps: new Set(this.#beyond), duplicates: this.#duplicates };
    this.#anyAcked = true;
    this.#unacked = 0;
    this.#duplicates = 0;
    this.sackAt = Number.POSITIVE_INFINITY;
    return sack;
  }
}
