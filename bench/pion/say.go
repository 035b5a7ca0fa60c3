package main

import (
	"encoding/json"
	"io"
	"os"
)

type report map[string]interface{}

// say prints one line for the bench.
func say(line report) {
	check(json.NewEncoder(os.Stdout).Encode(line))
}

// fail tells the bench what went wrong and ends the program.
func fail(text string) {
	_ = json.NewEncoder(os.Stdout).Encode(report{"error": text})
	os.Exit(1)
}

func check(err error) {
	if err != nil {
		fail(err.Error())
	}
}

// endWithInput ends the program when the bench closes our standard input, whatever it is doing.
func endWithInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
