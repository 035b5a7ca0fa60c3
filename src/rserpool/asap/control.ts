import { WireError } from '../../base/errors.ts';
import type { Outbox } from '../outbox.ts';
import type { ChannelId } from '../role.ts';
import type { AsapMessage, ServerAnnounce } from '../wire/asap.ts';
import { decodeAsap } from '../wire/asap-codec.ts';
import type { ErrorCause } from '../wire/cause.ts';
import { MessageError } from '../wire/message-error.ts';

/** Message Type of ASAP_ERROR. RFC 5352 §2.2. */
const ERROR_TYPE = 0x0e;

/** A message that cannot be read was dropped. Told once for a channel, however many follow. */
export interface BadMessage {
  readonly kind: 'bad-message';
  readonly channel: ChannelId;
  /** For people: what is wrong with it. */
  readonly reason: string;
}

/**
 * Decodes a message of the control channel and sends the reports that the action bits of unknown types ask for
 * (RFC 5354 §3, §4). `undefined` if there is nothing left to act upon.
 */
export function receiveControl<Event>(
  outbox: Outbox<Event | BadMessage>,
  channel: ChannelId,
  bytes: Uint8Array,
): AsapMessage | undefined {
  let message: AsapMessage;
  try {
    message = outbox.dialects.readAsap(channel, bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (outbox.isFirstBad(channel)) outbox.event({ kind: 'bad-message', channel, reason: error.message });
    if (error instanceof MessageError && error.context.messageType !== ERROR_TYPE) {
      report(outbox, channel, error.causes);
    }
    return undefined;
  }
  if (message.kind === 'unknown') {
    if (message.report) report(outbox, channel, [{ kind: 'unrecognized-message', message: message.whole }]);
    return undefined;
  }
  // The codec names none for an ASAP_ERROR, which is never answered with another one.
  if (message.unrecognized !== undefined) {
    report(
      outbox,
      channel,
      message.unrecognized.map((parameter) => ({ kind: 'unrecognized-parameter', parameter })),
    );
  }
  return message;
}

/** Decodes an announcement. It is never answered, not even a broken one: its source proves nothing (RFC 5352 §9.2). */
export function receiveAnnouncement(bytes: Uint8Array): ServerAnnounce | undefined {
  try {
    const message = decodeAsap(bytes);
    return message.kind === 'server-announce' ? message : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function report<Event>(outbox: Outbox<Event>, channel: ChannelId, causes: readonly ErrorCause[]): void {
  if (causes.length > 0) outbox.control(channel, { kind: 'error', causes });
}
