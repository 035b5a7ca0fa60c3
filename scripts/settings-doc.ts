/** Writes `docs/sctp-settings.md`: every setting of an endpoint, from the table that the code itself uses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Setting } from '../src/base/config.ts';
import { associationSettings, endpointSettings, LIVE_SETTINGS } from '../src/sctp/core/config.ts';

const SOURCE = fileURLToPath(new URL('../src/sctp/core/config.ts', import.meta.url));
export const SETTINGS_DOCUMENT = fileURLToPath(new URL('../docs/sctp-settings.md', import.meta.url));

const HEAD = `# SCTP: all settings

Made by \`npm run docs:settings\` from \`src/sctp/core/config.ts\`; a test compares them.

Fields of \`config\`: of \`SctpEndpoint.bind\` (and of \`Endpoint\`, the protocol without sockets) for an endpoint and all its
associations, and of \`connect\` for one association. Those marked "live" can be changed by \`association.configure\` as long
as the association lives. A value out of its range is refused with \`ERR_BAD_CONFIG\`, which says what is taken.
`;

/** The document as it should be. */
export function settingsDocument(): string {
  const comments = commentsOf(readFileSync(SOURCE, 'utf8'));
  const row = ([name, setting]: [string, Setting]): string =>
    `| \`${name}\` | ${defaultOf(setting)} | ${rangeOf(setting)} | ${isLive(name) ? 'live' : ''} | ${comments.get(name)} |`;
  const table = (settings: Record<string, Setting>, isShown: (name: string) => boolean): string =>
    [
      '| setting | default | takes | | what it does |',
      '|---|---|---|---|---|',
      ...Object.entries(settings)
        .filter(([name]) => isShown(name))
        .map(row),
    ].join('\n');
  const ofAssociation = (name: string): boolean => Object.hasOwn(associationSettings, name);
  return [
    HEAD,
    '## Of an association\n',
    table(associationSettings, () => true),
    '\n## Of an endpoint\n',
    table(endpointSettings, (name) => !ofAssociation(name)),
    '',
  ].join('\n');
}

/** What stands above each setting in the source. */
function commentsOf(source: string): Map<string, string> {
  const comments = new Map<string, string>();
  for (const [, comment = '', name = ''] of source.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+): \{/gm)) {
    comments.set(name, comment.replace(/\s*\n\s*\*\s*/g, ' ').trim());
  }
  return comments;
}

function defaultOf({ default: value }: Setting): string {
  return typeof value === 'number' ? value.toLocaleString('en') : String(value);
}

function rangeOf(setting: Setting): string {
  if ('oneOf' in setting) return setting.oneOf.join(', ');
  if (!('min' in setting)) return 'true, false';
  return `${setting.min.toLocaleString('en')} to ${setting.max.toLocaleString('en')}`;
}

function isLive(name: string): boolean {
  return (LIVE_SETTINGS as readonly string[]).includes(name);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SETTINGS_DOCUMENT, settingsDocument());
