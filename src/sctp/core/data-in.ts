import type { Instant } from '../../base/contract.ts';
import { tsnAdd, tsnLt } from '../../base/serial.ts';
import type { Path } from '../path/path.ts';
import type { ReceivedMessage } from '../rx/received-message.ts';
import type { PayloadChunk, SackChunk } from '../wire/types.ts';
import { abortAssociation, protocolViolation } from './closing.ts';
import { deliverMessage } from './delivery.ts';
import { queueReply } from './replies.ts';
import type { Inbound, Tcb } from './tcb.ts';

/** What the DATA chunks of one packet came to; filled while the packet is walked. */
export interface DataPacket {
  sawData: boolean;
  newData: boolean;
  duplicates: boolean;
  wantsSackNow: boolean;
}

export function noDataYet(): DataPacket {
  return { sawData: false, newData: false, duplicates: false, wantsSackNow: false };
}

/** States in which DATA is taken. RFC 9260 §6. */
export function takesData(tcb: Tcb): boolean {
  return tcb.state === 'ESTABLISHED' || tcb.state === 'SHUTDOWN-PENDING' || tcb.state === 'SHUTDOWN-SENT';
}

/** DATA and I-DATA: RFC 9260 §6.2, §6.5, §6.6, §6.9; RFC 8260 §2.2.3. */
export function handleData(tcb: Tcb, chunk: PayloadChunk, path: Path, packet: DataPacket): void {
  const { inbound } = tcb;
  if (inbound === undefined || !takesData(tcb)) return;
  if ((chunk.kind === 'i-data') !== tcb.extensions.interleaving) {
    // RFC 8260 §2.2.3: one kind or the other, as was negotiated.
    protocolViolation(tcb, chunk.kind === 'data' ? 'DATA where I-DATA was negotiated' : 'I-DATA was not negotiated');
    return;
  }
  if (chunk.userData.length === 0) {
    abortAssociation(tcb, 'protocol-violation', `no user data, TSN ${chunk.tsn}`, [
      { kind: 'no-user-data', tsn: chunk.tsn },
    ]);
    return;
  }
  tcb.counters.dataChunksReceived++;
  packet.sawData = true;
  if (chunk.immediate) packet.wantsSackNow = true;
  inbound.lastDataPath = path;

  const verdict = inbound.tracker.classify(chunk.tsn);
  if (verdict === 'duplicate') {
    packet.duplicates = true;
    tcb.counters.duplicateTsnsReceived++;
    inbound.tracker.addDuplicate(chunk.tsn);
    return;
  }
  if (verdict === 'too-far') {
    packet.wantsSackNow = true;
    return;
  }
  if (!makeRoom(inbound, chunk)) {
    // §6.2: dropped, and told at once.
    packet.wantsSackNow = true;
    relieve(tcb, inbound, chunk);
    return;
  }
  takeData(tcb, inbound, chunk, packet);
}

/** After the last chunk of a packet: decides about the SACK, or the SHUTDOWN in its place. */
export function endOfDataPacket(tcb: Tcb, packet: DataPacket, now: Instant): void {
  if (!packet.sawData || tcb.inbound === undefined) return;
  tcb.lastUserDataAt = now;
  tcb.inbound.ack.packetReceived(
    {
      newData: packet.newData,
      duplicates: packet.duplicates,
      wantsSackNow: packet.wantsSackNow,
      hasGaps: tcb.inbound.tracker.hasGaps,
    },
    now,
  );
}

/** The SACK as it stands now; its duplicates are told once. RFC 9260 §3.3.4, §6.2, §6.7. */
export function buildSack(inbound: Inbound, roomBytes: number): SackChunk {
  const { tracker, reassembly, window } = inbound;
  // Gap blocks first, from the lowest; what room is left goes to duplicates.
  const entries = Math.max(0, Math.floor((roomBytes - SACK_FIXED_BYTES) / SACK_ENTRY_BYTES));
  const gapAckBlocks = tracker.gapAckBlocks(entries);
  return {
    kind: 'sack',
    cumulativeTsnAck: tracker.cumulativeTsn,
    advertisedRwndBytes: window.advertise(reassembly.heldBytes, reassembly.heldChunks),
    gapAckBlocks,
    duplicateTsns: tracker.takeDuplicates(entries - gapAckBlocks.length),
  };
}

