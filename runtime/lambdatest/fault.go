package lambdatest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A Fault is what goes wrong with one request. The zero value is nothing.
type Fault struct {
	Kind FaultKind

	// Bytes of the answer's body that go out before Cut, Reset, Stall and TruncatedChunk; -1
	// is not even the head. Where Corrupt strikes. What WrongLength adds to Content-Length.
	Bytes int64

	For   time.Duration // how long a Stall lasts; until the client gives up when zero
	Share float64       // of a batch's items that HandBack leaves undone, 0 to 1

	// An Answer's status, error code and message.
	Status  int
	Code    string
	Message string
}

// A FaultKind is a way to go wrong.
type FaultKind int

const (
	None FaultKind = iota

	// Before the request is carried out.
	Drop         // the connection is closed without an answer
	Throttle     // S3's SlowDown, DynamoDB's ProvisionedThroughputExceededException, Lambda's TooManyRequestsException
	ServerError  // status 500
	ExpiredToken // the session token has expired
	Answer       // the error of Status, Code and Message

	// After it was carried out, with its answer.
	Cut            // the connection is closed
	Reset          // the connection is reset
	Stall          // nothing comes for a while
	WrongLength    // Content-Length is not the body's
	TruncatedChunk // the body comes chunked and ends inside a chunk
	Corrupt        // a bit of the body is flipped
	WrongChecksum  // X-Amz-Crc32, or the object's checksum, is not the body's
	WrongETag      // the ETag is another's

	// In place of a part of it.
	HandBack // BatchWriteItem returns a share of its items as unprocessed

	faultKinds // how many there are
)

var faultNames = [faultKinds]string{"None", "Drop", "Throttle", "ServerError", "ExpiredToken", "Answer", "Cut", "Reset",
	"Stall", "WrongLength", "TruncatedChunk", "Corrupt", "WrongChecksum", "WrongETag", "HandBack"}

func (k FaultKind) String() string { return faultNames[k] }

// String describes the fault for a test's message.
func (f Fault) String() string {
	switch f.Kind {
	case Answer:
		return fmt.Sprintf("Answer(%d %s)", f.Status, f.Code)
	case HandBack:
		return fmt.Sprintf("HandBack(%.2f)", f.Share)
	case Stall:
		return fmt.Sprintf("Stall(%d, %v)", f.Bytes, f.For)
	case Cut, Reset, WrongLength, TruncatedChunk, Corrupt:
		return fmt.Sprintf("%v(%d)", f.Kind, f.Bytes)
	}
	return f.Kind.String()
}

// Inject has every request whose signature is good ask plan what goes wrong with it. plan is
// called by several goroutines at once, before the request is carried out: it may also
// change an object under a reader's eyes or kill a function. Nil ends it.
func (s *Server) Inject(plan func(Call) Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.plan = plan
	s.faults.attempts = make(map[[sha256.Size]byte]int)
}

// faultPlan holds the plan and counts the calls that are the same.
type faultPlan struct {
	mu       sync.Mutex
	plan     func(Call) Fault
	attempts map[[sha256.Size]byte]int
}

func (p *faultPlan) next(call Call, body []byte) Fault {
	p.mu.Lock()
	plan := p.plan
	if plan == nil {
		p.mu.Unlock()
		return Fault{}
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %q ", call.Service, call.Operation, call.Bucket, call.Key, call.Range)
	h.Write(body)
	id := [sha256.Size]byte(h.Sum(nil))
	p.attempts[id]++
	call.Attempt = p.attempts[id]
	call.identity = hex.EncodeToString(id[:8])
	p.mu.Unlock()
	return plan(call)
}

// Script returns a plan for Inject: the first request meets the first fault, and so on; after
// the last, nothing goes wrong. With one request at a time it is as deterministic as they are.
func Script(faults ...Fault) func(Call) Fault {
	var mu sync.Mutex
	return func(Call) Fault {
		mu.Lock()
		defer mu.Unlock()
		if len(faults) == 0 {
			return Fault{}
		}
		f := faults[0]
		faults = faults[1:]
		return f
	}
}

// Only returns a plan that leaves alone what is not the operation: Only("GetObject", ...).
func Only(operation string, plan func(Call) Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Operation != operation {
			return Fault{}
		}
		return plan(c)
	}
}

// Random returns a plan that fails a share of all requests in ways drawn from kinds, all that
// there are when none are given. A kind that means nothing to a request leaves it alone. What a request meets depends on the seed, on what it asks
// for and on how often it was asked before, not on the order in which requests happen to
// arrive: a schedule can be run again.
func Random(seed uint64, share float64, kinds ...FaultKind) func(Call) Fault {
	if len(kinds) == 0 {
		for k := None + 1; k < faultKinds; k++ {
			kinds = append(kinds, k)
		}
	}
	return func(c Call) Fault {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %d", seed, c.identity, c.Attempt))
		rng := rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:])))
		if rng.Float64() >= share {
			return Fault{}
		}
		return randomFault(rng, kinds[rng.IntN(len(kinds))])
	}
}

// Sizes that matter to a reader: inside the head, the first packet, a range, an object.
var faultSizes = []int64{0, 1, 100, 4 << 10, 64 << 10, 1 << 20, 16 << 20}

func randomFault(rng *rand.Rand, kind FaultKind) Fault {
	f := Fault{Kind: kind}
	switch kind {
	case Cut, Reset, Stall, TruncatedChunk, Corrupt:
		f.Bytes = rng.Int64N(1 + faultSizes[rng.IntN(len(faultSizes))])
		if kind != Corrupt && rng.IntN(8) == 0 {
			f.Bytes = -1
		}
		if kind == Stall {
			f.For = time.Duration(1+rng.IntN(50)) * time.Millisecond
		}
	case WrongLength:
		f.Bytes = 1 + rng.Int64N(1000)
		if rng.IntN(2) == 0 {
			f.Bytes = -f.Bytes
		}
	case HandBack:
		f.Share = rng.Float64()
	case Answer:
		f.Status, f.Code, f.Message = 503, "ServiceUnavailable", "Service is unable to handle request."
	}
	return f
}
