// Package runtime is a custom runtime for AWS Lambda: it takes invocations from the Runtime
// API, hands them to a handler and sends back what it returns.
//
//	func main() { runtime.Start(handle) }
//
//	func handle(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
//		return append([]byte("you sent "), inv.Payload...), nil
//	}
//
// That is a whole function for the runtime provided.al2023, once it is built for Linux as
// an executable called bootstrap and put into a zip file:
//
//	GOOS=linux GOARCH=arm64 CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bootstrap .
//	zip function.zip bootstrap
//
// Package prefetch, and a flag of the linker's, have its pages read all at once when it starts.
// Package [reduction/runtime/lambdatest] is Lambda, S3 and DynamoDB for the function's tests, and
// [reduction/sigv4] signs its calls to AWS. "A module of your own", below, has them all together.
//
// The context ends at the invocation's deadline. An error becomes the invocation's error,
// and is logged; what it is called, it can say itself, in letters behind "Function.":
//
//	func (e *notFound) ErrorType() string { return "Function.NotFound" }
//
// A panic is reported with its stack, and the process exits: Lambda starts a new one.
// [StartStream] answers with a stream instead. A [Client] does the same with more to hold
// on to: errors of INIT, hooks, a context that ends the loop.
//
// Where AWS_LAMBDA_MAX_CONCURRENCY says so (Lambda Managed Instances), as many invocations
// run at the same time in the one process. AWS's list of languages for these leaves out Go,
// but its own Go client honours the variable, too.
//
// What the standard library calls runtime is another package. No exported name is in both:
// the wrong import does not compile.
//
// Compared with AWS's client (github.com/aws/aws-lambda-go) there is no decoding of events
// and no typed handler: an event is its bytes, and encoding/json is the handler's choice.
// There is no net/http below either, which is most of that client's size and start.
//
// The protocol is that of the Lambda Developer Guide: "Using the Lambda runtime API for
// custom runtimes" and "Building a custom runtime for AWS Lambda".
//
// # A module of your own
//
// In this repository, `go run ./cmd/lab new ../notes` writes a module beside it: a function that
// signs a call to DynamoDB, its test on the emulator, a template, and a Makefile with which
// `make test` and `make zip` work at once, without a network. What follows is for modules that are
// there already, called example.com/notes here, with this repository in the folder ../reduction.
// No package here is fetched by a proxy, and none needs one.
//
// A replacement in go.mod uses that folder as it is:
//
//	go mod edit -require=reduction@v0.0.0 -replace=reduction=../reduction -tool=reduction/cmd/pack
//
// After that, a copy of what the module imports, and of the tool, can go into its folder vendor.
// The module then builds without ../reduction:
//
//	go mod vendor
//
// A submodule of git needs no replacement, but a workspace:
//
//	git submodule add URL reduction
//	go work init . ./reduction
//	go mod edit -tool=reduction/cmd/pack
//
// Copied folders become packages of the module, with import paths of their own. The license is
// theirs, too, and their tests stay behind:
//
//	mkdir -p reduction/internal reduction/cmd
//	cp -R ../reduction/LICENSE ../reduction/runtime ../reduction/sigv4 reduction
//	cp -R ../reduction/internal/http1 ../reduction/internal/json reduction/internal
//	cp -R ../reduction/internal/logline ../reduction/internal/rawio reduction/internal
//	cp -R ../reduction/cmd/pack reduction/cmd
//	rm -R reduction/runtime/examples
//	find reduction -name '*_test.go' -delete
//	find . -name '*.go' -exec sed -i.bak 's#"reduction/#"example.com/notes/reduction/#g' {} +
//	find . -name '*.bak' -delete
//	go mod edit -tool=example.com/notes/reduction/cmd/pack
//
// Packages csvfast, aggregate and sigv4 stand alone, and so does lambdatest with the folders below
// it. Package ddbwire needs internal/json. This package needs the four folders of internal above.
//
// The tool packs the function with all flags, prefetch's among them, whichever way was taken. In
// the last one its path, and the linker's flag -E, begin with example.com/notes/:
//
//	go tool reduction/cmd/pack zip -arch arm64 -o function.zip .
package runtime

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"reduction/internal/logline"
)

// A Handler answers an invocation. What it returns is sent before the next invocation is
// asked for, and not kept.
type Handler func(ctx context.Context, inv *Invocation) ([]byte, error)

// A StreamHandler answers an invocation with a stream, sent as it is read and closed when
// it is an [io.Closer]. Its Content-Type is application/octet-stream unless the reader has
// a method ContentType() string. An error or a panic while it is read reaches the caller
// behind what was sent before.
type StreamHandler func(ctx context.Context, inv *Invocation) (io.Reader, error)

// Start serves invocations until the process ends: the whole of a main function.
func Start(h Handler) { NewClient(os.Getenv).Start(h) }

// StartStream is Start for a handler that answers with streams.
func StartStream(h StreamHandler) {
	c := NewClient(os.Getenv)
	c.exit(c.ServeStream(context.Background(), h))
}

