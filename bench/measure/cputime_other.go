//go:build !linux && !darwin && !windows

package measure

import "time"

// CPUTime returns the wall time since the process started, for want of a
// portable clock of CPU time.
func CPUTime() time.Duration { return time.Duration(time.Now().UnixNano()) }

// CPUClock names the clock behind [CPUTime].
const CPUClock = "wall time: no clock of CPU time on this system"
