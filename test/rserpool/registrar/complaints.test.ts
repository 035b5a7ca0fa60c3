import { describe, expect, it } from 'vitest';
import { Complaints } from '../../../src/rserpool/registrar/complaints.ts';
import { registrarConfig } from '../../../src/rserpool/registrar/config.ts';
import type { RegistrarEvent } from '../../../src/rserpool/registrar/events.ts';
import { PPID } from '../../../src/rserpool/role.ts';
import { host, RegistrarLadder } from './registrar-ladder.ts';

const bad = (channel: number): RegistrarEvent => ({ kind: 'warning', code: 'bad-message', text: '', channel });
const denied = (channel: number, what: string): RegistrarEvent => ({
  kind: 'access-denied',
  who: 'plain',
  what,
  why: String(Math.random()),
  channel,
});
const refused = (address: string): RegistrarEvent => ({ kind: 'handshake-refused', address, why: 'unknown key' });

function complaints(changes: Parameters<typeof registrarConfig>[0] = {}): Complaints {
  return new Complaints(registrarConfig({ complaintsPerSecond: 1, complaintBurst: 4, ...changes }));
}

describe('what others do wrong', () => {
  it('is told once for each channel and cause, whatever they make of it', () => {
    const told = complaints();
    expect([told.tells(bad(2), 0), told.tells(bad(2), 0), told.tells(bad(4), 0)]).toEqual([true, false, true]);
    expect([denied(2, 'registration'), denied(2, 'registration')].map((each) => told.tells(each, 0))).toEqual([
      true,
      false,
    ]);
    expect(told.tells(denied(2, 'handle-resolution'), 0)).toBe(true);
    told.forget(2);
    expect(told.tells(bad(2), 2000)).toBe(true);
  });

  it('is told so often a second at most, from however many channels', () => {
    const told = complaints();
    let count = 0;
    for (let channel = 2; channel <= 20_000; channel += 2) if (told.tells(bad(channel), channel / 10)) count++;
    expect(count).toBeLessThanOrEqual(4 + 2);
    expect(count).toBeGreaterThanOrEqual(4);
  });

  it('in handshakes is told once a minute for each address', () => {
    const told = complaints();
    expect([told.tells(refused('10.0.0.1'), 0), told.tells(refused('10.0.0.1'), 59_999)]).toEqual([true, false]);
    expect([told.tells(refused('10.0.0.2'), 59_999), told.tells(refused('10.0.0.1'), 60_000)]).toEqual([true, true]);
  });

  it('does not keep other events back', () => {
    const told = complaints({ complaintBurst: 1 });
    const serving: RegistrarEvent = { kind: 'serving', registrarId: 1, mentorId: undefined };
    for (let i = 0; i < 100; i++) expect(told.tells(serving, 0)).toBe(true);
    const dead: RegistrarEvent = { kind: 'warning', code: 'declared-dead', text: '' };
    for (let i = 0; i < 100; i++) expect(told.tells(dead, 0)).toBe(true);
  });

  it('is counted all the same: 10,000 messages that cannot be read, and as many handshakes', () => {
    const ladder = RegistrarLadder.serving();
    ladder.up(2, host(1));
    for (let i = 0; i < 10_000; i++) ladder.hex(2, PPID.asap, '01000063 00090007');
    for (let i = 0; i < 10_000; i++) ladder.role.noteRefusedHandshake('192.0.2.7', 'unknown key', 0);
    ladder.take();
    expect(ladder.warnings()).toEqual(['bad-message']);
    expect(ladder.eventsOf('handshake-refused')).toHaveLength(1);
    expect(ladder.role.snapshot().counters).toMatchObject({
      badMessages: 10_000,
      refusedHandshakes: 10_000,
      untoldComplaints: 2 * 9999,
    });
  });
});
