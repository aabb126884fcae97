//go:build windows

package measure

import (
	"syscall"
	"time"
)

// CPUTime returns the CPU time that the process has used, in user and kernel
// mode, on all its threads.
func CPUTime() time.Duration {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		panic("measure: handle of the own process: " + err.Error())
	}
	var created, ended, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &created, &ended, &kernel, &user); err != nil {
		panic("measure: times of the own process: " + err.Error())
	}
	return ticks(kernel) + ticks(user)
}

// ticks converts a duration, which unlike a date has no epoch to subtract,
// from units of 100 ns.
func ticks(f syscall.Filetime) time.Duration {
	return time.Duration(uint64(f.HighDateTime)<<32|uint64(f.LowDateTime)) * 100
}

// CPUClock names the clock behind [CPUTime].
const CPUClock = "process CPU time (GetProcessTimes, steps of about 15 ms)"
