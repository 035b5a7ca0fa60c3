package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/pion/sctp"
)

// Associations set up one after the other and held: how soon, at what cost, and in how much memory.

const settle = 300 * time.Millisecond

var held []*sctp.Association

func residentBytes() int {
	runtime.GC()
	file, err := os.Open("/proc/self/statm")
	check(err)
	defer file.Close()
	var total, resident int
	_, err = fmt.Fscan(file, &total, &resident)
	check(err)
	return resident * os.Getpagesize()
}

func hold(count int, next func() *sctp.Association) {
	for i := 0; i < count; i++ {
		held = append(held, next())
	}
}

// measure holds the first associations without looking, then reports on the others.
func measure(s settings, next func() *sctp.Association) {
	hold(s["warmup"], next)
	time.Sleep(settle)
	before := residentBytes()
	from, fromCPU := time.Now(), cpuTime()
	hold(s["count"], next)
	line := report{
		"associations": s["count"],
		"ms":           milliseconds(time.Since(from)),
		"cpuUs":        microseconds(cpuTime() - fromCPU),
	}
	time.Sleep(settle)
	line["memoryBytes"] = residentBytes() - before
	say(line)
}

func serveAssociations(s settings) {
	many := listenForMany(s)
	say(report{"ready": true})
	accepted := make(chan *sctp.Association, s["warmup"]+s["count"])
	go func() {
		for conn := range many.fresh {
			go accept(conn, accepted)
		}
	}()
	measure(s, func() *sctp.Association { return <-accepted })
}

func accept(conn net.Conn, accepted chan<- *sctp.Association) {
	association, err := sctp.Server(config(conn))
	check(err)
	accepted <- association
}

func driveAssociations(s settings) {
	measure(s, func() *sctp.Association {
		conn, err := net.Dial("udp", s.address("peer"))
		check(err)
		association, err := sctp.Client(config(conn))
		check(err)
		return association
	})
}
