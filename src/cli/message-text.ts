import { WireError } from '../base/errors.ts';
import {
  ASAP_PORT,
  CSP_PORT,
  decodeReport,
  describeComponent,
  ENRP_PORT,
  explainAsap,
  explainEnrp,
  PPID,
} from '../rserpool/index.ts';
import {
  CALCAPP_PPID,
  decodeCalcApp,
  decodeFractal,
  decodePingPong,
  FRACTAL_PPID,
  PINGPONG_PPID,
} from '../rserpool/services/index.ts';

type Explain = (bytes: Uint8Array) => string;

const BY_PPID: ReadonlyMap<number, Explain> = new Map<number, Explain>([
  [PPID.asap, explainAsap],
  [PPID.enrp, explainEnrp],
  [FRACTAL_PPID, explainFractal],
  [PINGPONG_PPID, explainPingPong],
  [CALCAPP_PPID, explainCalcApp],
]);

const BY_UDP_PORT: ReadonlyMap<number, Explain> = new Map<number, Explain>([
  [ASAP_PORT, explainAsap],
  [ENRP_PORT, explainEnrp],
  [CSP_PORT, explainReport],
]);

/** One line about a message of an association; `undefined` if it is neither a TLS record nor of a PPID of ours. */
export function messageText(ppid: number, bytes: Uint8Array): string | undefined {
  return recordText(bytes) ?? explained(BY_PPID.get(ppid), bytes);
}

/** One line about a datagram that is not SCTP: an announcement or a status report; `undefined` for others. */
export function datagramText(udpPort: number, bytes: Uint8Array): string | undefined {
  return explained(BY_UDP_PORT.get(udpPort), bytes);
}

/** ContentType of RFC 8446 §5.1, RFC 5246 §6.2.1. No message of ASAP or ENRP has these types. */
const RECORDS: ReadonlyMap<number, string> = new Map([
  [20, 'change-cipher-spec'],
  [21, 'alert'],
  [22, 'handshake'],
  [23, 'application data'],
]);
const RECORD_HEADER_BYTES = 5;

/** One line about a TLS record: RFC 3436 §3.2 has one in each message. */
function recordText(bytes: Uint8Array): string | undefined {
  const [type, major, , high = 0, low = 0] = bytes;
  const kind = RECORDS.get(type ?? 0);
  const isWhole = bytes.length === RECORD_HEADER_BYTES + 256 * high + low;
  return kind === undefined || major !== 3 || !isWhole ? undefined : `TLS ${kind}`;
}

function explained(explain: Explain | undefined, bytes: Uint8Array): string | undefined {
  try {
    return explain?.(bytes);
  } catch (error) {
    if (error instanceof WireError) return `MALFORMED (${error.message})`;
    throw error;
  }
}

function explainPingPong(bytes: Uint8Array): string {
  const message = decodePingPong(bytes);
  if (message === undefined) return 'PingPong unknown';
  const { kind, messageNo, data } = message;
  return `PingPong ${kind} ${messageNo}${kind === 'pong' ? ` answer ${message.replyNo}` : ''} data=${data.length}`;
}

function explainCalcApp(bytes: Uint8Array): string {
  const message = decodeCalcApp(bytes);
  if (message === undefined) return 'CalcApp unknown';
  const { kind, jobId, jobSize, completed } = message;
  return `CalcApp ${kind} job=${jobId} size=${jobSize} completed=${completed}`;
}

function explainFractal(bytes: Uint8Array): string {
  const message = decodeFractal(bytes);
  switch (message?.kind) {
    case 'parameter': {
      const { algorithm, width, height, maxIterations } = message.parameter;
      return `Fractal parameter ${algorithm} ${width}x${height} iterations=${maxIterations}`;
    }
    case 'data':
      return `Fractal data from ${message.start.x},${message.start.y} points=${message.counts.length}`;
    default:
      return `Fractal ${message?.kind ?? 'unknown'}`;
  }
}

function explainReport(bytes: Uint8Array): string {
  const { senderId, status, final } = decodeReport(bytes);
  return `CSP ${describeComponent(senderId)} ${JSON.stringify(status)}${final ? ' final' : ''}`;
}
