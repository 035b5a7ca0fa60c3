import { once } from 'node:events';
import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { KERNEL_ADDRESSES, OUR_ADDRESSES } from '../uml/lab.ts';

/** Long enough for both INITs to be on the way at the same time. */
const DELAY_MS = 200;
const CHUNK_TYPE_AT = 20 + 8 + 12;
const INIT = 1;

/** Both sides call each other at the same time. RFC 9260 §5.2.1. */
export const kernelCollision = kernelScenario('INITs that cross', async (lab, see) => {
  const port = lab.unusedPort();
  const kernels = await lab.listen(port, { oneToMany: true });
  await using endpoint = await lab.bind();
  const listener = endpoint.listen();
  const inits = new Set<string>();
  lab.network.fate = (packet) => {
    if (packet[CHUNK_TYPE_AT] === INIT) inits.add(packet.subarray(12, 16).join('.'));
    return [DELAY_MS];
  };
  const signal = patience();
  const [ours] = await Promise.all([
    endpoint.connect({ addresses: KERNEL_ADDRESSES, sctpPort: port }, { signal }),
    kernels.call(OUR_ADDRESSES, endpoint.sctpPort),
  ]);
  expectThat(inits.size === 2, `INITs came from ${[...inits]} only`);
  await kernels.event('association', { state: 'up' });
  expectThat(endpoint.associations.length === 1, `${endpoint.associations.length} associations`);

  await ours.send('hello');
  await kernels.event('message');
  await kernels.send(Buffer.from('hello'));
  const [{ data }] = await once(ours, 'message', { signal });
  expectThat(Buffer.from(data).toString() === 'hello', 'another message came');
  see(`INITs from ${[...inits].join(' and ')}: one association, messages both ways`);
  listener.stop();
  lab.repair();
  await ours.shutdown({ signal });
});
