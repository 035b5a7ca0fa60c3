import { describeFailure } from '../errors.ts';
import { playElement } from './element-part.ts';
import type { PartSettings } from './messages.ts';
import { PartHost } from './part-host.ts';
import { playRegistrar } from './registrar-part.ts';
import { playUser } from './user-part.ts';

/** What a child process of the demo does, from the beginning to the end. */
export async function playPart(settings: PartSettings): Promise<void> {
  const host = new PartHost(settings);
  try {
    switch (settings.role) {
      case 'registrar':
        await playRegistrar(settings, host);
        break;
      case 'element':
        await playElement(settings, host);
        break;
      case 'user':
        await playUser(settings, host);
        break;
    }
  } catch (error) {
    host.report({ kind: 'failed', text: describeFailure(error, false) });
    throw error;
  } finally {
    await host.flush();
  }
}
