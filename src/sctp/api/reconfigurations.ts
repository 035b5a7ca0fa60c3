import type {
  ReconfigurationId,
  ReconfigurationOutcome,
  StreamReconfiguration,
  StreamSelection,
} from '../core/contract.ts';
import { SctpError, type SctpErrorCode } from '../core/errors.ts';
import { Waiters } from './waiters.ts';

const FAILURES: Readonly<Record<Exclude<ReconfigurationOutcome, 'performed'>, readonly [SctpErrorCode, string]>> = {
  denied: ['ERR_SCTP_RECONFIG_DENIED', 'the peer denied it'],
  'in-progress': ['ERR_SCTP_RECONFIG_IN_PROGRESS', 'the peer is busy with another request'],
  failed: ['ERR_SCTP_RECONFIG_FAILED', 'the peer called it an error'],
};

/** Streams that `resetStreams` is about; at least one of the two. */
export interface ResetStreamsOptions {
  /** Ours. */
  readonly outgoing?: StreamSelection | undefined;
  /** The peer's. */
  readonly incoming?: StreamSelection | undefined;
}

/** How many streams `addStreams` adds; at least one in all. */
export interface AddStreamsOptions {
  /** To ours. Default 0. */
  readonly outgoing?: number | undefined;
  /** To the peer's. Default 0. */
  readonly incoming?: number | undefined;
}

/** Calls that wait for the peer's answer to a RE-CONFIG request. */
export class Reconfigurations {
  readonly #waiting = new Map<ReconfigurationId, Waiters<undefined, void>>();
  readonly #request: (wanted: StreamReconfiguration) => ReconfigurationId;

  /** @param request hands the request to the core, which may refuse it by throwing */
  constructor(request: (wanted: StreamReconfiguration) => ReconfigurationId) {
    this.#request = request;
  }

  /** Resolves when the peer has done it. The signal ends the wait, not the request. */
  async ask(wanted: StreamReconfiguration, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const call = this.#request(wanted);
    const waiters = new Waiters<undefined, void>();
    this.#waiting.set(call, waiters);
    await waiters.wait(undefined, signal);
  }

  /** The peer has answered. */
  done(call: ReconfigurationId, outcome: ReconfigurationOutcome): void {
    const waiters = this.#waiting.get(call);
    this.#waiting.delete(call);
    if (outcome === 'performed') waiters?.resolveAll();
    else waiters?.rejectAll(new SctpError(...FAILURES[outcome], { outcome }));
  }

  /** No answer will come. */
  end(error: SctpError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiters of all) waiters.rejectAll(error);
  }
}
