//go:build linux

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// frozen is longer than serverIdle. Lambda may keep a function frozen for 30s or 10m, too; the flag
// sets such times.
var frozen = flag.Duration("frozen", 1200*time.Millisecond, "how long TestFrozenProcess keeps the function frozen")

const serverIdle = time.Second

// TestFrozenProcess freezes the function as Lambda does, between invocations and while it opens
// connections in INIT, and holds that the next invocation knows nothing of it.
func TestFrozenProcess(t *testing.T) {
	for _, warm := range []string{"on", "off"} {
		for _, amid := range []bool{false, true} {
			if amid && warm == "off" {
				continue // nothing is opened
			}
			for _, gap := range []time.Duration{0, *frozen} {
				t.Run(fmt.Sprintf("%s/amid=%t/%v", warm, amid, gap), func(t *testing.T) {
					t.Parallel()
					testFrozen(t, warm, amid, gap)
				})
			}
		}
	}
}

func testFrozen(t *testing.T, warm string, amid bool, gap time.Duration) {
	s := lambdatest.NewUnstartedServer()
	s.Config.IdleTimeout = serverIdle
	s.Network.RoundTrip = 20 * time.Millisecond // a handshake can be met half way
	var first sync.Once
	connecting := make(chan struct{})
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			first.Do(func() { close(connecting) })
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	s.S3.CreateBucket("records")
	s.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\n"))
	s.DynamoDB.CreateTable("results")
	fn := s.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: "frozen", Timeout: patience, Env: []string{
		"S3_BUCKET=records", "FILE_NAME=in.csv", "DB_TABLE=results", "WARM=" + warm, asFunction + "=1"}})

	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	process := exec.Command(exe)
	process.Env, process.Stdout, process.Stderr = fn.Environ(), &log, &log
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	ended := sync.OnceFunc(func() { process.Process.Kill(); process.Wait() })
	t.Cleanup(ended)
	freeze := func() {
		process.Process.Signal(syscall.SIGSTOP)
		await(t, "the process to stand still", func() bool {
			stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process.Process.Pid))
			_, state, _ := strings.Cut(string(stat), ") ")
			return strings.HasPrefix(state, "T")
		})
		time.Sleep(gap)
		process.Process.Signal(syscall.SIGCONT)
	}
	done := 0
	invoke := func() {
		t.Helper()
		answer, err := fn.Invoke(t.Context(), []byte("{}"))
		if err != nil || answer.FunctionError != "" {
			ended()
			t.Fatalf("invocation %d: %v, %+v\n%s", done+1, err, answer, log.Bytes())
		}
		if done++; len(s.DynamoDB.Items("results")) != done {
			t.Fatalf("%d items after %d invocations", len(s.DynamoDB.Items("results")), done)
		}
	}
	if amid {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		select {
		case <-connecting:
		case <-ctx.Done():
			t.Fatal("no connection is opened")
		}
		freeze()
		invoke()
	}
	invoke()
	freeze()
	invoke()
}

// patience is how long a test waits for what must come, however slow the machine is.
const patience = time.Minute

// await waits until something is so.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain for " + what)
		}
	}
}
