import { describe, expect, it } from 'vitest';
import { figure } from './figure.ts';
import { ScriptedPeer } from './scripted-peer.ts';

const play = (drawing: string) => () => figure(new ScriptedPeer({ config: { heartbeats: false } }), drawing);

describe('figure', () => {
  it.each([
    ['another packet', '{associate}\n---- DATA 0 ---->', 'INIT, but the figure says DATA 0'],
    ['silence', '---- INIT ---->', 'silence, but the figure says INIT'],
    ['a packet that is not drawn', '{associate}\n<---- COOKIE-ACK ----', 'INIT, but the figure says silence'],
    ['a packet that is not drawn at the end', '{associate}', 'at "the end": INIT'],
    ['a packet after a time that is not drawn', '{associate}\n---- INIT ---->\n... 1 s', 'at "the end": INIT'],
    ['another state', '[ESTABLISHED]', 'CLOSED, but the figure says ESTABLISHED'],
    ['an event that is not drawn', '{associate}\n---- INIT ---->\n<---- ABORT ----', '(closed: peer-aborted), but'],
    ['no event', '(up)', 'no event, but the figure says up'],
    ['no message', '(message m0)', 'no message, but the figure says m0'],
    ['a call that does not exist', '{dance}', 'no call: {dance}'],
    ['a chunk that does not exist', '<---- SONG ----', 'no chunk that a figure knows: SONG'],
    ['a line that means nothing', 'hello', 'no line of a figure: hello'],
  ])('stops at %s', (_what, drawing, text) => {
    expect(play(drawing)).toThrow(text);
  });

  it('a message that is not drawn', () => {
    const peer = new ScriptedPeer({ config: { heartbeats: false } }).establish();
    expect(() => figure(peer, '<---- DATA 0 ----\n---- SACK 0 ---->')).toThrow('1 more messages');
  });
});
