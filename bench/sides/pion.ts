import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { debianVersion } from './debian-version.ts';
import type { FindSide } from './side.ts';
import { output, outputIfAny, sources, workshop } from './workshop.ts';

/** Where Debian puts the sources of Go libraries. */
const GOPATH = '/usr/share/gocode';
const PACKAGE = 'golang-github-pion-sctp-dev';

export const findPion: FindSide = async () => {
  const name = 'pion';
  const go = await outputIfAny('go', ['version']);
  const library = await access(join(GOPATH, 'src/github.com/pion/sctp')).then(
    () => true,
    () => false,
  );
  if (go === undefined || !library) return { name, install: `apt install golang-go ${PACKAGE}` };
  const folder = await workshop(name);
  const program = join(folder, 'program');
  // Debian's libraries are no modules: nothing is downloaded.
  const environment = { GO111MODULE: 'off', GOPATH, GOCACHE: join(folder, 'cache'), GOFLAGS: '' };
  await output('go', ['build', '-o', program, ...(await sources(name, '.go'))], environment);
  return {
    name,
    about: `pion/sctp ${await debianVersion(PACKAGE)}; packets of 1228 bytes always, buffers of 1 MiB`,
    program: [program],
    ceiling: false,
    associations: true,
    warmups: 1,
    heartbeats: false,
    largestMtu: 1228,
  };
};
