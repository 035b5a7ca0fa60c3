import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { SETTINGS_DOCUMENT, settingsDocument } from '../../scripts/settings-doc.ts';
import { endpointConfig } from '../../src/sctp/index.ts';

it('docs/sctp-settings.md is what `npm run docs:settings` makes, and has every setting with its text', () => {
  const document = readFileSync(SETTINGS_DOCUMENT, 'utf8');
  expect(document).toBe(settingsDocument());
  expect(document).not.toContain('undefined');
  for (const name of Object.keys(endpointConfig())) expect(document).toContain(`| \`${name}\` |`);
});
