package main

import (
	"syscall"
	"time"
)

// meter counts messages and, once it is warm, the time and the CPU time that they take.
type meter struct {
	warmup       time.Duration
	first, warm  time.Time
	warmCPU      time.Duration
	warmMessages uint32
	messages     uint32
}

// cpuTime is that of this process, all its threads.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (m *meter) count() {
	now := time.Now()
	if m.messages == 0 {
		m.first = now
	}
	m.messages++
	if !m.warm.IsZero() || now.Sub(m.first) < m.warmup {
		return
	}
	m.warm, m.warmCPU, m.warmMessages = now, cpuTime(), m.messages
}

// warmFor is how long it has been warm.
func (m *meter) warmFor() time.Duration {
	if m.warm.IsZero() {
		return 0
	}
	return time.Since(m.warm)
}

func (m *meter) report() report {
	return report{
		"total":    m.messages,
		"messages": m.messages - m.warmMessages,
		"ms":       milliseconds(m.warmFor()),
		"cpuUs":    microseconds(cpuTime() - m.warmCPU),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
