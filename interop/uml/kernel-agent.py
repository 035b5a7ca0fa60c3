"""Runs in a guest and puts the kernel's SCTP at the disposal of a program outside.

Commands come in on stdin and results and events go out on stdout, one JSON object per line:

    {"id": 1, "do": "listen", ...}           -> {"id": 1, "result": ...} or {"id": 1, "error": "..."}
    {"socket": 3, "event": "message", ...}   whenever something happens
    {"program": 2, "event": "output", ...}

Every command has a thread of its own, so that one may wait while others work.
"""

import ctypes
import errno
import hashlib
import itertools
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

from programs import Programs

SCTP = 132
MSG_NOTIFICATION = 0x8000

# Socket options, asm-generic/socket.h and linux/sctp.h.
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
SCTP_INITMSG, SCTP_NODELAY, SCTP_EVENTS, SCTP_RECVRCVINFO = 2, 3, 11, 32
SCTP_SOCKOPT_BINDX_ADD, SCTP_SOCKOPT_CONNECTX, SCTP_GET_ASSOC_ID_LIST = 100, 110, 29
SCTP_PR_ASSOC_STATUS, PR_SCTP_ALL = 115, 0x80
# Ancillary data.
SCTP_SNDINFO, SCTP_RCVINFO, SCTP_PRINFO = 2, 3, 5
# Flags of SCTP_SNDINFO.
UNORDERED, ABORT = 1, 4

STREAMS = 100
BUFFER_BYTES = 4 << 20
LARGEST_MESSAGE = 1 << 20
LAST_NOTIFICATION_SECONDS = 5
# Far from the identifiers that a decoder knows.
FIRST_PPID = 0x50000000

ASSOC_STATES = ['up', 'lost', 'restart', 'shutdown-complete', 'cannot-start']
PATH_STATES = ['available', 'unreachable', 'removed', 'added', 'primary', 'confirmed', 'potentially-failed']

# For options that take a value and return one: Python's getsockopt has no way in.
libc = ctypes.CDLL(None, use_errno=True)
out_lock = threading.Lock()
sockets = {}
# Not the file descriptor: that is used again.
numbers = itertools.count(1)


def say(**line):
    with out_lock:
        sys.stdout.write(json.dumps(line) + '\n')
        sys.stdout.flush()


def sockaddrs(addresses, port):
    return b''.join(struct.pack('=HH4s8x', socket.AF_INET, socket.htons(port), socket.inet_aton(a)) for a in addresses)


def new_socket(style, options):
    s = socket.socket(socket.AF_INET, style, SCTP)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    s.setsockopt(SCTP, SCTP_INITMSG, struct.pack('=HHHH', STREAMS, STREAMS, 0, 0))
    s.setsockopt(SCTP, SCTP_NODELAY, 1)
    s.setsockopt(SCTP, SCTP_RECVRCVINFO, 1)
    # Everything but adaptation, authentication and sender dry.
    s.setsockopt(SCTP, SCTP_EVENTS, bytes([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0]))
    for number, value in options:
        s.setsockopt(SCTP, number, bytes.fromhex(value))
    return s


class Digest:
    """Tells whether the same messages were sent and received: a hash for each stream, a sum for what has no order."""

    def __init__(self):
        self.streams = {}
        self.unordered = 0

    def add(self, data, stream, unordered):
        if unordered:
            first = hashlib.sha256(data).digest()[:6]
            self.unordered = (self.unordered + int.from_bytes(first, 'big')) % (1 << 48)
        else:
            self.streams.setdefault(stream, hashlib.sha256()).update(data)

    def value(self):
        streams = {str(stream): h.hexdigest() for stream, h in self.streams.items()}
        return {'unordered': self.unordered, 'streams': streams}


