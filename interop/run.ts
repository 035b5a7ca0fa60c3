/** Encounters with real peers. Needs packages of Debian; see CONTRIBUTING.md. */
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Scenario } from './scenario.ts';
import { demoCapture } from './scenarios/demo-capture.ts';
import { kernelCollision } from './scenarios/kernel-collision.ts';
import { kernelEndings } from './scenarios/kernel-endings.ts';
import { kernelFlapping } from './scenarios/kernel-flapping.ts';
import { kernelInterleaving } from './scenarios/kernel-interleaving.ts';
import { kernelLksctp } from './scenarios/kernel-lksctp.ts';
import { kernelLoss } from './scenarios/kernel-loss.ts';
import { kernelPartialReliability } from './scenarios/kernel-partial-reliability.ts';
import { kernelPathCut } from './scenarios/kernel-path-cut.ts';
import { kernelReconfiguration } from './scenarios/kernel-reconfiguration.ts';
import { kernelRefusal } from './scenarios/kernel-refusal.ts';
import { kernelRestart } from './scenarios/kernel-restart.ts';
import { kernelSetup } from './scenarios/kernel-setup.ts';
import { kernelTransfer } from './scenarios/kernel-transfer.ts';
import { kernelUdpPort } from './scenarios/kernel-udp-port.ts';
import { kernelWindow } from './scenarios/kernel-window.ts';
import { rsplibDiscovery } from './scenarios/rsplib-discovery.ts';
import { rsplibEnrp } from './scenarios/rsplib-enrp.ts';
import { rsplibFailover } from './scenarios/rsplib-failover.ts';
import { rsplibHostile } from './scenarios/rsplib-hostile.ts';
import { rsplibMentor } from './scenarios/rsplib-mentor.ts';
import { rsplibOurElements } from './scenarios/rsplib-our-elements.ts';
import { rsplibOurRegistrar } from './scenarios/rsplib-our-registrar.ts';
import { rsplibOurTakeover, rsplibTheirTakeover } from './scenarios/rsplib-takeover.ts';
import { rsplibTheirElements } from './scenarios/rsplib-their-elements.ts';
import { rsplibTheirRegistrar } from './scenarios/rsplib-their-registrar.ts';
import { rsplibTools } from './scenarios/rsplib-tools.ts';
import { usrsctpBulk } from './scenarios/usrsctp-bulk.ts';
import { usrsctpClient } from './scenarios/usrsctp-client.ts';
import { usrsctpCollision } from './scenarios/usrsctp-collision.ts';
import { usrsctpEcho } from './scenarios/usrsctp-echo.ts';
import { usrsctpLossy } from './scenarios/usrsctp-lossy.ts';
import { usrsctpPeerAbort } from './scenarios/usrsctp-peer-abort.ts';
import { usrsctpRefusal } from './scenarios/usrsctp-refusal.ts';
import { usrsctpRestart } from './scenarios/usrsctp-restart.ts';
import { usrsctpStreamReset } from './scenarios/usrsctp-stream-reset.ts';

const SCENARIOS: readonly Scenario[] = [
  usrsctpEcho,
  usrsctpClient,
  usrsctpBulk,
  usrsctpLossy,
  usrsctpCollision,
  usrsctpPeerAbort,
  usrsctpRefusal,
  usrsctpRestart,
  usrsctpStreamReset,
  kernelSetup,
  kernelTransfer,
  kernelWindow,
  kernelEndings,
  kernelCollision,
  kernelRestart,
  kernelRefusal,
  kernelUdpPort,
  kernelPathCut,
  kernelLoss,
  kernelFlapping,
  kernelInterleaving,
  kernelReconfiguration,
  kernelPartialReliability,
  kernelLksctp,
  rsplibOurRegistrar,
  rsplibTheirRegistrar,
  rsplibOurElements,
  rsplibTheirElements,
  rsplibFailover,
  rsplibMentor,
  rsplibEnrp,
  rsplibOurTakeover,
  rsplibTheirTakeover,
  rsplibDiscovery,
  rsplibTools,
  rsplibHostile,
  demoCapture,
];

let passed = 0;
let failed = 0;
const wanted = process.argv.slice(2);
for (const scenario of SCENARIOS) {
  if (wanted.length > 0 && !wanted.some((word) => scenario.name.includes(word))) continue;
  console.log(`\n${scenario.name}`);
  const missing = scenario.needs.filter((program) => !isInstalled(program));
  try {
    if (missing.length > 0) throw new Error(`not installed: ${missing.join(', ')}`);
    await scenario.run((text) => console.log(`  ${text}`));
    passed++;
  } catch (error) {
    console.log(`  FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    failed++;
  }
}
console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

function isInstalled(program: string): boolean {
  if (isAbsolute(program)) return existsSync(program);
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
