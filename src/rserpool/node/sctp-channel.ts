import { type SctpAssociation, SctpError, type SctpMessage } from '../../sctp/index.ts';
import type { ChannelId, RoleInput } from '../role.ts';
import { AssociationWatch, localOf, remoteOf, roundTripMsOf } from './association-watch.ts';
import type { DriverChannel, SendOutput } from './driver-channel.ts';

/** Messages that may wait for a peer that does not read before it is given up. */
const MAX_WAITING_MESSAGES = 4096;

/** An association as a role's channel: turns messages and events of the one into inputs of the other. */
export class SctpChannel implements DriverChannel {
  readonly id: ChannelId;
  readonly #association: SctpAssociation;
  readonly #watch: AssociationWatch;
  readonly #tell: (input: RoleInput) => void;
  readonly #gone: () => void;
  /** Told in the flush that the message came with: what the role answers shares packets with SACKs and other answers. */
  readonly #onMessage = (message: SctpMessage): void => this.#message(message);
  #reading = false;
  /** No more than the receive window holds will come: everything is read, so that the end is noticed. */
  #ending = false;
  #waitingSend: Promise<void> | undefined;
  /** Messages that the role was told of. */
  #read = 0;
  /** The peer wants to end: how many messages have come by then. */
  #messagesToRead: number | undefined;

  /** @param gone called when no more inputs will follow */
  constructor(id: ChannelId, association: SctpAssociation, tell: (input: RoleInput) => void, gone: () => void) {
    this.id = id;
    this.#association = association;
    this.#watch = new AssociationWatch(id, association, tell);
    this.#tell = tell;
    this.#gone = gone;
  }

  get roundTripMs(): number | undefined {
    return roundTripMsOf(this.#association);
  }

  open(): void {
    const association = this.#association;
    association.on('restart', () => this.#watch.changed(true));
    this.#watch.begin(() => this.#ending);
    association.on('send-failed', ({ data, ppid, stream, unordered, context }) =>
      this.#tell({ kind: 'send-failed', channel: this.id, ppid, bytes: data, streamId: stream, unordered, context }),
    );
    association.on('shutting-down', ({ messagesReceived, bufferedBytes }) => {
      // If the peer has not got all that was sent to it, the end of the association tells what became of it.
      if (bufferedBytes > 0) return;
      this.#messagesToRead = messagesReceived;
      this.#tellClosing();
    });
    void this.#waitForEnd();
    const initiator = association.initiator;
    this.#tell({
      kind: 'channel-up',
      channel: this.id,
      initiator,
      remote: remoteOf(association),
      local: localOf(association),
    });
    this.resume();
  }

  send(message: SendOutput): void {
    const { ppid, streamId, unordered, bytes, context } = message;
    const association = this.#association;
    const options = { ppid, stream: streamId, unordered, context };
    try {
      if (association.trySend(bytes, options)) return;
    } catch (error) {
      this.#failed(error, message);
      return;
    }
    if ((association.stats()?.waitingSends ?? 0) >= MAX_WAITING_MESSAGES) {
      association.abort('the peer does not read what it is sent');
      return;
    }
    const waiting = association.send(bytes, options).catch((error: unknown) => this.#failed(error, message));
    this.#waitingSend = waiting;
  }

  async writable(): Promise<void> {
    await this.#waitingSend;
  }

  pause(): void {
    if (this.#ending) return;
    this.#association.off('message', this.#onMessage);
    this.#reading = false;
  }

  resume(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#association.on('message', this.#onMessage);
  }

  probe(): void {
    this.#watch.probe(() => this.#ending);
  }

  close(how: 'shutdown' | 'abort', reason: string): void {
    // A graceful end waits for what was not read yet.
    this.#readToTheEnd();
    if (how === 'abort') this.#association.abort(reason);
    else void this.#association[Symbol.asyncDispose]();
  }

  /** The association is closed by whoever opened the endpoint; what holds it up is not read any more. */
  abandon(): void {
    this.resume();
  }

  #readToTheEnd(): void {
    this.#ending = true;
    this.resume();
  }

  #failed(error: unknown, { ppid, streamId, unordered, bytes, context }: SendOutput): void {
    // Anything but an SCTP error is a defect of ours and must not be swallowed.
    if (!(error instanceof SctpError)) throw error;
    // The association is ending: there is never room again, and who writes in a loop must not spin until it is over.
    if (error.code === 'ERR_SCTP_NOT_OPEN') this.#waitingSend = this.#association.closed.then(() => undefined);
    queueMicrotask(() =>
      this.#tell({ kind: 'send-failed', channel: this.id, ppid, bytes, streamId, unordered, context }),
    );
  }

  /** The channel is down when the association has ended and everything is read. */
  async #waitForEnd(): Promise<void> {
    const { kind, text } = await this.#association.closed;
    this.#readToTheEnd();
    // Who begins to listen is told of what waits in the microtask that follows.
    await undefined;
    this.#gone();
    const failed = kind !== 'shutdown' && kind !== 'peer-shutdown';
    this.#tell({ kind: 'channel-down', channel: this.id, reason: text, failed });
  }

  #message({ data, ppid, stream }: SctpMessage): void {
    this.#read++;
    this.#tell({ kind: 'message', channel: this.id, ppid, streamId: stream, bytes: data });
    this.#tellClosing();
  }

  /** Once, behind the last message of the peer. */
  #tellClosing(): void {
    if (this.#read !== this.#messagesToRead || this.#ending) return;
    this.#messagesToRead = undefined;
    this.#tell({ kind: 'channel-closing', channel: this.id, reason: 'the peer closed the association' });
  }
}
