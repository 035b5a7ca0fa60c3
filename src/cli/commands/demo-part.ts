import type { Command } from 'commander';
import type { PartSettings } from '../demo/messages.ts';
import { playPart } from '../demo/play-part.ts';
import { usageError } from '../errors.ts';

/** A process of `rserpool demo`. Hidden: it needs the demo as its parent. */
export function addDemoPartCommand(program: Command): void {
  program
    .command('demo-part', { hidden: true })
    .argument('<settings>', 'JSON')
    .action((settings: string) => {
      if (process.send === undefined) throw usageError('demo-part', 'it is started by `rserpool demo` only');
      return playPart(JSON.parse(settings) as PartSettings);
    });
}
