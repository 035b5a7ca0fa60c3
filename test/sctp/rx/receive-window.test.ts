import { describe, expect, it } from 'vitest';
import { ReceiveWindow } from '../../../src/sctp/rx/receive-window.ts';

describe('receive window (RFC 9260 §6.2)', () => {
  it('[SCTP-0608, SCTP-0609, SCTP-0610] is what is neither held nor waiting for the application', () => {
    const window = new ReceiveWindow(10_000, 1000);
    expect(window.currentBytes(0, 0)).toBe(10_000);
    expect(window.currentBytes(300, 1)).toBe(9700);
    window.delivered(700);
    expect([window.currentBytes(300, 1), window.deliveredBytes]).toEqual([9000, 700]);
    window.consumed(700);
    expect(window.currentBytes(300, 1)).toBe(9700);
  });

  it('[SCTP-0585] shrinks byte by byte, and once closed opens only by the size of a packet', () => {
    const window = new ReceiveWindow(10_000, 1000);
    // What was told is never taken back: a peer may be filling it at this moment.
    expect([window.advertise(9001, 1), window.advertise(9999, 1), window.advertise(10_001, 1)]).toEqual([999, 1, 0]);
    expect([window.advertise(9001, 1), window.advertise(9000, 1)]).toEqual([0, 1000]);
    // A small buffer: by a quarter of it.
    const small = new ReceiveWindow(2000, 1000);
    expect([small.advertise(2000, 1), small.advertise(1501, 1), small.advertise(1500, 1)]).toEqual([0, 0, 500]);
  });

  it('[SCTP-0581] takes nothing once it was told as closed, until it is open again', () => {
    const window = new ReceiveWindow(10_000, 1000);
    expect(window.hasRoomFor(500, 9200, 1)).toBe(true);
    expect(window.advertise(9200, 1)).toBe(800);
    // Sent into the room that was told of.
    expect(window.hasRoomFor(800, 9200, 1)).toBe(true);
    expect(window.advertise(10_000, 1)).toBe(0);
    expect([window.hasRoomFor(500, 9200, 1), window.canStore(500, 9200, 1)]).toEqual([false, true]);
    expect(window.hasRoomFor(500, 8000, 1)).toBe(true);
    expect(window.hasRoomFor(2001, 8000, 1)).toBe(false);
  });

  it('[SCTP-0592, SCTP-0593] is worth an update when a quarter of the buffer has come free', () => {
    const window = new ReceiveWindow(10_000, 1000);
    window.delivered(9500);
    expect(window.advertise(500, 1)).toBe(0);
    window.consumed(1999);
    expect(window.worthAnUpdate(0, 0)).toBe(false);
    window.consumed(1);
    expect(window.worthAnUpdate(0, 0)).toBe(true);
    window.advertise(0, 0);
    window.consumed(2000);
    expect(window.worthAnUpdate(0, 0)).toBe(false);
  });

  it('[AT-44] counts chunks too: one for 64 bytes of buffer, at least 256', () => {
    const window = new ReceiveWindow(64_000, 1000);
    expect([window.currentBytes(999, 999), window.currentBytes(1000, 1000)]).toEqual([63_001, 0]);
    expect([window.canStore(1, 999, 999), window.canStore(1, 1000, 1000)]).toEqual([true, false]);
    expect(new ReceiveWindow(2000, 1000).canStore(1, 255, 255)).toBe(true);
    expect(new ReceiveWindow(2000, 1000).canStore(1, 256, 256)).toBe(false);
  });

  it('goes on from another one after a restart', () => {
    const before = new ReceiveWindow(10_000, 1000);
    before.delivered(4000);
    const window = new ReceiveWindow(10_000, 1000);
    window.takeOver(before);
    expect(window.currentBytes(0, 0)).toBe(6000);
  });
});
