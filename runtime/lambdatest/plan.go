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

// Inject asks plan what goes wrong with each request from now on, if its signature is right.
// Several goroutines may call plan at the same time. It is called before the request is carried
// out, so it may also do something itself: replace an object between two reads of it, or end a
// function. With a nil plan nothing goes wrong any more.
func (s *Server) Inject(plan func(Call) Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.plan = plan
	s.faults.attempts = make(map[[sha256.Size]byte]int)
}

// A faultPlan holds the plan, and counts the calls that are the same.
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

// Script returns a plan for Inject: the first request meets the first fault, the second request
// the second, and so on. After the last fault nothing goes wrong.
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

// Only returns a plan for Inject that asks plan about one operation, such as "GetObject". In all
// other operations nothing goes wrong.
func Only(operation string, plan func(Call) Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.Operation != operation {
			return Fault{}
		}
		return plan(c)
	}
}

// Random returns a plan for Inject that lets a share of all requests fail, 0 to 1, with faults
// drawn from kinds, or from all kinds if none are given. A fault that can't happen to a request,
// such as HandBack to GetObject, does nothing.
//
// The plan can be repeated. What happens to a request depends on the seed, on what the request
// asks for, and on how often it was asked before. It doesn't depend on the order in which
// requests arrive.
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

// faultSizes limit the offsets of faults. Each is drawn equally often, so that faults strike in
// the first packet, in the first range and far into an object alike.
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
