package cold

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// config is of so many samples that a run never ends by itself.
func config(t *testing.T) *Config {
	t.Helper()
	c := &Config{Memory: []int{256}, Rows: 50, N: 1_000_000}
	c.Settings = measure.Settings{Options: sandbox.Options{Unlimited: true}, Certificates: measure.CertificatesECDSA, Roots: "bundle", Cache: measure.CacheWarm, Seed: 1,
		Job: measure.Job{Expect: report.ExpectStatus}}
	c.Functions = []report.Program{{Name: "echo", Path: labtest.Echo(t)}}
	if err := c.Ready(c.Memory, c.Functions); err != nil {
		t.Fatal(err)
	}
	return c
}

// A reader of standard error, who presses Ctrl-C once a round is over.
type reader struct{ cancel func() }

func (r reader) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte("round ")) && !bytes.Contains(b, []byte("round 1 of")) {
		r.cancel()
	}
	return len(b), nil
}

// What was measured until Ctrl-C is reported.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	status := (&cli.Console{Err: reader{cancel}, LineEvery: time.Millisecond}).Status()
	r, err := Measure(ctx, config(t), status)
	if r == nil || !errors.Is(err, measure.ErrInterrupted) {
		t.Fatalf("%+v, %v", r, err)
	}
	if n := len(r.Results[0].Samples); !r.Interrupted || n == 0 || n >= r.N {
		t.Errorf("%d samples: %+v", n, r)
	}
	var out strings.Builder
	if err := r.Print(cli.NewPage(&out, true)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Interrupted: ", " of 1000000; ", "INIT"} {
		if !strings.Contains(labtest.Flat(out.String()), want) {
			t.Errorf("%q is missing:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "Every invocation") {
		t.Errorf("a verdict on a part:\n%s", &out)
	}
}

// Before the first sample there is nothing to report.
func TestInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := Measure(ctx, config(t), new(cli.Status)); r != nil || !errors.Is(err, measure.ErrInterrupted) {
		t.Errorf("%+v, %v", r, err)
	}
}
