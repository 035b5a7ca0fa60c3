import type { SctpAssociation } from '../../src/sctp/index.ts';
import { expectThat } from '../scenario.ts';
import { receiveTraffic, sameTraffic, sendTraffic, type Traffic } from '../traffic.ts';
import type { Direction, Meeting } from './meeting.ts';

export interface TransferReport {
  readonly megabytes: number;
  readonly seconds: number;
  /** Longest time without a message at the receiver. */
  readonly longestGapMs: number;
}

/**
 * Traffic to the other side from the one that has connected. Throws if it stands still, and unless everything arrived
 * once, unchanged and in order. The kernel's socket has to be in mode `digest`.
 */
export async function transfer(
  { ours, kernels }: Meeting,
  sender: Direction,
  traffic: Traffic,
): Promise<TransferReport> {
  const began = performance.now();
  const [sent, received] = await Promise.all(
    sender === 'we connect'
      ? [sendTraffic(ours, traffic), kernels.received(traffic.messages)]
      : [kernels.sendTraffic(traffic), receiveTraffic(ours, traffic.messages)],
  );
  const seconds = (performance.now() - began) / 1000;
  expectThat(received.messages === traffic.messages, `${received.messages} of ${traffic.messages} messages arrived`);
  expectThat(sameTraffic(sent.digest, received.digest), 'what was received is not what was sent');
  return { megabytes: sent.bytes / 1e6, seconds, longestGapMs: received.longestGapMs };
}

/** Who connects and sends. */
export function sends(direction: Direction): string {
  return direction === 'we connect' ? 'we connect and send' : 'the kernel connects and sends';
}

export function describeStats(ours: SctpAssociation): string {
  const { retransmissions, fastRetransmissions, t3Expirations, duplicateTsnsReceived } = ours.stats()!;
  return (
    `ours: ${retransmissions} chunks sent again, ${fastRetransmissions} of them fast, ${t3Expirations} T3 expirations, ` +
    `${duplicateTsnsReceived} duplicates received`
  );
}

export function describeTransfer({ megabytes, seconds, longestGapMs }: TransferReport): string {
  const rate = (megabytes / seconds).toFixed(1);
  return `${megabytes.toFixed(1)} MB in ${seconds.toFixed(1)} s, ${rate} MB/s, longest gap ${longestGapMs.toFixed(0)} ms`;
}
