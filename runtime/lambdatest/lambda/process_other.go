//go:build !unix

package lambda

import "os/exec"

func ownGroup(cmd *exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { cmd.Process.Kill() }

func terminate(cmd *exec.Cmd) { cmd.Process.Kill() }
