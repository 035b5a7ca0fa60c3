/** Congestion window of one path, in bytes of DATA chunks with header and padding. RFC 9260 §7.2. */
export class CongestionControl {
  #pmdcsBytes: number;
  #cwndBytes: number;
  #ssthreshBytes: number;
  #partialBytesAcked = 0;
  #decaying = false;
  #oneInFlight = false;

  /**
   * @param pmdcsBytes the largest DATA chunk that fits a packet on this path (PMDCS)
   * @param initialSsthreshBytes arbitrarily high, e.g. the peer's first window
   */
  constructor(pmdcsBytes: number, ipv6: boolean, initialSsthreshBytes: number) {
    this.#pmdcsBytes = pmdcsBytes;
    // §7.2.1: the constants differ by the size of the IP header.
    this.#cwndBytes = Math.min(4 * pmdcsBytes, Math.max(2 * pmdcsBytes, ipv6 ? 4344 : 4404));
    this.#ssthreshBytes = initialSsthreshBytes;
  }

  get cwndBytes(): number {
    return this.#cwndBytes;
  }

  get ssthreshBytes(): number {
    return this.#ssthreshBytes;
  }

  get partialBytesAcked(): number {
    return this.#partialBytesAcked;
  }

  /** §7.2.3: after a time-out one packet only, until something is acknowledged. */
  get onePacketInFlight(): boolean {
    return this.#oneInFlight;
  }

  /** cwnd is that of smaller packets, and one of those of now fills it. */
  isFilledByOnePacket(flightBytes: number): boolean {
    return this.#cwndBytes < this.#pmdcsBytes && flightBytes >= this.#cwndBytes;
  }

  /** The path MTU changed. A larger one does not enlarge cwnd by itself. */
  setPmdcs(pmdcsBytes: number): void {
    this.#pmdcsBytes = pmdcsBytes;
  }

  /**
   * Bytes that may go out now in new packets: rules 6.1 B and D. Overshooting by less than one chunk is left to the
   * caller, who may send as long as the result is positive.
   */
  roomBytes(flightBytes: number, maxBurstPackets: number): number {
    if (this.#oneInFlight) return flightBytes === 0 ? this.#pmdcsBytes : 0;
    return Math.min(this.#cwndBytes - flightBytes, maxBurstPackets * this.#pmdcsBytes);
  }

  /**
   * A SACK acknowledged chunks that were outstanding on this path.
   *
   * @param ackedBytes newly acknowledged, by the cumulative ack or by gap blocks
   * @param flightBeforeBytes outstanding before this SACK
   * @param duplicateBytes sent here more than once, and reported to have arrived more than once
   */
  acknowledged(ackedBytes: number, flightBeforeBytes: number, inFastRecovery: boolean, duplicateBytes = 0): void {
    if (ackedBytes > 0) this.#oneInFlight = false;
    const fullyUsed = flightBeforeBytes >= this.#cwndBytes;
    if (this.#cwndBytes <= this.#ssthreshBytes) {
      // §7.2.1, with L = 1.
      if (fullyUsed && !inFastRecovery) this.#cwndBytes += Math.min(ackedBytes, this.#pmdcsBytes);
      return;
    }
    // §7.2.2
    this.#partialBytesAcked += ackedBytes + duplicateBytes;
    if (this.#partialBytesAcked < this.#cwndBytes) return;
    if (fullyUsed) {
      this.#partialBytesAcked -= this.#cwndBytes;
      this.#cwndBytes += this.#pmdcsBytes;
    } else {
      this.#partialBytesAcked = this.#cwndBytes;
    }
  }

  /** §7.2.2: nothing is outstanding any more. */
  allAcknowledged(): void {
    this.#partialBytesAcked = 0;
  }

  /** §7.2.3: a loss that SACKs told of. */
  lostBySack(): void {
    this.#ssthreshBytes = Math.max(Math.floor(this.#cwndBytes / 2), 4 * this.#pmdcsBytes);
    this.#cwndBytes = this.#ssthreshBytes;
    this.#partialBytesAcked = 0;
  }

  /** §7.2.3: T3-rtx expired. */
  timedOut(): void {
    this.#ssthreshBytes = Math.max(Math.floor(this.#cwndBytes / 2), 4 * this.#pmdcsBytes);
    this.#cwndBytes = this.#pmdcsBytes;
    this.#partialBytesAcked = 0;
    this.#oneInFlight = true;
  }

  /** §7.2.1: nothing was sent on this path for `rtos` whole RTOs. */
  idle(rtos: number): void {
    const floorBytes = 4 * this.#pmdcsBytes;
    for (let i = 0; i < rtos && this.#cwndBytes > floorBytes; i++) {
      if (!this.#decaying) this.#ssthreshBytes = this.#cwndBytes;
      this.#decaying = true;
      this.#cwndBytes = Math.max(Math.floor(this.#cwndBytes / 2), floorBytes);
    }
  }

  /** Data is sent again after a pause: the next decay begins anew. */
  used(): void {
    this.#decaying = false;
  }
}
