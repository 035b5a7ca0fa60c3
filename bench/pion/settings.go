package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// settings is what the command line asks for, as name=value.
type settings map[string]int

func readSettings(words []string) settings {
	read := settings{}
	for _, word := range words {
		name, text, _ := strings.Cut(word, "=")
		value, err := strconv.Atoi(text)
		check(err)
		read[name] = value
	}
	return read
}

func (s settings) duration(name string) time.Duration {
	return time.Duration(s[name]) * time.Millisecond
}

func (s settings) address(name string) string {
	return fmt.Sprintf("127.0.0.1:%d", s[name])
}
