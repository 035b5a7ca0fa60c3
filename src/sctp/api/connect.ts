import { isIpv6 } from '../../base/address.ts';
import { peerAddresses } from './addresses.ts';
import type { SctpAssociation } from './association.ts';
import { type BindOptions, type ConnectOptions, type ConnectTarget, SctpEndpoint } from './endpoint.ts';

export interface ConnectCallOptions extends ConnectOptions {
  /** Where to connect from. Default: whatever address the system chooses, and any ports. */
  readonly from?: BindOptions | undefined;
}

/**
 * Connects with an endpoint of its own, which closes with the association: `net.connect` for SCTP.
 *
 * @throws (rejects) as `SctpEndpoint.bind` and `SctpEndpoint.connect` do
 */
export async function connect(target: ConnectTarget, options: ConnectCallOptions = {}): Promise<SctpAssociation> {
  const { from, ...connectOptions } = options;
  connectOptions.signal?.throwIfAborted();
  const [first] = peerAddresses(target.addresses);
  const anyAddress = isIpv6(first!) ? '::' : '0.0.0.0';
  const endpoint = await SctpEndpoint.bind(
    from?.encapsulation === undefined ? { addresses: [anyAddress], udpPort: 0, ...from } : from,
  );
  try {
    const association = await endpoint.connect(target, connectOptions);
    void association.closed.then(() => endpoint.close());
    return association;
  } catch (error) {
    await endpoint.close();
    throw error;
  }
}
