import {
  type AccelerationStatus,
  nodeSubstrate,
  SCTP_TUNNELING_PORT,
  SctpError,
  UdpEncapsulation,
  WANTED_RECEIVE_BUFFER_BYTES,
} from '../../sctp/index.ts';
import type { Finding } from './finding.ts';

/** The UDP port, and what a socket of ours gets from the system. */
export async function examineSockets(): Promise<readonly Finding[]> {
  const substrate = nodeSubstrate;
  const port = await attempt(
    UdpEncapsulation.open({ addresses: ['0.0.0.0'], udpPort: SCTP_TUNNELING_PORT, substrate }),
  );
  const socket = await attempt(UdpEncapsulation.open({ addresses: ['127.0.0.1'], udpPort: 0, substrate }));
  const ipv6 = await attempt(UdpEncapsulation.open({ addresses: ['::1'], udpPort: 0, substrate }));
  try {
    return [
      portFinding(port),
      ...(socket instanceof Error
        ? [{ name: 'UDP', state: 'bad', found: socket.message } as const]
        : [
            receiveBufferFinding(socket.receiveBufferBytes, process.platform),
            accelerationFinding(socket.acceleration, process.platform),
          ]),
      ipv6Finding(ipv6),
    ];
  } finally {
    for (const each of [port, socket, ipv6]) if (!(each instanceof Error)) await each.close();
  }
}

export function portFinding(opened: UdpEncapsulation | Error): Finding {
  const name = `UDP port ${SCTP_TUNNELING_PORT}`;
  if (!(opened instanceof Error)) return { name, state: 'ok', found: 'free' };
  const taken = opened instanceof SctpError && opened.code === 'ERR_SCTP_PORT_TAKEN';
  return {
    name,
    state: 'note',
    found: taken ? 'taken by another program' : opened.message,
    advice: 'another port is used then, and peers have to be told of it; --udp-port chooses one',
  };
}

/** @param bytes `undefined` if the system does not tell */
export function receiveBufferFinding(bytes: number | undefined, platform: string): Finding {
  const wanted = `${WANTED_RECEIVE_BUFFER_BYTES >> 20} MiB`;
  const name = 'receive buffer';
  if (bytes !== undefined && bytes >= WANTED_RECEIVE_BUFFER_BYTES) return { name, state: 'ok', found: wanted };
  const got = bytes === undefined ? 'an unknown size' : `${Math.floor(bytes / 1024)} KiB`;
  return {
    name,
    state: 'note',
    found: `${got} instead of ${wanted}: bursts of fast peers get lost while this process is busy`,
    advice: RAISE_LIMIT[platform],
  };
}

const RAISE_LIMIT: Readonly<Record<string, string>> = {
  linux: `as root: sysctl -w net.core.rmem_max=${WANTED_RECEIVE_BUFFER_BYTES}`,
  darwin: `as root: sysctl -w kern.ipc.maxsockbuf=${2 * WANTED_RECEIVE_BUFFER_BYTES}`,
};

export function accelerationFinding({ sending, receiving, reason }: AccelerationStatus, platform: string): Finding {
  const name = 'acceleration';
  if (sending && receiving) return { name, state: 'ok', found: 'packets are cut and joined by the system' };
  const what = sending ? 'sending only' : receiving ? 'receiving only' : 'off';
  return {
    name,
    // Where there is none, nothing is missing.
    state: platform === 'linux' ? 'note' : 'ok',
    found: `${what}: ${reason}`,
    advice: /koffi is not installed/.test(reason ?? '') ? 'npm install koffi' : undefined,
  };
}

export function ipv6Finding(opened: UdpEncapsulation | Error): Finding {
  if (!(opened instanceof Error)) return { name: 'IPv6', state: 'ok', found: 'here' };
  return { name: 'IPv6', state: 'note', found: 'not here: addresses of IPv6 cannot be bound' };
}

async function attempt(opening: Promise<UdpEncapsulation>): Promise<UdpEncapsulation | Error> {
  return opening.catch((error: unknown) => error as Error);
}