// Start serves invocations until the process ends.
func (c *Client) Start(h Handler) { c.exit(c.Serve(context.Background(), h)) }

// exit ends the process, after an error that Serve has returned: a panic has been reported.
func (c *Client) exit(err error) {
	if _, reported := errors.AsType[*PanicError](err); !reported {
		c.report(nil, err)
	}
	os.Exit(1)
}

// Client speaks with the Runtime API of one execution environment.
type Client struct {
	// Log gets every error, the handler's included; inv is nil where it concerns no
	// invocation. It may be called by several goroutines. If nil, lines go to standard
	// error in the format that the function is configured for.
	Log func(inv *Invocation, err error)

	// AfterRestore is called when a function with SnapStart has been restored from its
	// snapshot: the place to replace connections, credentials and random seeds that INIT
	// has made. An error fails the restore.
	AfterRestore func() error

	address   string // host:port
	loops     int    // how many invocations may run at the same time
	snapStart bool
	log       *logline.Logger
	serving   atomic.Bool
}

// NewClient returns the Client that the environment asks for, see the Developer Guide,
// "Defined runtime environment variables".
func NewClient(getenv func(string) string) *Client {
	c := &Client{
		address:   getenv("AWS_LAMBDA_RUNTIME_API"),
		loops:     1,
		snapStart: getenv("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start",
		log:       logline.New(os.Stderr, time.Now, getenv),
	}
	if n, err := strconv.Atoi(getenv("AWS_LAMBDA_MAX_CONCURRENCY")); err == nil && n > 1 {
		c.loops = n
	}
	if _, _, err := net.SplitHostPort(c.address); err != nil && c.address != "" {
		c.address = net.JoinHostPort(strings.Trim(c.address, "[]"), "80")
	}
	return c
}

// ErrNoAddress says that this process was not started by Lambda.
var ErrNoAddress = errors.New("runtime: AWS_LAMBDA_RUNTIME_API is not set: this program is a Lambda function")

// Serve answers invocations until ctx ends, which the handler's contexts then do, too, or
// until there is a reason to exit, which it returns: a [PanicError], which has been logged,
// or a Runtime API that gives out no more invocations. Invocations under way are finished
// first, but a handler that is past its deadline is not waited for. An invocation that arrives
// while ctx ends is handled, too: Lambda has handed it out and would hear nothing of it otherwise.
//
// Asking for an invocation waits without limit: the environment is frozen meanwhile. When
// that fails, Serve does not ask again: an answer cut short may have held an invocation,
// which ends at once when the process does, and else at its timeout. A fresh process is
// also the only remedy for an environment that is out of order, and a loop that asked on
// would be billed for it.
func (c *Client) Serve(ctx context.Context, h Handler) error {
	return c.serve(ctx, func(ctx context.Context, inv *Invocation) (answer, error) {
		body, err := h(ctx, inv)
		return answer{body: body}, err
	})
}

// ServeStream is Serve for a handler that answers with streams.
func (c *Client) ServeStream(ctx context.Context, h StreamHandler) error {
	return c.serve(ctx, func(ctx context.Context, inv *Invocation) (answer, error) {
		stream, err := h(ctx, inv)
		if stream == nil {
			stream = strings.NewReader("")
		}
		return answer{stream: stream}, err
	})
}

// An answer is a body or, if that is not nil, a stream.
type answer struct {
	body   []byte
	stream io.Reader
}

type handler func(context.Context, *Invocation) (answer, error)

func (c *Client) serve(ctx context.Context, h handler) error {
	if c.address == "" {
		return ErrNoAddress
	}
	if c.snapStart {
		if err := c.restore(ctx); err != nil {
			return err
		}
	}
	c.serving.Store(true)
	// The first loop that ends ends the others; their handlers' context is the caller's.
	asking, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if c.loops == 1 {
		// Run on the caller's goroutine. A new one's stack would grow, and copying a stack reads
		// the pclntab, which faults its pages in.
		w := &worker{Client: c, link: link{address: c.address}}
		stop(w.loop(asking, ctx, h))
		return context.Cause(asking)
	}
	var loops sync.WaitGroup
	for range c.loops {
		loops.Add(1)
		w := &worker{Client: c, link: link{address: c.address}, leave: sync.OnceFunc(loops.Done)}
		go func() {
			defer w.leave()
			err := errGoexit
			defer func() { stop(err) }()
			err = w.loop(asking, ctx, h)
		}()
	}
	loops.Wait()
	return context.Cause(asking)
}

// InitError reports that the function cannot start. The process is to exit then. It may
// not be called once Serve has been.
func (c *Client) InitError(err error) error {
	c.report(nil, err)
	if c.serving.Load() {
		panic("runtime: InitError after Serve")
	}
	return c.fail("/runtime/init/error", err)
}

// fail reports an error that concerns no invocation.
func (c *Client) fail(path string, err error) error {
	if c.address == "" {
		return ErrNoAddress
	}
	l := link{address: c.address}
	defer l.close()
	return l.postError(context.Background(), apiVersion+path, describe(err), nil)
}
