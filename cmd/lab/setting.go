package main

import (
	"os"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
)

// setting is what the commands that measure in a sandbox have in common.
type setting struct {
	sandbox.Options
	stores
	noTLS bool
	roots string

	unchecked bool // what is wrong has times too

	timeout time.Duration // of INIT, and of an invocation; 0 is the longest
	cache   string
	seed    uint64
	file    string // for JSON; "" is none
}

// States of the page cache before a start.
const (
	cacheWarm    = "warm"    // as the start before left it
	cacheDropped = "dropped" // without the function's files
	cacheEmpty   = "empty"   // without any file
)

// Where a function is to find the authority of the servers' certificates.
const (
	rootsBundle = "bundle" // in the file that AWS_CA_BUNDLE names
	rootsSystem = "system" // among the system's roots
)

// sessionToken is as long as those of Lambda's roles, which are signed and sent with each
// request.
var sessionToken = strings.Repeat("IQoJb3JpZ2lu", 70)

// defaultRoundTrip is a round trip to S3 or DynamoDB from a function of the same region.
const defaultRoundTrip = 5 * time.Millisecond

func (s *setting) declare(f *cli.Flags) {
	f.Bool(&s.noTLS, "no-tls", "S3 and DynamoDB over plain HTTP, to see what TLS costs")
	f.String(&s.roots, "roots", rootsBundle, "`WHERE` the servers' authority is: bundle, a file; system, its roots, as root (default bundle)")
	f.String(&s.cache, "cache", cacheWarm, "`STATE` of the page cache at a start: warm; dropped, the function's files; empty, all (default warm)")
	f.Duration(&s.Period, "period", sandbox.LambdaPeriod, sandbox.ShortestPeriod, sandbox.LongestPeriod, "`TIME` of the CPU quota (default 20ms, as Lambda's)")
	f.Bool(&s.Shared, "shared", "let function and servers share the CPUs; more sizes can be emulated so")
	f.Bool(&s.Unlimited, "unlimited", "no limits, no CPUs apart, nothing hidden")
	cli.Whole(f, &s.seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data and of the order (default 1)")
	s.stores.declare(f)
	f.Bool(&s.unchecked, "unchecked", "times for what writes anything else than the reference, too, with what differs")
	f.String(&s.file, "json", "", "`FILE` write all samples and summaries there")
}

// ready finds what makes no sense before anything is begun, and the programs, ours first.
func (s *setting) ready(memory []int, functions []report.Program) error {
	if !slices.Contains([]string{cacheWarm, cacheDropped, cacheEmpty}, s.cache) {
		return cli.Usagef("--cache is %q; expected warm, dropped or empty", s.cache)
	}
	if !slices.Contains([]string{rootsBundle, rootsSystem}, s.roots) {
		return cli.Usagef("--roots is %q; expected bundle or system", s.roots)
	}
	if err := s.stores.check(); err != nil {
		return err
	}
	s.SystemRoots = s.roots == rootsSystem
	if least := memory[0]; !s.Unlimited && sandbox.Quota(least, s.Period) < sandbox.LeastQuota {
		return cli.Usagef("--period %v is too short for %d MB: its share of it is %v, and Linux knows none under %v",
			s.Period, least, sandbox.Quota(least, s.Period), sandbox.LeastQuota)
	}
	for i := range functions {
		f := &functions[i]
		var err error
		if i == 0 {
			f.Path, f.Bytes, err = findBootstrap(f.Path)
		} else {
			f.Path, f.Bytes, err = findProgram(f.Path)
		}
		if err != nil {
			return err
		}
	}
	return writable(s.file)
}

// writable says whether a file can be written, sooner than after a measurement. What it
// holds is kept.
func writable(file string) error {
	if file == "" {
		return nil
	}
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return out.Close()
}