const SACK_FIXED_BYTES = 16;
const SACK_ENTRY_BYTES = 4;

/** The application has taken a message: tells the peer if that opens the window far enough (RFC 9260 §6.2). */
export function handleConsumed(tcb: Tcb, bytes: number): void {
  const { inbound } = tcb;
  if (inbound === undefined) return;
  inbound.window.consumed(bytes);
  const { heldBytes, heldChunks } = inbound.reassembly;
  if (takesData(tcb) && inbound.window.worthAnUpdate(heldBytes, heldChunks)) inbound.ack.demand();
}

function takeData(tcb: Tcb, inbound: Inbound, chunk: PayloadChunk, packet: DataPacket): void {
  packet.newData = true;
  inbound.tracker.add(chunk.tsn);
  if (chunk.streamId >= inbound.streams) {
    // §6.5: acknowledged, reported, thrown away.
    packet.wantsSackNow = true;
    queueReply(tcb, inbound.lastDataPath, {
      kind: 'error',
      causes: [{ kind: 'invalid-stream-identifier', streamId: chunk.streamId }],
    });
    return;
  }
  const deliver = (message: ReceivedMessage): void => deliverMessage(tcb, inbound, message);
  const conflict = inbound.reassembly.add(chunk, inbound.tracker, deliver);
  if (conflict !== undefined) protocolViolation(tcb, `user data with TSN ${chunk.tsn}: ${conflict}`);
}

/**
 * Whether the chunk may be taken. With a closed window only what fills a hole is, at the cost of the highest TSNs held
 * (RFC 9260 §6.2).
 */
function makeRoom(inbound: Inbound, chunk: PayloadChunk): boolean {
  const { tracker, reassembly, window } = inbound;
  const bytes = chunk.userData.length;
  if (window.hasRoomFor(bytes, reassembly.heldBytes, reassembly.heldChunks)) return true;
  // Closed, and the application has nothing to read: only the next TSN can open it again.
  const onlyHope = window.deliveredBytes === 0 && isNext(inbound, chunk);
  if (onlyHope && window.canStore(bytes, reassembly.heldBytes, reassembly.heldChunks)) return true;
  if (!tsnLt(chunk.tsn, tracker.highestTsn) || !window.canStore(bytes, 0, 0)) return false;
  // What has gone up already (unordered data) takes no room: it is passed over.
  for (let tsn = tracker.highestTsn; tsnLt(chunk.tsn, tsn); tsn = tsnAdd(tsn, -1)) {
    if (!reassembly.dropEndingAt(tsn)) continue;
    tracker.forget(tsn);
    if (window.canStore(bytes, reassembly.heldBytes, reassembly.heldChunks)) return true;
  }
  return window.canStore(bytes, reassembly.heldBytes, reassembly.heldChunks);
}

function isNext({ tracker }: Inbound, { tsn }: PayloadChunk): boolean {
  return tsn === tsnAdd(tracker.cumulativeTsn, 1);
}

/**
 * There was no room for `chunk`. If it was the next one, and nothing waits for the application, there never will be: the
 * beginnings of messages go up, or the association ends, which is better than a stall. RFC 9260 §6.9.
 */
function relieve(tcb: Tcb, inbound: Inbound, chunk: PayloadChunk): void {
  const { reassembly, window, tracker } = inbound;
  // What waits for the reset of its stream goes up after that.
  if (window.deliveredBytes > 0 || reassembly.isHoldingBack || !isNext(inbound, chunk)) return;
  if (tcb.config.partialDeliveryBytes > 0) {
    if (reassembly.deliverParts(tracker, (message) => deliverMessage(tcb, inbound, message))) return;
  }
  abortAssociation(
    tcb,
    'protocol-violation',
    `unfinished messages fill the receive buffer of ${tcb.config.receiveBufferBytes} bytes`,
    [{ kind: 'out-of-resource' }],
  );
}
