import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The code blocks of a Markdown text that are TypeScript. */
function typescriptBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
}

/** What a reader of the package types: without the header, importing the package. */
function asPublished(example: string): string {
  return example
    .replace(/^\/\*\*[\s\S]*?\*\/\n/, '')
    .replace("'../src/rserpool/index.ts'", "'rserpool'")
    .replace("'../src/sctp/index.ts'", "'rserpool/sctp'");
}

describe('README', () => {
  const readme = read('README.md');

  it.each(['rserpool-echo', 'sctp-echo'])('shows examples/%s.ts as it is run', (name) => {
    expect(typescriptBlocks(readme)).toContain(asPublished(read(`examples/${name}.ts`)));
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const texts = [readme, read('CONTRIBUTING.md')].join('\n');
    const named = [...texts.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(() => read(link), link).not.toThrow();
  });
});

describe('examples', () => {
  it('rserpool-echo runs, and its process ends by itself', async () => {
    const child = spawn(process.execPath, [
      '--import',
      'tsx',
      fileURLToPath(new URL('examples/rserpool-echo.ts', root)),
    ]);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const [exitCode] = (await once(child, 'close')) as [number];
    expect(output).toMatch(/^element \d+ answered: hello\n$/);
    expect(exitCode).toBe(0);
  });
});
