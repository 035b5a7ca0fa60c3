package main

import (
	"net"
	"os"
	"time"
)

// demultiplexer gives every sender at one UDP socket a connection of its own, as servers with pion do.
type demultiplexer struct {
	socket *net.UDPConn
	conns  map[string]*demultiplexed
	fresh  chan *demultiplexed
}

// demultiplexed is what comes from one sender, and goes back to it.
type demultiplexed struct {
	socket *net.UDPConn
	peer   *net.UDPAddr
	packet chan []byte
}

func listenForMany(s settings) *demultiplexer {
	own, err := net.ResolveUDPAddr("udp", s.address("port"))
	check(err)
	socket, err := net.ListenUDP("udp", own)
	check(err)
	d := &demultiplexer{socket, map[string]*demultiplexed{}, make(chan *demultiplexed, 16)}
	go d.run()
	return d
}

func (d *demultiplexer) run() {
	buffer := make([]byte, 8192)
	for {
		length, peer, err := d.socket.ReadFromUDP(buffer)
		check(err)
		conn, known := d.conns[peer.String()]
		if !known {
			conn = &demultiplexed{d.socket, peer, make(chan []byte, 16)}
			d.conns[peer.String()] = conn
			d.fresh <- conn
		}
		conn.packet <- append([]byte(nil), buffer[:length]...)
	}
}

func (c *demultiplexed) Read(buffer []byte) (int, error) { return copy(buffer, <-c.packet), nil }

func (c *demultiplexed) Write(packet []byte) (int, error) { return c.socket.WriteToUDP(packet, c.peer) }

func (c *demultiplexed) Close() error         { return nil }
func (c *demultiplexed) LocalAddr() net.Addr  { return c.socket.LocalAddr() }
func (c *demultiplexed) RemoteAddr() net.Addr { return c.peer }

func (c *demultiplexed) SetDeadline(time.Time) error      { return os.ErrNoDeadline }
func (c *demultiplexed) SetReadDeadline(time.Time) error  { return os.ErrNoDeadline }
func (c *demultiplexed) SetWriteDeadline(time.Time) error { return os.ErrNoDeadline }
