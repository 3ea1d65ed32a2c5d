// Package measure prepares this machine to measure functions, and measures their starts and
// invocations one by one.
//
// A Bench has a sandbox.Host, the emulated S3, DynamoDB and Lambda, and the data. A Target is
// one function at one memory size, over one file and one network; it takes the samples, and
// compares every item that the function writes with the reference before a time counts.
package measure

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
)

// The emulator's resources have the names that the deployed template gives them.
const (
	Bucket   = "hospital-records"
	Table    = "recovery-times"
	Function = "reduction"
)

const (
	// MemoryMB is the function's memory size in the deployed template.
	MemoryMB = 256

	// MostRows is a limit for data that are kept in memory, which S3 does for a function: rows of
	// 45 bytes.
	MostRows = 100_000_000

	// LongestTimeout is the longest that Lambda allows, but for Managed Instances. Lambda API
	// Reference, CreateFunction: Timeout.
	LongestTimeout = 30 * time.Minute

	// RoundTrip is the usual round trip to S3 or DynamoDB from a function of the same region.
	RoundTrip = 5 * time.Millisecond
)

// ErrInterrupted ends a measurement that its user ended.
var ErrInterrupted = errors.New("interrupted")

// Settings are what the commands that measure in a sandbox have in common.
type Settings struct {
	sandbox.Options
	Stores
	Job
	NoTLS        bool
	Certificates string        // what certificates the servers have
	Roots        string        // where a function finds the authority of the servers' certificates
	Unchecked    bool          // results that differ from the reference have times, too
	Timeout      time.Duration // of INIT, and of an invocation; 0 is LongestTimeout
	Cache        string        // the state of the page cache before a start
	Seed         uint64        // of the data and of the order
	File         string        // for the report as JSON; "" is none
}

// States of the page cache before a start.
const (
	CacheWarm    = "warm"    // as the start before left it
	cacheDropped = "dropped" // without the function's files
	cacheEmpty   = "empty"   // without any file
)

// What certificates the servers have.
const (
	CertificatesRSA   = "rsa"   // a chain of four, as AWS's endpoints send
	CertificatesECDSA = "ecdsa" // one
)

// Where a function finds the authority of the servers' certificates.
const (
	rootsBundle = "bundle" // in the file that AWS_CA_BUNDLE names
	rootsSystem = "system" // among the system's roots
)

// sessionToken is as long as the tokens of Lambda's roles, which are signed and sent with each
// request.
var sessionToken = strings.Repeat("IQoJb3JpZ2lu", 70)

// Declare declares the flags.
func (s *Settings) Declare(f *cli.Flags) {
	f.Bool(&s.NoTLS, "no-tls", "reach S3 and DynamoDB over plain HTTP, to see what TLS costs")
	f.String(&s.Certificates, "certificates", CertificatesRSA, "`KIND` of the servers' certificates: rsa, a chain of four, as AWS's endpoints send; ecdsa, one (default rsa)")
	f.String(&s.Roots, "roots", rootsBundle, "`PLACE` where the function finds the servers' certificate authority: bundle, the file that AWS_CA_BUNDLE names; system, the system's roots, which takes root (default bundle)")
	f.String(&s.Cache, "cache", CacheWarm, "`STATE` of the page cache before a start: warm, as it is; dropped, without the function's files; empty, without any file (default warm)")
	f.Duration(&s.Period, "period", sandbox.LambdaPeriod, sandbox.ShortestPeriod, sandbox.LongestPeriod, "`TIME` period of the CPU quota (default 20ms, like Lambda's)")
	f.Bool(&s.Shared, "shared", "let the function and the servers share the CPUs, so that larger memory sizes can be emulated")
	f.Bool(&s.Unlimited, "unlimited", "do not limit CPU and memory, do not separate CPUs, hide nothing")
	cli.Whole(f, &s.Seed, "seed", dataset.DefaultSeed, 0, 1<<63-1, "`S` seed of the data and of the order (default 1)")
	s.Stores.declare(f)
	f.Bool(&s.Unchecked, "unchecked", "report times even if the items differ from the reference, and say how they differ")
	f.String(&s.File, "json", "", "`FILE` to write all samples and summaries to, compressed where its name ends in .gz")
}

// DeclareMemory declares the flag for memory sizes in MB.
func DeclareMemory(f *cli.Flags, to *[]int, value []int, usage string) {
	cli.WholeList(f, to, "memory", value, 128, 10_240, usage) // Lambda quotas
}

// DeclareTimeout declares the flag for the timeout.
func (s *Settings) DeclareTimeout(f *cli.Flags, value time.Duration, usage string) {
	f.Duration(&s.Timeout, "timeout", value, time.Second, LongestTimeout, usage)
}

// Ready checks the settings before anything begins, and completes the programs.
func (s *Settings) Ready(memory []int, functions []report.Program) error {
	if !slices.Contains([]string{CacheWarm, cacheDropped, cacheEmpty}, s.Cache) {
		return cli.Usagef("--cache is %q; expected warm, dropped or empty", s.Cache)
	}
	if !slices.Contains([]string{CertificatesRSA, CertificatesECDSA}, s.Certificates) {
		return cli.Usagef("--certificates is %q; expected rsa or ecdsa", s.Certificates)
	}
	if !slices.Contains([]string{rootsBundle, rootsSystem}, s.Roots) {
		return cli.Usagef("--roots is %q; expected bundle or system", s.Roots)
	}
	if err := s.Stores.check(); err != nil {
		return err
	}
	s.SystemRoots = s.Roots == rootsSystem
	if least := memory[0]; !s.Unlimited && sandbox.Quota(least, s.Period) < sandbox.LeastQuota {
		return cli.Usagef("--period %v is too short for %d MB: its share of it is %v, and Linux allows no less than %v",
			s.Period, least, sandbox.Quota(least, s.Period), sandbox.LeastQuota)
	}
	if err := s.Job.ready(); err != nil {
		return err
	}
	for i := range functions {
		if err := find(&functions[i]); err != nil {
			return err
		}
	}
	return Writable(s.File)
}

// Writable reports why a file cannot be written, before a measurement rather than after it. The
// file keeps its content, and one that is not there is not made. "" is no file.
func Writable(file string) error {
	if file == "" {
		return nil
	}
	_, err := os.Lstat(file)
	isNew := errors.Is(err, fs.ErrNotExist)
	out, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	err = out.Close()
	if isNew {
		err = errors.Join(err, os.Remove(file))
	}
	return err
}
