import type { Command } from 'commander';
import type { PartSettings } from '../demo/messages.ts';
import { playPart } from '../demo/play-part.ts';
import { usageError } from '../errors.ts';

/** A process of `rserpool demo`. Hidden: it needs the demo as its parent. */
export function addDemoPartCommand(program: Command): void {
  program
    .command('demo-part', { hidden: true })
    .argument('<settings>', 'JSON')
    .action((text: string) => {
      const settings = settingsOf(text);
      if (settings === undefined || process.send === undefined) {
        throw usageError('demo-part', 'it is started by `rserpool demo` only');
      }
      return playPart(settings);
    });
}

function settingsOf(text: string): PartSettings | undefined {
  try {
    const settings = JSON.parse(text) as PartSettings;
    return typeof settings?.role === 'string' ? settings : undefined;
  } catch {
    return undefined;
  }
}
