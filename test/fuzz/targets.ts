import type { FuzzTarget } from './fuzz-target.ts';
import { accessRules } from './targets/access-rules.ts';
import { asapElement } from './targets/asap-element.ts';
import { asapRegistrar } from './targets/asap-registrar.ts';
import { asapUser } from './targets/asap-user.ts';
import { captureFiles } from './targets/capture-files.ts';
import { clientHello } from './targets/client-hello.ts';
import { configFiles } from './targets/config-files.ts';
import { dataFrames } from './targets/data-frames.ts';
import { decodeText } from './targets/decode-text.ts';
import { enrpRegistrar } from './targets/enrp-registrar.ts';
import { pskKeys } from './targets/psk-keys.ts';
import { sctpPackets } from './targets/sctp-packets.ts';
import { tcpFraming } from './targets/tcp-framing.ts';
import { tlsHandshake } from './targets/tls-handshake.ts';
import { tlsRecords } from './targets/tls-records.ts';

/** In the order in which they take turns. */
export const TARGETS: readonly FuzzTarget[] = [
  sctpPackets,
  asapRegistrar,
  enrpRegistrar,
  asapElement,
  asapUser,
  tcpFraming,
  tlsRecords,
  clientHello,
  dataFrames,
  tlsHandshake,
  pskKeys,
  accessRules,
  configFiles,
  decodeText,
  captureFiles,
];
