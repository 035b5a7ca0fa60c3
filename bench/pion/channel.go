package main

import (
	"net"

	"github.com/pion/logging"
	"github.com/pion/sctp"
)

const (
	// What may wait in a stream before its writer does.
	bufferBytes = 1024 * 1024
	maxMessage  = 65536
)

func config(conn net.Conn) sctp.Config {
	return sctp.Config{
		NetConn:              conn,
		MaxReceiveBufferSize: bufferBytes,
		MaxMessageSize:       maxMessage,
		LoggerFactory:        logging.NewDefaultLoggerFactory(),
	}
}

// pairSocket is a UDP socket between the two programs of a run.
func pairSocket(s settings) net.Conn {
	own, err := net.ResolveUDPAddr("udp", s.address("port"))
	check(err)
	peer, err := net.ResolveUDPAddr("udp", s.address("peer"))
	check(err)
	conn, err := net.DialUDP("udp", own, peer)
	check(err)
	check(conn.SetReadBuffer(4 * bufferBytes))
	return conn
}

// acceptStream waits for the association and for the first message of its stream.
func acceptStream(s settings) *sctp.Stream {
	conn := pairSocket(s)
	say(report{"ready": true})
	association, err := sctp.Server(config(conn))
	check(err)
	stream, err := association.AcceptStream()
	check(err)
	return stream
}

// channel is an ordered and reliable stream whose writer waits when much is buffered.
type channel struct {
	*sctp.Stream
	room chan struct{}
}

func openChannel(s settings) *channel {
	association, err := sctp.Client(config(pairSocket(s)))
	check(err)
	stream, err := association.OpenStream(0, sctp.PayloadTypeWebRTCBinary)
	check(err)
	opened := &channel{stream, make(chan struct{}, 1)}
	stream.SetBufferedAmountLowThreshold(bufferBytes / 2)
	stream.OnBufferedAmountLow(func() {
		select {
		case opened.room <- struct{}{}:
		default:
		}
	})
	return opened
}

func (c *channel) send(message []byte) {
	_, err := c.Write(message)
	check(err)
	for c.BufferedAmount() > bufferBytes {
		<-c.room
	}
}
