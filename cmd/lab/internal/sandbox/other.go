//go:build !linux || !(amd64 || arm64)

package sandbox

import (
	"errors"
	"runtime"
	"time"
)

// A Host makes sandboxes on this machine. Here they limit nothing.
type Host struct{}

// NewHost returns a Host.
func NewHost(options Options, _ int) (*Host, error) {
	mustBeLaunched()
	if options.SystemRoots {
		return nil, &RootsError{"it takes Linux"}
	}
	return &Host{}, nil
}

// Notes says what is as on Lambda here and what is not, a line each.
func (h *Host) Notes() []string {
	return []string{"CPU and memory NOT limited: lab limits them on Linux (amd64, arm64), and this is " + runtime.GOOS + "/" + runtime.GOARCH}
}

// Limited reports whether CPU time and memory are limited.
func (h *Host) Limited() bool { return false }

// Skipped says why a memory size cannot be measured here; "" when it can.
func (h *Host) Skipped(int) string { return "" }

// Close does nothing.
func (h *Host) Close() error { return nil }

// A Sandbox starts a function's program and does nothing else.
type Sandbox struct{}

// NewSandbox returns a sandbox.
func (h *Host) NewSandbox(int) (*Sandbox, error) { return &Sandbox{}, nil }

// The methods of a Sandbox do nothing here. ExecRecord is nil, since there is no launcher.
func (b *Sandbox) Command(path string) []string     { return []string{path} }
func (b *Sandbox) Environ(string) []string          { return nil }
func (b *Sandbox) Reset() error                     { return nil }
func (b *Sandbox) EndInit() error                   { return nil }
func (b *Sandbox) Freeze() error                    { return nil }
func (b *Sandbox) Thaw() error                      { return nil }
func (b *Sandbox) OutOfMemory() bool                { return false }
func (b *Sandbox) Close() error                     { return nil }
func (b *Sandbox) ExecRecord() (*ExecRecord, error) { return nil, nil }

// CPUTime fails.
func (b *Sandbox) CPUTime() (time.Duration, error) { return 0, errNoCPU }

// CPU fails.
func (b *Sandbox) CPU() (CPU, error) { return CPU{}, errNoCPU }

// CPUTimeAtExec returns 0.
func (b *Sandbox) CPUTimeAtExec(*ExecRecord) time.Duration { return 0 }

// ProcessCPU fails.
func ProcessCPU(int) (CPU, error) { return CPU{}, errNoCPU }

var errNoCPU = errors.New("the CPU time of another process is not known on " + runtime.GOOS + "/" + runtime.GOARCH)

// Used returns nil.
func (r *ExecRecord) Used() (*Counters, error) { return nil, nil }

// Mapped returns nil.
func (r *ExecRecord) Mapped() []string { return nil }

// DropFiles fails.
func DropFiles([]string) error { return errNoCache }

// DropPageCache fails.
func DropPageCache() error { return errNoCache }

var errNoCache = errors.New("the page cache cannot be dropped on this system")

// Launch does nothing but fulfil NewHost's condition: there is no launcher.
func Launch() { launched = true }

var epoch = time.Now()

// Monotonic is a clock that never steps.
func Monotonic() time.Duration { return time.Since(epoch) }