class Sctp:
    """A socket with one association, and what has come in on it."""

    def __init__(self, s, mode):
        self.socket = s
        self.mode = mode
        self.may_read = threading.Event()
        self.may_read.set()
        self.number = next(numbers)
        self.messages = 0
        self.bytes = 0
        self.digest = Digest()
        self.ppids = []
        self.last_at = None
        self.longest_gap = 0
        self.changed = threading.Condition()
        sockets[self.number] = self

    def event(self, name, **details):
        say(socket=self.number, event=name, **details)

    def read(self):
        """Until the end of the association. Its last notification may come after the socket has begun to read as ended."""
        parts = {}
        last_look = None
        while last_look is None or time.monotonic() < last_look:
            self.may_read.wait()
            try:
                data, ancillary, flags, _ = self.socket.recvmsg(LARGEST_MESSAGE, 256)
            except OSError as error:
                if error.errno == errno.EINTR:
                    continue
                self.event('error', code=errno.errorcode.get(error.errno, str(error.errno)))
                # One-to-one sockets report an end of the association once and are readable afterwards.
                if error.errno in (errno.ENOTCONN, errno.EBADF, errno.ETIMEDOUT, errno.ECONNRESET, errno.ECONNREFUSED):
                    break
                continue
            if flags & MSG_NOTIFICATION:
                self.notification(data)
                continue
            if not data:
                last_look = last_look or time.monotonic() + LAST_NOTIFICATION_SECONDS
                time.sleep(0.01)
                continue
            rcvinfo = next(value for level, kind, value in ancillary if level == SCTP and kind == SCTP_RCVINFO)
            # Messages of several streams may come in turns, piece by piece.
            stream, _, kind = struct.unpack_from('=HHH', rcvinfo)
            key = (stream, kind & UNORDERED)
            parts[key] = parts.get(key, b'') + data
            if flags & socket.MSG_EOR:
                self.message(parts.pop(key), rcvinfo)
        self.event('end')

    def message(self, data, rcvinfo):
        stream, ssn, flags = struct.unpack_from('=HHH', rcvinfo)
        ppid = socket.ntohl(struct.unpack_from('=I', rcvinfo, 8)[0])
        unordered = bool(flags & UNORDERED)
        if self.mode == 'echo':
            self.send(data, stream, ppid, unordered)
        elif self.mode == 'report':
            self.event('message', stream=stream, ssn=ssn, ppid=ppid, unordered=unordered, hex=data.hex())
        with self.changed:
            now = time.monotonic()
            self.longest_gap = max(self.longest_gap, now - (self.last_at or now))
            self.last_at = now
            self.messages += 1
            self.bytes += len(data)
            if self.mode == 'digest':
                self.digest.add(data, stream, unordered)
            elif self.mode == 'list':
                self.ppids.append(ppid)
            self.changed.notify_all()

    def notification(self, data):
        kind, flags, _ = struct.unpack_from('=HHI', data)
        if kind == 0x8001:
            state, error, outbound, inbound = struct.unpack_from('=HHHH', data, 8)
            self.event('association', state=ASSOC_STATES[state], cause=socket.ntohs(error), outbound=outbound, inbound=inbound,
                       info=data[20:].hex())
        elif kind == 0x8002:
            address = socket.inet_ntoa(data[12:16])
            self.event('path', address=address, state=PATH_STATES[struct.unpack_from('=i', data, 136)[0]])
        elif kind == 0x8003:
            self.event('send-failed', sent=bool(flags & 1), ppid=socket.ntohl(struct.unpack_from('=I', data, 20)[0]))
        elif kind == 0x8004:
            self.event('remote-error', cause=struct.unpack_from('>H', data, 8)[0])
        elif kind == 0x8005:
            self.event('shutdown')
        elif kind == 0x800A:
            streams = struct.unpack_from('=%dH' % ((len(data) - 12) // 2), data, 12)
            self.event('stream-reset', incoming=bool(flags & 1), outgoing=bool(flags & 2), denied=bool(flags & 4),
                       failed=bool(flags & 8), streams=list(streams))
        elif kind == 0x800B:
            self.event('association-reset', denied=bool(flags & 4), failed=bool(flags & 8))
        elif kind == 0x800C:
            inbound, outbound = struct.unpack_from('=HH', data, 12)
            self.event('stream-change', denied=bool(flags & 4), failed=bool(flags & 8), inbound=inbound,
                       outbound=outbound)
        else:
            self.event('notification', hex=data.hex())

    def association(self):
        """Its number; one-to-one sockets need none."""
        if self.socket.type == socket.SOCK_STREAM:
            return 0
        count, first = struct.unpack('=Ii', self.socket.getsockopt(SCTP, SCTP_GET_ASSOC_ID_LIST, 8))
        if count != 1:
            raise OSError(errno.ENOTCONN, 'not one association')
        return first

    def send(self, data, stream=0, ppid=0, unordered=False, flags=0, pr=None):
        flags |= UNORDERED if unordered else 0
        info = struct.pack('=HHIIi', stream, flags, socket.htonl(ppid), 0, self.association())
        ancillary = [(SCTP, SCTP_SNDINFO, info)]
        if pr is not None:
            ancillary.append((SCTP, SCTP_PRINFO, struct.pack('=HxxI', *pr)))
        self.socket.sendmsg([data], ancillary)


def start_reading(peer):
    threading.Thread(target=peer.read, daemon=True).start()


# Commands. Their arguments are the object's other members.

def listen(port, addresses, mode='report', options=(), one_to_many=False):
    """A one-to-many socket takes the association itself, any other one accepts it."""
    s = new_socket(socket.SOCK_SEQPACKET if one_to_many else socket.SOCK_STREAM, options)
    s.bind((addresses[0], port))
    if len(addresses) > 1:
        s.setsockopt(SCTP, SCTP_SOCKOPT_BINDX_ADD, sockaddrs(addresses[1:], port))
    s.listen(16)
    listener = Sctp(s, mode)

    def accept():
        while True:
            try:
                accepted, (address, peer_port) = s.accept()
            except OSError:
                return
            peer = Sctp(accepted, listener.mode)
            listener.event('accepted', peer=peer.number, address=address, port=peer_port)
            start_reading(peer)

    threading.Thread(target=listener.read if one_to_many else accept, daemon=True).start()
    return listener.number


def connect(port, addresses, local_port, local_addresses, mode='report', options=(), one_to_many=False):
    s = new_socket(socket.SOCK_SEQPACKET if one_to_many else socket.SOCK_STREAM, options)
    s.bind((local_addresses[0], local_port))
    if len(local_addresses) > 1:
        s.setsockopt(SCTP, SCTP_SOCKOPT_BINDX_ADD, sockaddrs(local_addresses[1:], local_port))
    try:
        s.setsockopt(SCTP, SCTP_SOCKOPT_CONNECTX, sockaddrs(addresses, port))
    except OSError:
        s.close()
        raise
    peer = Sctp(s, mode)
    start_reading(peer)
    return peer.number


def call(on, port, addresses):
    """One-to-many sockets only: an association from a socket that listens."""
    sockets[on].socket.setsockopt(SCTP, SCTP_SOCKOPT_CONNECTX, sockaddrs(addresses, port))


def send(on, hex, **how):
    sockets[on].send(bytes.fromhex(hex), **how)


def source(on, messages, message_bytes, streams=1, unordered_every=0, pause_ms=0, pr=None):
    """Sends so many messages, round robin over the streams, of `message_bytes` and down to half of that."""
    peer = sockets[on]
    block = os.urandom(2 * message_bytes)
    sent = Digest()
    total, began = 0, time.monotonic()
    for i in range(messages):
        start = (i * 7919) % message_bytes
        length = message_bytes - (i * 31) % (message_bytes // 2)
        data = block[start:start + length]
        unordered = unordered_every > 0 and i % unordered_every == 0
        peer.send(data, i % streams, FIRST_PPID + i, unordered, pr=pr)
        sent.add(data, i % streams, unordered)
        total += length
        if pause_ms > 0:
            time.sleep(pause_ms / 1000)
    return {'messages': messages, 'bytes': total, 'seconds': time.monotonic() - began, 'digest': sent.value()}


def received(on, messages, seconds):
    """What has come in, as soon as it is so many messages, or nothing more has come for so many seconds."""
    peer = sockets[on]
    with peer.changed:
        seen = -1
        while seen < peer.messages < messages:
            seen = peer.messages
            peer.changed.wait_for(lambda: peer.messages > seen, seconds)
        return {'messages': peer.messages, 'bytes': peer.bytes, 'longestGapMs': 1000 * peer.longest_gap,
                'digest': peer.digest.value(), 'ppids': peer.ppids}


def read(on, go_on):
    """Lets the receive buffer fill, or empties it again."""
    if go_on:
        sockets[on].may_read.set()
    else:
        sockets[on].may_read.clear()


def shutdown(on):
    sockets[on].socket.shutdown(1)


def abort(on, reason):
    """One-to-many sockets only."""
    sockets[on].send(reason.encode(), flags=ABORT)


def abort_by_close(on):
    """As programs do that want no graceful end: SO_LINGER with a time of 0."""
    sockets[on].socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('=ii', 1, 0))
    close(on)


def close(on):
    peer = sockets.pop(on)
    # The thread that waits in recvmsg keeps the socket open.
    peer.socket.shutdown(socket.SHUT_RD)
    peer.socket.close()


def set_option(on, number, value):
    sockets[on].socket.setsockopt(SCTP, number, bytes.fromhex(value))


def abandoned(on):
    """Messages given up so far. The kernel has no notification for those that were on their way."""
    status = ctypes.create_string_buffer(struct.pack('=iHHQQ', 0, 0, PR_SCTP_ALL, 0, 0), 24)
    length = ctypes.c_uint(24)
    if libc.getsockopt(sockets[on].socket.fileno(), SCTP, SCTP_PR_ASSOC_STATUS, status, ctypes.byref(length)) < 0:
        raise OSError(ctypes.get_errno(), 'SCTP_PR_ASSOC_STATUS')
    return sum(struct.unpack_from('=QQ', status.raw, 8))


def run(command):
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    return {'code': done.returncode, 'output': done.stdout + done.stderr}


COMMANDS = {f.__name__: f for f in (listen, connect, call, send, source, received, read, shutdown, abort,
                                    abort_by_close, close, set_option, abandoned, run)} | Programs(say).commands


def perform(command):
    number = command.pop('id')
    try:
        say(id=number, result=COMMANDS[command.pop('do')](**command))
    except OSError as error:
        say(id=number, error=errno.errorcode.get(error.errno, str(error)))
    except Exception as error:
        say(id=number, error=repr(error))


say(id=0, result=None)
for line in sys.stdin:
    threading.Thread(target=perform, args=(json.loads(line),), daemon=True).start()
