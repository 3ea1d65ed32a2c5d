//go:build unix

package lambda

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a process into a group of its own, so that killGroup ends its children too.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

func terminate(cmd *exec.Cmd) { cmd.Process.Signal(syscall.SIGTERM) }
