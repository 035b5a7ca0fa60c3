import type { DeliveryOptions } from '../../../src/rserpool/user/delivery-options.ts';
import type { Destination } from '../../../src/rserpool/user/destination.ts';
import type { UserRoleOptions } from '../../../src/rserpool/user/user-options.ts';
import { POOL, UserLadder } from './user-ladder.ts';

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A user whose elements are played by the test; `give` is the transport that gives a message back. */
export class SendLadder extends UserLadder {
  constructor(config: UserRoleOptions['config'] = {}, options: Partial<UserRoleOptions> = {}) {
    super(1, config, options);
    this.home();
  }

  post(text: string, options: DeliveryOptions = {}, destination: Destination = { poolHandle: POOL }): number {
    return this.call((role, now) => role.send(destination, { bytes: bytes(text) }, options, now));
  }

  /** The pool is known, and there are channels to these elements: 3, 5, 7 … for the first, second, third … */
  connected(elements: readonly number[]): void {
    this.post('first', { to: 'all', toSelf: true });
    this.answer(1, elements);
    for (let i = 0; i < elements.length; i++) this.up(3 + 2 * i);
    this.take();
    this.events.length = 0;
  }

  /** The transport of a channel returns its latest message, as it does when the association fails. */
  giveBack(channel: number): void {
    const output = this.outputs.findLast((each) => each.kind === 'send' && each.channel === channel);
    if (output?.kind !== 'send') throw new Error(`nothing was sent on channel ${channel}`);
    const { ppid, streamId, unordered, context } = output;
    this.input({ kind: 'send-failed', channel, ppid, bytes: output.bytes, streamId, unordered, context });
  }
}
