package main

import (
	"sort"
	"time"
)

// Request and answer: one message at a time goes there and back.

func servePing(s settings) {
	stream := acceptStream(s)
	counted := meter{warmup: s.duration("warmupMs")}
	buffer := make([]byte, maxMessage)
	for {
		length, err := stream.Read(buffer)
		check(err)
		if isEnd(buffer[:length]) {
			say(counted.report())
			return
		}
		_, err = stream.Write(buffer[:length])
		check(err)
		counted.count()
	}
}

func drivePing(s settings) {
	opened := openChannel(s)
	counted := meter{warmup: s.duration("warmupMs")}
	message := make([]byte, s["bytes"])
	answer := make([]byte, maxMessage)
	var roundTrips []time.Duration
	for counted.warmFor() < s.duration("runMs") {
		sent := time.Now()
		opened.send(number(message, counted.messages))
		length, err := opened.Read(answer)
		check(err)
		if length != len(message) || numberOf(answer) != counted.messages {
			fail("not the answer")
		}
		if !counted.warm.IsZero() {
			roundTrips = append(roundTrips, time.Since(sent))
		}
		counted.count()
	}
	opened.send(endMessage(counted.messages))
	line := counted.report()
	sort.Slice(roundTrips, func(i, j int) bool { return roundTrips[i] < roundTrips[j] })
	line["p50Us"] = microseconds(roundTrips[len(roundTrips)/2])
	line["p99Us"] = microseconds(roundTrips[len(roundTrips)*99/100])
	say(line)
}
