//go:build linux || darwin

package measure

import (
	"syscall"
	"time"
)

// CPUTime returns the CPU time that the process has used, in user and kernel
// mode, on all its threads.
func CPUTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic("measure: getrusage of the own process: " + err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// CPUClock names the clock behind [CPUTime].
const CPUClock = "process CPU time (getrusage)"
