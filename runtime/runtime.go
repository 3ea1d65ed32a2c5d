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
// Package prefetch and a flag of the linker make the kernel read all of the program's pages at
// once when it starts. Package [reduction/runtime/lambdatest] emulates Lambda, S3 and DynamoDB for
// the function's tests. Package [reduction/sigv4] signs its calls to AWS. "A module of your own",
// below, uses them all.
//
// The context ends at the invocation's deadline. An error becomes the invocation's error and is
// logged. An error can set its type with a method, in letters after "Function.":
//
//	func (e *notFound) ErrorType() string { return "Function.NotFound" }
//
// A panic is reported with its stack, and the process exits: Lambda starts a new one.
// [StartStream] answers with a stream instead. A [Client] does the same and more: it reports
// errors of INIT, has hooks, and serves until a context ends.
//
// On Lambda Managed Instances, AWS_LAMBDA_MAX_CONCURRENCY says how many invocations run at the
// same time in the one process. AWS's list of languages for these leaves out Go, but AWS's own
// Go client honours the variable, too.
//
// The standard library has a package called runtime, too. No exported name is in both, so the
// wrong import does not compile.
//
// Unlike AWS's client (github.com/aws/aws-lambda-go), this package does not decode events and has
// no typed handlers: a handler gets the bytes of the event and may use encoding/json. Nor does it
// use net/http, which is most of that client's size and start time.
//
// The protocol is that of the Lambda Developer Guide: "Using the Lambda runtime API for
// custom runtimes" and "Building a custom runtime for AWS Lambda".
//
// # A module of your own
//
// In this repository, `go run ./cmd/lab new ../notes` writes a module beside it: a function that
// signs a call to DynamoDB, its test on the emulator, a template, and a Makefile with which
// `make test` and `make zip` work at once, without a network. What follows is for a module that
// exists already, called example.com/notes here, with this repository in the folder ../reduction.
// There are three ways, and none needs a module proxy.
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
// A git submodule needs a workspace instead of a replacement:
//
//	git submodule add URL reduction
//	go work init . ./reduction
//	go mod edit -tool=reduction/cmd/pack
//
// Copied folders become packages of the module, with import paths of their own. The license is
// copied with them. Their tests are not:
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
// Packages csvfast, aggregate and sigv4 need no other package. Package lambdatest needs the folders
// below it. Package ddbwire needs internal/json. This package needs the four folders of internal
// above.
//
// Whichever way was taken, the tool packs the function with all flags, including that of prefetch.
// After copying, the tool's path and the argument of the linker's flag -E begin with
// example.com/notes/:
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

// A Handler answers an invocation. The bytes that it returns are sent before the next invocation
// is asked for, and not kept.
type Handler func(ctx context.Context, inv *Invocation) ([]byte, error)

// A StreamHandler answers an invocation with a stream. The stream is sent while it is read, and
// is closed if it is an [io.Closer]. Its Content-Type is application/octet-stream unless it has a
// method ContentType() string. If reading fails or panics, the caller gets the error after the
// bytes that were sent before.
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

// exit reports the error that Serve has returned and ends the process. A panic has been reported
// already.
func (c *Client) exit(err error) {
	if _, reported := errors.AsType[*PanicError](err); !reported {
		c.report(nil, err)
	}
	os.Exit(1)
}

// Client speaks with the Runtime API of one execution environment.
type Client struct {
	// Log is called with every error, those of the handler included. inv is nil if the error
	// concerns no invocation. Several goroutines may call Log at once. If Log is nil, lines go
	// to standard error in the format that the function is configured for.
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

// NewClient returns a Client that is configured by environment variables. Developer Guide,
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

// Serve answers invocations until ctx ends or the process must exit, and returns the reason. The
// contexts of the handlers end with ctx. The process must exit after a [PanicError], which has
// been logged, and when the Runtime API fails. Invocations under way are finished first. If
// several may run at the same time, Serve does not wait for a handler that is past its deadline.
// An invocation that arrives while ctx ends is handled, too: Lambda has handed it out and would
// get no answer otherwise.
//
// Serve waits for an invocation without limit: Lambda freezes the environment meanwhile. If that
// fails, Serve does not ask again. An answer that was cut short may have held an invocation. Lambda
// ends that invocation at once when the process exits, and otherwise at its timeout. If the
// environment is broken, only a new process helps, and asking again would be billed.
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

// An answer is a stream or, if that is nil, a body.
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
	// When one loop ends, the others stop asking. Their handlers keep the caller's context.
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

// InitError reports that the function cannot start. Exit the process afterwards. InitError panics
// if Serve has been called.
func (c *Client) InitError(err error) error {
	r := c.report(nil, err)
	if c.serving.Load() {
		panic("runtime: InitError after Serve")
	}
	return c.fail("/runtime/init/error", r)
}

// fail sends the report of an error that concerns no invocation.
func (c *Client) fail(path string, r report) error {
	if c.address == "" {
		return ErrNoAddress
	}
	l := link{address: c.address}
	defer l.close()
	return l.postError(context.Background(), apiVersion+path, r, nil)
}
