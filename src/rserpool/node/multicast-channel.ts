import type { IpAddress } from '../../base/address.ts';
import type { Substrate } from '../../sctp/index.ts';
import { MulticastListener, type OnAnnouncement } from './multicast-listener.ts';
import type { Multicast } from './multicast-options.ts';
import { MulticastSender } from './multicast-sender.ts';

/** Sends to multicast groups and listens to them: what registrars do among each other. */
export class MulticastChannel {
  readonly #sender: MulticastSender;
  readonly #listener: MulticastListener;

  private constructor(sender: MulticastSender, listener: MulticastListener) {
    this.#sender = sender;
    this.#listener = listener;
  }

  /**
   * @param own addresses and SCTP port that are announced
   * @throws (rejects) RSerPoolError, SctpError; then nothing stays open
   */
  static async open(
    multicast: Multicast,
    substrate: Substrate,
    own: { readonly addresses: readonly IpAddress[]; readonly sctpPort: number },
    onAnnouncement: OnAnnouncement,
  ): Promise<MulticastChannel> {
    const { addresses, sctpPort: sourcePort } = own;
    const listener = await MulticastListener.open(multicast, substrate, onAnnouncement);
    try {
      const sender = await MulticastSender.open({ multicast, substrate, addresses, sourcePort });
      return new MulticastChannel(sender, listener);
    } catch (error) {
      await listener.close();
      throw error;
    }
  }

  send(bytes: Uint8Array): void {
    this.#sender.send(bytes);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.#sender.close(), this.#listener.close()]);
  }
}
