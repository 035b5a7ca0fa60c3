import type { Settings } from './settings.ts';

/** Carries messages between the two programs of a run, in order and without loss. */
export interface Transport {
  /** Resolves when peers can connect; `accept` is given each of them. */
  listen(accept: (channel: Channel) => void): Promise<void>;
  connect(): Promise<Channel>;
}

/** One association, or what stands for it. */
export interface Channel {
  /** Sends a message, or puts it where it waits; if there is a promise, another one has no room before it resolves. */
  send(message: Uint8Array): Promise<unknown> | undefined;
  /** Who gets the messages; called once. */
  receive(listener: (message: Uint8Array) => void): void;
}

export type OpenTransport = (settings: Settings) => Transport | Promise<Transport>;
