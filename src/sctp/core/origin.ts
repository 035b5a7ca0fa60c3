import type { IpAddress } from '../../base/address.ts';

/** Where a packet came from and came in. */
export interface Origin {
  readonly address: IpAddress;
  readonly udpPort: number;
  /** Our address that it was sent to. */
  readonly localAddress: IpAddress;
}
