import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { debianVersion } from './debian-version.ts';
import type { FindSide } from './side.ts';
import { output, outputIfAny, sources, workshop } from './workshop.ts';

const HEADERS = ['/usr/include/usrsctp.h', '/usr/local/include/usrsctp.h', '/opt/homebrew/include/usrsctp.h'];

export const findUsrsctp: FindSide = async () => {
  const name = 'usrsctp';
  const compiler = await outputIfAny('cc', ['--version']);
  if (compiler === undefined || !(await hasHeader()))
    return { name, install: 'apt install gcc libc6-dev libusrsctp-dev' };
  const program = join(await workshop(name), 'program');
  await output('cc', ['-O2', '-Wall', '-Wextra', '-o', program, ...(await sources(name, '.c')), '-lusrsctp']);
  return {
    name,
    about: `libusrsctp ${await debianVersion('libusrsctp-dev')} over UDP; buffers of 1 MiB, SCTP_NODELAY`,
    program: [program],
    ceiling: false,
    associations: true,
    warmups: 1,
    heartbeats: true,
    // With more it stalls often, with 65,000 bytes always.
    largestMtu: 32_768,
  };
};

async function hasHeader(): Promise<boolean> {
  const found = await Promise.allSettled(HEADERS.map((file) => access(file)));
  return found.some(({ status }) => status === 'fulfilled');
}
