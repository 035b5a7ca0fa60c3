import type { Substrate } from './substrate.ts';

/** What an endpoint does at these moments. */
export interface Batched {
  /** A batch of datagrams is here: tells what has come, and sends if nobody may have an answer to that. */
  deliver(): void;
  /** Sends and tells all that there is to send and to tell. */
  carryOut(): void;
  /** Likewise, if {@link deliver} has left that to the end of the turn and nothing has been carried out since. */
  endTurn(): void;
}

/** Lets endpoints do something one after the other, so that what they send may leave together. Never throws. */
export type Together = (endpoints: readonly Batched[], act: (endpoint: Batched) => void) => void;

/**
 * When the endpoints on some sockets carry out what they want: together, at the end of the batch of datagrams that the
 * system has handed over. As long as datagrams come one by one, as they do where somebody waits for each answer, that is
 * as soon as one is here: only another system call shows that no other is, and the answer would wait for it.
 */
export class Batches {
  readonly #substrate: Pick<Substrate, 'endOfBatch' | 'endOfTurn'>;
  readonly #together: Together;
  /** Those that something came for, that were called, and that have told of something. */
  #inBatch: Batched[] = [];
  #called: Batched[] = [];
  #inTurn: Batched[] = [];
  /** Datagrams of the batch that is coming in. */
  #datagrams = 0;
  #endIsComing = false;
  /** The last batch was one datagram. */
  #oneByOne = false;

  constructor(substrate: Pick<Substrate, 'endOfBatch' | 'endOfTurn'>, together: Together) {
    this.#substrate = substrate;
    this.#together = together;
  }

  /** A datagram is about to be delivered. */
  comes(): void {
    this.#datagrams++;
    this.#awaitEnd();
  }

  /** It is delivered. */
  isHere(): void {
    if (this.#oneByOne && this.#datagrams === 1) this.#deliver();
  }

  /** The endpoint delivers when the datagrams that are already here have come. */
  atEndOfBatch(endpoint: Batched): void {
    this.#inBatch.push(endpoint);
    this.#awaitEnd();
  }

  /** It was called: it carries out what it wants in the microtask that follows. */
  afterCall(endpoint: Batched): void {
    if (this.#called.length === 0) queueMicrotask(this.#afterCalls);
    this.#called.push(endpoint);
  }

  /** It ends the turn when everything has followed that promises bring about in this one. */
  atEndOfTurn(endpoint: Batched): void {
    if (this.#inTurn.length === 0) this.#substrate.endOfTurn(this.#endTurn);
    this.#inTurn.push(endpoint);
  }

  #awaitEnd(): void {
    if (this.#endIsComing) return;
    this.#endIsComing = true;
    this.#substrate.endOfBatch(this.#endBatch);
  }

  readonly #endBatch = (): void => {
    this.#endIsComing = false;
    if (this.#datagrams > 0) this.#oneByOne = this.#datagrams === 1;
    this.#datagrams = 0;
    this.#deliver();
  };

  #deliver(): void {
    const endpoints = this.#inBatch;
    if (endpoints.length === 0) return;
    this.#inBatch = [];
    this.#together(endpoints, deliver);
  }

  readonly #afterCalls = (): void => {
    const endpoints = this.#called;
    this.#called = [];
    this.#together(endpoints, carryOut);
  };

  readonly #endTurn = (): void => {
    const endpoints = this.#inTurn;
    this.#inTurn = [];
    this.#together(endpoints, endTurn);
  };
}

const deliver = (endpoint: Batched): void => endpoint.deliver();
const carryOut = (endpoint: Batched): void => endpoint.carryOut();
const endTurn = (endpoint: Batched): void => endpoint.endTurn();
