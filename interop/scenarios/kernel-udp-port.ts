import { SCTP_TUNNELING_PORT } from '../../src/sctp/index.ts';
import { patience } from '../patience.ts';
import { expectThat } from '../scenario.ts';
import { kernelScenario } from '../uml/kernel-scenario.ts';
import { KERNEL_ADDRESSES, OUR_ADDRESSES } from '../uml/lab.ts';
import { DIRECTIONS, meet } from '../uml/meeting.ts';
import { nextPathChange } from '../uml/path-change.ts';
import { portTranslation } from '../uml/port-translation.ts';

/** A NAT gives one side another UDP port in the middle of an association. RFC 6951 §5.4. */
export const kernelUdpPort = kernelScenario('UDP ports that change', async (lab, see) => {
  for (const direction of DIRECTIONS) {
    await using meeting = await meet(lab, direction, { mode: 'echo' });
    const { ours } = meeting;
    const echo = async (text: string): Promise<void> => {
      await ours.send(text);
      const { data } = await ours.receive({ signal: patience() });
      expectThat(Buffer.from(data).toString() === text, 'another message came back');
    };
    await echo('before');

    lab.network.change = portTranslation(OUR_ADDRESSES[0]!, SCTP_TUNNELING_PORT, 20_003);
    await echo('our port has changed');
    see(`${direction}: our UDP port becomes 20003, the kernel answers there`);

    lab.network.change = portTranslation(KERNEL_ADDRESSES[0]!, SCTP_TUNNELING_PORT, 20_002);
    const changed = nextPathChange(ours);
    await meeting.kernels.send(Buffer.from('my port has changed'));
    const { address, change } = await changed;
    await ours.receive({ signal: patience() });
    expectThat(change === 'udp-port' && address === KERNEL_ADDRESSES[0], `${address}: ${change}`);
    await echo('and we have followed');
    const ports = ours.paths.map((path) => `${path.address} ${path.udpPort}`).join(', ');
    expectThat(ours.paths[0]!.udpPort === 20_002 && ours.paths[1]!.udpPort === SCTP_TUNNELING_PORT, ports);
    see(`${direction}: the kernel's UDP port becomes 20002, we answer there: ${ports}`);
    await ours.shutdown({ signal: patience() });
    lab.repair();
  }
});
