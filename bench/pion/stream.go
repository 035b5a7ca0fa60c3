package main

// Messages one way: the client sends for as long as it is told to, the server checks and counts them.

func serveStream(s settings) {
	stream := acceptStream(s)
	counted := meter{warmup: s.duration("warmupMs")}
	buffer := make([]byte, maxMessage)
	for {
		length, err := stream.Read(buffer)
		check(err)
		message := buffer[:length]
		switch {
		case isEnd(message):
			if numberOf(message[4:]) != counted.messages {
				fail("messages are missing")
			}
			say(counted.report())
			return
		case length != s["bytes"] || numberOf(message) != counted.messages:
			fail("messages out of order")
		}
		counted.count()
	}
}

func driveStream(s settings) {
	opened := openChannel(s)
	counted := meter{warmup: s.duration("warmupMs")}
	message := make([]byte, s["bytes"])
	for counted.warmFor() < s.duration("runMs") {
		opened.send(number(message, counted.messages))
		counted.count()
	}
	opened.send(endMessage(counted.messages))
	say(counted.report())
}
