package lambda

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// A process is the process of an execution environment.
type process struct {
	cmd     *exec.Cmd
	started time.Time
	exited  chan struct{} // closed after the exit, when all output is in the log
	err     error         // what cmd.Wait returned; valid after exited is closed
	out     *outputPipe
}

// startProcess starts a function's command. As in Lambda, the process has no environment
// variables but env, and runs in the folder of its program.
func startProcess(command, env []string, log io.Writer) (*process, error) {
	path, err := commandPath(command)
	if err != nil {
		return nil, err
	}
	out, err := newOutputPipe(log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, command[1:]...)
	cmd.Env = env
	cmd.Dir = filepath.Dir(path)
	cmd.Stdout, cmd.Stderr = out.w, out.w // files: os/exec then copies nothing itself
	ownGroup(cmd)
	p := &process{cmd: cmd, out: out, exited: make(chan struct{}), started: time.Now()}
	if err := cmd.Start(); err != nil {
		out.close()
		return nil, err
	}
	go func() {
		p.err = cmd.Wait()
		killGroup(cmd) // children that the function has left behind
		out.close()
		close(p.exited)
	}()
	return p, nil
}

// kill ends the process and waits until it is gone.
func (p *process) kill() {
	killGroup(p.cmd)
	<-p.exited
}

// reason says why the process has exited, in Lambda's words.
func (p *process) reason() string {
	if p.err == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + p.err.Error()
}

// maxMemory returns the largest resident set that the process has had, in bytes; 0 without a
// /proc. The process must not have exited.
func (p *process) maxMemory() int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kb int64
	fmt.Sscanf(string(rest), "%d kB", &kb)
	return kb << 10
}

// commandPath returns the absolute path of a function's program.
func commandPath(command []string) (string, error) {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}
