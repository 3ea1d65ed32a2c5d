package faults

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/ddbwire"
	"reduction/internal/aws/request"
	"reduction/internal/aws/s3"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/internal/job"
	"reduction/runtime/lambdatest"
)

// causes are what a failed run may say: each with the faults that explain it. Of several
// that an error is, the first counts.
var causes = []struct {
	name string
	err  error
	by   []lambdatest.FaultKind
}{
	{"died", errDied, []lambdatest.FaultKind{died}},
	{"expired", request.ErrExpired, []lambdatest.FaultKind{lambdatest.ExpiredToken}},
	{"throttled", request.ErrThrottled, []lambdatest.FaultKind{lambdatest.Throttle}},
	// The answer to a HEAD has a status and no body: what is throttled is not available, and what has
	// expired is refused.
	{"unavailable", request.ErrUnavailable, []lambdatest.FaultKind{lambdatest.ServerError, lambdatest.Answer, lambdatest.Throttle}},
	{"refused", request.ErrRefused, []lambdatest.FaultKind{lambdatest.ExpiredToken}},
	{"changed", s3.ErrChanged, []lambdatest.FaultKind{changed, lambdatest.WrongETag}},
	{"checksum", s3.ErrChecksum, damage},
	{"no checksum", s3.ErrNoChecksum, damage},
	{"corrupt", request.ErrCorrupt, damage},
	{"range", s3.ErrRange, damage},
	{"size", s3.ErrSize, damage},
	{"gzip", gzip.ErrChecksum, damage},
	{"gzip", gzip.ErrHeader, damage},
	{"gzip", anyFlate, damage},
	{"bad row", job.ErrHeader, damage},
	{"bad row", job.ErrUTF8, damage},
	{"bad row", csvfast.ErrBareQuote, damage},
	{"bad row", csvfast.ErrQuote, damage},
	{"bad row", aggregate.ErrFieldCount, damage},
	{"bad row", aggregate.ErrNumber, damage},
	{"answer", ddbwire.ErrAnswer, damage},
	{"answer", http1.ErrMalformed, damage},
	{"stalled", transport.ErrStalled, []lambdatest.FaultKind{impatient}},
	{"table keys", ddbwire.ErrTableKeys, []lambdatest.FaultKind{noSortKey}},
	{"cut", io.ErrUnexpectedEOF, loss},
	{"cut", http1.ErrUnanswered, loss},
	{"cut", syscall.ECONNRESET, loss},
	{"cut", syscall.EPIPE, loss},
}

var (
	damage = []lambdatest.FaultKind{lambdatest.Corrupt, lambdatest.WrongChecksum, lambdatest.WrongLength}
	loss   = []lambdatest.FaultKind{lambdatest.Drop, lambdatest.Cut, lambdatest.Reset, lambdatest.TruncatedChunk, lambdatest.WrongLength}

	anyFlate = errors.New("any flate.CorruptInputError")
)

// What happens in schedules beside the server's faults.
const (
	died lambdatest.FaultKind = -1 - iota
	changed
	noSortKey // the table has none
	impatient // the client gives up on what is silent for a moment, since faults stall
)

// survivable is what goes away when the same request is made again: a run that meets no
// more of it than a request has spare attempts has to succeed.
var survivable = []lambdatest.FaultKind{
	lambdatest.Drop, lambdatest.Throttle, lambdatest.ServerError, lambdatest.Answer,
	lambdatest.Cut, lambdatest.Reset, lambdatest.Stall, lambdatest.HandBack,
}

const spareAttempts = 2 // S3's; DynamoDB's are three

// causeOf names what an error says, and says whether the faults that were met explain it.
func causeOf(err error, met map[lambdatest.FaultKind]int) (name string, explained bool) {
	for _, c := range causes {
		if !errors.Is(err, c.err) {
			if _, corrupt := errors.AsType[flate.CorruptInputError](err); c.err != anyFlate || !corrupt {
				continue
			}
		}
		return c.name, slices.ContainsFunc(c.by, func(k lambdatest.FaultKind) bool { return met[k] > 0 })
	}
	return "", false
}

// tells says what is wrong with an error's text: it names the object or the table, and no
// cell.
func tells(err error, key string) string {
	switch s := err.Error(); {
	case strings.Contains(s, patient):
		return "carries a cell"
	case !strings.Contains(s, "s3://"+bucket+"/"+key) && !strings.Contains(s, table):
		return "names no place"
	}
	return ""
}
