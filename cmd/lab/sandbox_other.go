//go:build !linux || !(amd64 || arm64)

package main

import (
	"errors"
	"runtime"
	"time"
)

// host knows no control groups: functions run as they are, and the notes say so.
type host struct{}

func newHost(isolation, int) (*host, error) { return &host{}, nil }

func (h *host) notes() []string {
	return []string{"not limited here: neither CPU nor memory are, on " + runtime.GOOS + "/" + runtime.GOARCH}
}

func (h *host) limited() bool       { return false }
func (h *host) emulable(int) string { return "" }
func (h *host) close() error        { return nil }

// sandbox starts a function's program and does nothing else.
type sandbox struct{}

func (h *host) sandbox(int) (*sandbox, error) { return &sandbox{}, nil }

func (b *sandbox) command(path string) []string { return []string{path} }
func (b *sandbox) environ(string) []string      { return nil }
func (b *sandbox) reset() error                 { return nil }
func (b *sandbox) endInit() error               { return nil }
func (b *sandbox) freeze() error                { return nil }
func (b *sandbox) thaw() error                  { return nil }
func (b *sandbox) outOfMemory() bool            { return false }
func (b *sandbox) close() error                 { return nil }

// birth is nil where nobody wrote it down.
func (b *sandbox) birth() (*birth, error) { return nil, nil }
func (b *birth) used() (*counters, error) { return nil, nil }
func (b *birth) mapped() []string         { return nil }
func dropPages([]string) error            { return errNoCache }
func dropAllPages() error                 { return errNoCache }
func launchIfAsked()                      {}

var errNoCache = errors.New("the page cache cannot be dropped here")

var epoch = time.Now()

// monotonic is a clock that never steps.
func monotonic() time.Duration { return time.Since(epoch) }
