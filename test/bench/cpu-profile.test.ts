import { expect, it } from 'vitest';
import { type CpuProfile, roomOf, timeByRoom } from '../../bench/profile/cpu-profile.ts';

it('a function belongs to the room of its source', () => {
  const roomsOf = (...frames: readonly (readonly [functionName: string, url: string])[]) =>
    frames.map(([functionName, url]) => roomOf({ functionName, url }));
  expect(
    roomsOf(
      ['takeFragment', 'file:///x/src/sctp/tx/send-queue.js'],
      ['crc32c', 'file:///x/src/sctp/wire/crc32c.js'],
      ['wasm-function[0]', 'wasm://wasm/aa49e90e'],
      ['resolve', 'file:///x/src/rserpool/user/user.js'],
      ['push', 'file:///x/src/base/deque.js'],
      ['doSend', 'node:dgram'],
      ['emit', 'node:events'],
      ['(garbage collector)', ''],
      ['(program)', ''],
      ['drive', 'file:///x/bench/node/stream.js'],
    ),
  ).toEqual([
    'sctp/tx',
    'CRC32c',
    'CRC32c',
    'rserpool/user',
    'base',
    'sending (system calls)',
    'Node',
    'garbage collector',
    'native code',
    'rest',
  ]);
});

it('a sample counts until the next one, idle time not, and what came before the last stretch not', () => {
  const frame = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url } });
  const profile: CpuProfile = {
    startTime: 5000,
    nodes: [frame(1, '(idle)'), frame(2, 'send', 'node:dgram'), frame(3, 'push', '/src/base/deque.js')],
    samples: [3, 2, 1, 3, 2, 1],
    timeDeltas: [0, 900, 300, 500, 200, 400],
  };
  // Samples at 0, 900, 1200, 1700, 1900 and 2300 after the start; the last one that is not idle at 1900.
  expect(Object.fromEntries(timeByRoom(profile, 1))).toEqual({ base: 200, 'sending (system calls)': 300 + 400 });
  expect(Object.fromEntries(timeByRoom(profile, 0.5))).toEqual({ base: 200, 'sending (system calls)': 400 });
});
