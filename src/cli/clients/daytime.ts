import { readDaytime } from '../../rserpool/services/index.ts';
import { identifierText } from '../describe-event.ts';
import { jsonLine } from '../json-line.ts';
import { printable } from '../printable.ts';
import type { Client } from './client.ts';
import { every } from './every.ts';

/** Asks for the time: once, or `count` times. */
export const daytime: Client = async ({ io, settings, connect }) => {
  for await (const _ of every(settings, io.interrupted, { count: 1, intervalS: 1 })) {
    // The element ends the session; that is no reason to ask the next one.
    const session = await connect({ failover: 'on-failure' });
    const { peIdentifier } = session.element!;
    const text = await readDaytime(session, io.interrupted);
    session.close();
    const line = printable(text.trimEnd());
    io.out(settings.json ? jsonLine({ text: line, peIdentifier }) : `${line}  (${identifierText(peIdentifier)})`);
  }
};
