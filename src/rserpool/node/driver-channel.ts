import type { ChannelId, RoleOutput } from '../role.ts';

export type SendOutput = Extract<RoleOutput<unknown>, { readonly kind: 'send' }>;

/** A role's channel on a real transport: an SCTP association, or a TCP connection. */
export interface DriverChannel {
  readonly id: ChannelId;
  /** Smoothed round trip, ms, if the transport has measured one. */
  readonly roundTripMs?: number | undefined;
  /** Tells the role of the channel and of everything that happens on it. */
  open(): void;
  send(output: SendOutput): void;
  /** Resolves when the peer has room for more. */
  writable(): Promise<void>;
  /** Stops reading: the peer has to wait as soon as its window is full. */
  pause(): void;
  resume(): void;
  /** Tells a `probe-result`, unless the channel ends before. */
  probe(): void;
  close(how: 'shutdown' | 'abort', reason: string): void;
  /** The driver stops: nobody listens any more. */
  abandon(): void;
}
