import type { Instant } from '../../base/contract.ts';
import type { Path } from '../path/path.ts';
import { startAutoclose } from './autoclose.ts';
import { changedConfig, type LiveConfig } from './config.ts';
import type { PathSettings } from './contract.ts';
import { heartbeatsChanged } from './heartbeat.ts';
import type { Tcb } from './tcb.ts';

/** SET PROTOCOL PARAMETERS, and CHANGE HEARTBEAT for all addresses. RFC 9260 §11.1.9, §11.1.13. @throws ConfigError */
export function reconfigure(tcb: Tcb, settings: Partial<LiveConfig>, now: Instant): void {
  tcb.config = changedConfig(tcb.config, settings);
  tcb.inbound?.ack.setOptions(tcb.config);
  if (settings.autocloseMs !== undefined) startAutoclose(tcb, now);
  tcb.outbound.queue.setScheduler(tcb.config.scheduler);
  for (const path of tcb.paths.all) {
    path.rto.setLimits(tcb.config);
    if (settings.heartbeats !== undefined) path.heartbeats = settings.heartbeats;
    if (settings.heartbeats !== undefined || settings.heartbeatIntervalMs !== undefined) {
      heartbeatsChanged(tcb, path, now);
    }
  }
}

/** CHANGE HEARTBEAT and SET FAILURE THRESHOLD for one address. RFC 9260 §11.1.9, §11.1.12. */
export function reconfigurePath(tcb: Tcb, path: Path, settings: PathSettings, now: Instant): void {
  if (settings.pathMaxRetrans !== undefined) path.maxRetrans = settings.pathMaxRetrans;
  if (settings.heartbeats === undefined) return;
  path.heartbeats = settings.heartbeats;
  heartbeatsChanged(tcb, path, now);
}
