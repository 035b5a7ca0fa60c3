package main

import "encoding/binary"

// A message begins with its number; the last one of a run has endBytes and begins with end, then the count.
const (
	end      = 0xffffffff
	endBytes = 8
)

func number(message []byte, value uint32) []byte {
	binary.BigEndian.PutUint32(message, value)
	return message
}

func numberOf(message []byte) uint32 {
	return binary.BigEndian.Uint32(message)
}

func endMessage(count uint32) []byte {
	message := number(make([]byte, endBytes), end)
	binary.BigEndian.PutUint32(message[4:], count)
	return message
}

func isEnd(message []byte) bool {
	return len(message) == endBytes && numberOf(message) == end
}
