// One of the two programs of a run with pion/sctp: PROGRAM server|client CASE name=value...
package main

import "os"

var cases = map[string]func(settings){
	"server stream":       serveStream,
	"client stream":       driveStream,
	"server ping":         servePing,
	"client ping":         drivePing,
	"server associations": serveAssociations,
	"client associations": driveAssociations,
}

func main() {
	if len(os.Args) < 3 {
		fail("PROGRAM server|client CASE name=value...")
	}
	run, known := cases[os.Args[1]+" "+os.Args[2]]
	if !known {
		fail("unknown case")
	}
	go endWithInput()
	run(readSettings(os.Args[3:]))
	select {}
}
