import { throwLater } from '../../base/throw-later.ts';
import type { SctpAssociation } from './association.ts';
import { type BindOptions, SctpEndpoint } from './endpoint.ts';
import type { ListenOptions } from './listener.ts';

export interface ServerOptions extends BindOptions {
  /** Associations that are up and not handed over yet; see `ListenOptions`. */
  readonly backlog?: ListenOptions['backlog'];
}

/**
 * Binds an endpoint and calls `onAssociation` for every association that peers set up: `net.createServer` for SCTP.
 * Close the endpoint to end it. What `onAssociation` throws, or its promise rejects with, goes to the process.
 *
 * @throws (rejects) as `SctpEndpoint.bind` does
 */
export async function createServer(
  options: ServerOptions,
  onAssociation: (association: SctpAssociation) => void | Promise<void>,
): Promise<SctpEndpoint> {
  const { backlog, ...bindOptions } = options;
  const endpoint = await SctpEndpoint.bind(bindOptions);
  void serve(endpoint.listen({ backlog }), onAssociation);
  return endpoint;
}

async function serve(
  associations: AsyncIterable<SctpAssociation>,
  onAssociation: (association: SctpAssociation) => void | Promise<void>,
): Promise<void> {
  for await (const association of associations) {
    try {
      Promise.resolve(onAssociation(association)).catch(throwLater);
    } catch (error) {
      throwLater(error);
    }
  }
}
