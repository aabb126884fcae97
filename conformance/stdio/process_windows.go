package stdio

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps the console's Ctrl-C from the child.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// exited cannot look without reaping here, so that a process has its whole
// grace.
func exited(*os.Process) bool { return false }

// killGroup ends the process and its descendants; Windows has no groups to kill.
func killGroup(p *os.Process) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run()
	_ = p.Kill()
}
