import { type AccelerationStatus, nodeSubstrate, UdpEncapsulation } from '../../src/sctp/index.ts';
import { nodeProgram } from './node-program.ts';
import type { FindSide } from './side.ts';

/** The largest datagram that Node receives without page faults for each; our own limit unless one asks for more. */
const LARGEST_MTU = 32_768;
const ETHERNET_MTU = 1500;

/** As everybody gets it. */
export const findOurs: FindSide = async () => {
  const status = await accelerationHere();
  const on = isOn(status) ? 'the system cuts and joins packets' : `no acceleration: ${status.reason}`;
  return {
    name: 'rserpool',
    about: `this package; ${on}; above ${ETHERNET_MTU} bytes it finds the path MTU by itself, up to ${LARGEST_MTU}`,
    program: await nodeProgram('ours'),
    ceiling: false,
    associations: true,
    resolves: true,
    warmups: 10,
    heartbeats: true,
    largestMtu: LARGEST_MTU,
  };
};

/** With every packet sent and received by itself. Large packets and associations show no difference. */
export const findOursPlain: FindSide = async () => {
  const name = 'rserpool, plain';
  if (!isOn(await accelerationHere())) {
    return { name, install: 'where the system does not cut and join packets, rserpool is what it would be' };
  }
  return {
    name,
    about: 'this package without acceleration',
    program: await nodeProgram('ours'),
    environment: { RSERPOOL_ACCELERATION: 'off' },
    ceiling: false,
    associations: false,
    warmups: 10,
    heartbeats: false,
    largestMtu: ETHERNET_MTU,
  };
};

function isOn({ sending, receiving }: AccelerationStatus): boolean {
  return sending && receiving;
}

async function accelerationHere(): Promise<AccelerationStatus> {
  await using sockets = await UdpEncapsulation.open({
    addresses: ['127.0.0.1'],
    udpPort: 0,
    substrate: nodeSubstrate,
  });
  return sockets.acceleration;
}
