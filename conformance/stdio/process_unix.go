//go:build unix && !linux

package stdio

import (
	"os"
	"syscall"
)

// ownGroup puts the child into a group of its own.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// exited cannot look without reaping here, so that a process has its whole
// grace.
func exited(*os.Process) bool { return false }

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
