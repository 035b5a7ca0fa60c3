import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { CHECKSUM_ENGINE } from '../../sctp/index.ts';
import type { Finding } from './finding.ts';

/** Node.js, the system, and how checksums are computed. */
export function examineRuntime(): readonly Finding[] {
  return [
    nodeFinding(process.versions.node, neededNode()),
    { name: 'system', state: 'ok', found: `${platform()} ${release()}, ${arch()}` },
    checksumFinding(CHECKSUM_ENGINE),
  ];
}

/** @param needed as `20.19` */
export function nodeFinding(version: string, needed: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number);
  const enough = major > neededMajor || (major === neededMajor && minor >= neededMinor);
  return {
    name: 'Node.js',
    state: enough ? 'ok' : 'bad',
    found: version,
    advice: enough ? undefined : `needs ${needed} or later`,
  };
}

export function checksumFinding(engine: typeof CHECKSUM_ENGINE): Finding {
  if (engine === 'WebAssembly') return { name: 'checksum', state: 'ok', found: 'CRC32c in WebAssembly' };
  return {
    name: 'checksum',
    state: 'note',
    found: 'CRC32c in JavaScript, which takes twice as long',
    advice: 'let Node use WebAssembly (it is off with --jitless)',
  };
}

/** What `engines` of our own package asks for; it is three folders up, in the sources as in the build. */
function neededNode(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly engines: { readonly node: string } }).engines.node.replace(/^>=/, '');
}
