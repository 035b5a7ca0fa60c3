import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = new URL('../../', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const manifest = JSON.parse(textOf('package.json')) as Manifest;
const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, Locked> };
const PREFIX = 'node_modules/';
/** Chapters of the page, by their headings. */
const chapters = new Map(
  textOf('docs/dependencies.md')
    .split(/^## /m)
    .map((text) => [text.slice(0, text.indexOf('\n')), text]),
);

/** Rows of the tables of a chapter, without their headings. */
function rowsOf(chapter: string): string[][] {
  const lines = (chapters.get(chapter) ?? '').split('\n').filter((line) => line.startsWith('| '));
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return rows.filter(([name]) => name !== 'package');
}

/** Where the lock file has a package that another one asks for: the nearest one up the tree. */
function locate(name: string, from: string): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(base.lastIndexOf(`/${PREFIX}`), 0))) {
    const path = `${base === '' ? '' : `${base}/`}${PREFIX}${name}`;
    if (packages[path] !== undefined) return path;
    if (base === '') return undefined;
  }
}

/** All packages that one brings along, by way of others too. */
function broughtBy(name: string): number {
  const seen = new Set<string>();
  const visit = (path: string | undefined): void => {
    if (path === undefined || seen.has(path)) return;
    seen.add(path);
    const { dependencies, optionalDependencies } = packages[path]!;
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) visit(locate(each, path));
  };
  visit(PREFIX + name);
  return seen.size - 1;
}

describe('docs/dependencies.md', () => {
  it.each([
    ['At run time', { ...manifest.dependencies, ...manifest.optionalDependencies }],
    ['For development', manifest.devDependencies],
  ] as const)('%s: lists what package.json has, with licence and what comes along', (chapter, listed) => {
    const expected = Object.keys(listed)
      .sort()
      .map((name) => [name, packages[PREFIX + name]!.license, String(broughtBy(name))]);
    const rows = rowsOf(chapter).map(([name, , licence, brings]) => [name!, licence, brings]);
    expect(rows.sort(([a], [b]) => (a! < b! ? -1 : 1))).toEqual(expected);
  });

  it('lists every package with an install script', () => {
    const having = Object.keys(packages).filter((path) => packages[path]!.hasInstallScript === true);
    const names = having.map((path) => path.slice(path.lastIndexOf(PREFIX) + PREFIX.length));
    expect(
      rowsOf('Install scripts')
        .map(([name]) => name)
        .sort(),
    ).toEqual([...new Set(names)].sort());
  });
});

describe('this package', () => {
  it('runs nothing when it is installed', () => {
    const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
    expect(Object.keys(manifest.scripts).filter((name) => atInstall.includes(name))).toEqual([]);
  });

  it('has each of its dependencies locked to its bytes', () => {
    const loose = Object.keys(packages).filter((path) => path !== '' && packages[path]!.integrity === undefined);
    expect(loose).toEqual([]);
  });

  it('contains dist, README and LICENSE, and nothing else', () => {
    const packed = execSync('npm pack --dry-run --json --ignore-scripts', {
      cwd: fileURLToPath(root),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }];
    const others = files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  });
});
