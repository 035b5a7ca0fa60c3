import type { IpAddress } from '../../base/address.ts';
import type { AbandonmentPolicy, AssociationEvent, CloseReason, StreamSelection } from '../core/contract.ts';
import type { ErrorCause } from '../wire/cause.ts';
import type { SctpMessage } from './message.ts';

/** A message that was accepted by `send` and will not arrive, or perhaps not. RFC 9260 §11.2.2. */
export interface SendFailure {
  readonly data: Uint8Array;
  readonly stream: number;
  readonly ppid: number;
  readonly unordered: boolean;
  readonly context: unknown;
  /** Whether any part of it was sent: then the peer may have got it. */
  readonly partlySent: boolean;
  /** The policy that gave it up, or the end of the association. */
  readonly reason: AbandonmentPolicy | 'closed' | 'restart';
}

/** A path to the peer became usable or unusable, or its UDP port was learnt anew. RFC 9260 §11.2.3, RFC 6951 §5.4. */
export interface PathChange {
  readonly address: IpAddress;
  readonly change: Extract<AssociationEvent, { kind: 'path-changed' }>['change'];
}

/** How it stands when the peer begins to end the association. RFC 9260 §9.2. */
export interface ShuttingDown {
  /** Messages of the peer that have come in all, read or not. */
  readonly messagesReceived: number;
  /** Payload bytes that the peer has not acknowledged: they are sent before the end. */
  readonly bufferedBytes: number;
}

/** Streams began with SSN 0 again: ours, or the peer's. RFC 6525 §6.1.1. */
export interface StreamReset {
  readonly streams: StreamSelection;
  readonly direction: 'incoming' | 'outgoing';
}

/** Events of an association with what their listeners get. */
export interface SctpAssociationEvents {
  /** DATA ARRIVE. As long as it has a listener, messages go there at once and their window is free again. */
  message: [message: SctpMessage];
  /** RESTART: the peer lost its state and began anew; what it had not acknowledged was reported as `send-failed`. */
  restart: [];
  /** NETWORK STATUS CHANGE. */
  'path-changed': [change: PathChange];
  /** SEND FAILURE. */
  'send-failed': [failure: SendFailure];
  /**
   * Nothing at all came from the peer for so many ms since a message went to it: a doubt, told once until it is heard
   * again. Only with `unansweredAfterMs`; `probe` finds out more.
   */
  unanswered: [doubt: { readonly forMs: number }];
  /** Everything that was sent is acknowledged. */
  dry: [];
  /** `trySend`, which had returned false, is worth trying again. */
  drain: [];
  /** COMMUNICATION ERROR: the peer reported something that does not end the association. */
  'peer-error': [causes: readonly ErrorCause[]];
  /** Streams of ours or of the peer have begun anew, whoever asked for it. */
  'stream-reset': [reset: StreamReset];
  /** There are so many streams now. RFC 6525 §6.1.3. */
  'streams-added': [streams: { readonly outboundStreams: number; readonly inboundStreams: number }];
  /** All TSNs and SSNs have begun anew; the next DATA chunks have these TSNs. RFC 6525 §6.1.2. */
  'association-reset': [tsns: { readonly localNextTsn: number; readonly remoteNextTsn: number }];
  /** The peer wants to end: nothing more can be sent, no more messages will come than have come already. */
  'shutting-down': [state: ShuttingDown];
  /** COMMUNICATION LOST or SHUTDOWN COMPLETE: the last event. */
  closed: [reason: CloseReason];
}

/** An event's name and what its listeners get. */
export type Told = {
  [Name in keyof SctpAssociationEvents]: readonly [name: Name, ...args: SctpAssociationEvents[Name]];
}[keyof SctpAssociationEvents];

/** What listeners are told of an event of the core; nothing of some, and messages go their own way. */
export function toldOf(event: AssociationEvent): Told | undefined {
  switch (event.kind) {
    case 'drain':
    case 'dry':
    case 'restart':
      return [event.kind];
    case 'shutting-down':
      return [event.kind, { messagesReceived: event.messagesReceived, bufferedBytes: event.bufferedBytes }];
    case 'send-failed': {
      const { data, streamId: stream, ppid, unordered, context } = event.request;
      const { partlySent, reason } = event;
      return ['send-failed', { data, stream, ppid, unordered, context, partlySent, reason }];
    }
    case 'path-changed':
      return ['path-changed', { address: event.address, change: event.change }];
    case 'unanswered':
      return ['unanswered', { forMs: event.forMs }];
    case 'peer-error':
      return ['peer-error', event.causes];
    case 'stream-reset':
      return ['stream-reset', { streams: event.streams, direction: event.direction }];
    case 'streams-added': {
      const { outboundStreams, inboundStreams } = event;
      return ['streams-added', { outboundStreams, inboundStreams }];
    }
    case 'association-reset': {
      const { localNextTsn, remoteNextTsn } = event;
      return ['association-reset', { localNextTsn, remoteNextTsn }];
    }
    case 'closed':
      return ['closed', event.reason];
    case 'up':
    case 'probed':
    case 'message':
    case 'reconfiguration-done':
      return undefined;
  }
}
