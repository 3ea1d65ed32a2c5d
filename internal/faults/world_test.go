package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"reduction/internal/aws"
	"reduction/internal/job"
	"reduction/internal/stores"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
	"reduction/sigv4"
)

const (
	bucket = "records"
	table  = "results"
)

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	errDied = errors.New("the function died")
)

// world is a schedule under way: a server of its own, so that nothing but the seed decides
// what it meets, and the function's successive lives.
type world struct {
	*schedule
	*lambdatest.Server
	credentials string // the endpoint's URL
	versions    []version

	tally *tally
	story strings.Builder // what happened, for whoever looks into a failure

	conns  conns
	reader *reader

	mu   sync.Mutex
	kill context.CancelCauseFunc // of a life that is under way

	gets, writes atomic.Int64 // requests of all runs
	died         atomic.Bool
	timeouts     atomic.Int64 // reads that the clients of the present runs have given up
	changed      atomic.Bool  // the object has been replaced
	wrote        bool         // some life has begun to write
}

func newWorld(s *schedule, credentials string) *world {
	w := &world{schedule: s, Server: lambdatest.NewUnstartedServer(), credentials: credentials, versions: s.versions(), tally: newTally()}
	w.Config.ConnState = w.conns.changed
	if s.closeIdle {
		w.Config.IdleTimeout = time.Millisecond
	}
	w.Credentials.SessionToken = sessionToken
	if s.tls {
		w.StartTLS()
	} else {
		w.Start()
	}
	w.S3.CreateBucket(bucket)
	w.DynamoDB.Stale(s.seed)
	if s.flat {
		w.DynamoDB.CreateTableWithKeys(table, dynamodb.Key{Name: "PK", Type: "S"})
	} else {
		w.DynamoDB.CreateTable(table)
	}
	w.reader = newReader(w)
	for i := len(w.versions) - 1; i >= 0; i-- { // the first is put last, and stands
		w.versions[i].etag = w.S3.Put(bucket, s.key(), w.versions[i].data)
	}
	return w
}

const sessionToken = "session"

// newCredentials starts an endpoint that gives out the servers' credentials, as Lambda has
// one for functions that come from a snapshot.
func newCredentials() *httptest.Server {
	s := lambdatest.NewUnstartedServer()
	defer s.Close()
	answer, _ := json.Marshal(map[string]string{
		"AccessKeyId":     s.Credentials.AccessKeyID,
		"SecretAccessKey": s.Credentials.SecretAccessKey,
		"Token":           sessionToken,
		"Expiration":      time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(answer) }))
}

// current is the object as it now stands.
func (w *world) current() *version {
	if w.changed.Load() {
		return &w.versions[1]
	}
	return &w.versions[0]
}

// replace puts the second version in the place of the first.
func (w *world) replace() {
	w.S3.Put(bucket, w.key(), w.versions[1].data)
	w.changed.Store(true)
}

// plan is what the server asks about each request.
func (w *world) plan() func(lambdatest.Call) lambdatest.Fault {
	random := lambdatest.Random(w.seed, w.share, w.kinds...)
	return func(c lambdatest.Call) lambdatest.Fault {
		if c.Operation == "Query" { // the reader's
			return lambdatest.Fault{}
		}
		if !w.flat {
			w.reader.steps()
		}
		switch c.Operation {
		case "GetObject", "HeadObject":
			if int(w.gets.Add(1)) == w.change {
				w.replace()
			}
		case "BatchWriteItem", "PutItem":
			if int(w.writes.Add(1)) == w.dies {
				w.died.Store(true)
				w.mu.Lock()
				w.kill(errDied)
				w.mu.Unlock()
				if w.before {
					return lambdatest.Fault{Kind: lambdatest.Drop}
				}
			}
		}
		f := random(c)
		switch {
		case f.Kind == lambdatest.Stall && f.For > stall:
			f.For = 0 // until the client gives up
		case f.Kind == lambdatest.HandBack && f.Share > 0.8:
			f.Share = 1
		}
		return f
	}
}

// life is one process of the function, with one event in it.
type life struct {
	client *aws.Client
	open   atomic.Int64 // connections to wherever
	late   atomic.Int64 // reads that were given up
}

func (w *world) newLife(patience time.Duration) (*life, error) {
	config, err := aws.FromEnv(w.Getenv)
	if err != nil {
		return nil, err
	}
	if w.container {
		config.Credentials = sigv4.Credentials{}
		config.Container.FullURI = w.credentials
	}
	l := new(life)
	config.MemoryMB = w.memoryMB
	config.VerifyFull = w.verify
	config.Stall = patience
	config.Sleep = func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) }
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.open.Add(1)
		return &countedConn{Conn: nc, life: l}, nil
	}
	l.client, err = aws.New(config)
	return l, err
}

// countedConn is a connection that is known to be open, or late.
type countedConn struct {
	net.Conn
	life   *life
	closed atomic.Bool
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.life.late.Add(1)
	}
	return n, err
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.life.open.Add(-1)
	}
	return c.Conn.Close()
}

// outcome is what became of a run.
type outcome struct {
	sum   job.Summary
	err   error
	named string // the Run that the pointer named before the run, or ""
	there string // the ETag in S3's last answer to what object is there; "" if S3 was not asked
}

// source is the function's source. It remembers what the function learns of the object that is there.
type source struct {
	stores.Source
	w *world
	o *outcome
}

func (s source) Current(ctx context.Context, o job.Object) (job.Version, error) {
	replaced := s.w.changed.Load()
	v, err := s.Source.Current(ctx, o)
	if s.o.there = v.ETag; err == nil && replaced && v.ETag != s.w.versions[1].etag {
		err = errors.New("the client's answer is a version that had been replaced before it asked")
	}
	return v, err
}

// run lets so many functions start, handle the event at the same time, and end. The server has
// nothing left to do for them when it returns.
func (w *world) run(functions int, patience time.Duration, etag string) ([]outcome, error) {
	w.timeouts.Store(0)
	all := make([]outcome, functions)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() { all[i] = w.runOne(patience, etag) })
	}
	wg.Wait()
	return all, w.conns.settle(w.Listener.Addr().String())
}

func (w *world) runOne(patience time.Duration, etag string) (o outcome) {
	ctx, kill := context.WithCancelCause(context.Background())
	defer kill(nil)
	w.mu.Lock()
	w.kill = kill
	w.mu.Unlock()
	l, err := w.newLife(patience)
	if err != nil {
		return outcome{err: err}
	}
	if _, pointers := readTable(w.Server, table); len(pointers) > 0 {
		o.named = pointers[0]["Run"].Text()
	}
	if w.warm {
		l.client.Warm(ctx, job.DefaultWriters, bucket)
	}
	j := job.Job{
		Source:  source{stores.Source{Client: l.client}, w, &o},
		Sink:    stores.Sink{Client: l.client},
		Options: job.Options{Manifest: w.manifest, Latest: w.latest, Records: w.records, BadRows: job.BadRows{Skip: w.skip}},
		Now:     func() time.Time { return noon },
	}
	pk := w.requestKey()
	if w.byObject {
		pk = ""
	}
	o.sum, o.err = j.Run(ctx, job.Object{Bucket: bucket, Key: w.key(), ETag: etag}, table, pk)
	l.client.Close()
	w.timeouts.Add(l.late.Load())
	if n := l.open.Load(); n != 0 {
		o.err = fmt.Errorf("%d connections left open, with %v", n, o.err)
	}
	return o
}

// conns are the connections that the server has not finished with.
type conns struct {
	mu   sync.Mutex
	open map[string]bool // by the client's address
	seen map[string]bool // those that settle has opened
}

func (c *conns) changed(nc net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := nc.RemoteAddr().String()
	switch state {
	case http.StateNew:
		if c.open == nil {
			c.open, c.seen = map[string]bool{}, map[string]bool{}
		}
		c.open[from], c.seen[from] = true, true
	case http.StateClosed, http.StateHijacked:
		delete(c.open, from)
	}
}

// settle waits until the server has nothing left to do for clients that have closed all their
// connections. A connection may still wait to be accepted, even one whose dialer has given up.
// Connections are accepted in their order: when a new one has been, all others have been too.
func (c *conns) settle(address string) error {
	last, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	last.Close()
	from := last.LocalAddr().String()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Microsecond) {
		c.mu.Lock()
		settled := c.seen[from] && len(c.open) == 0
		if settled {
			clear(c.seen)
		}
		c.mu.Unlock()
		if settled {
			return nil
		}
		if time.Now().After(end) {
			return errors.New("the server waits on a connection that is closed")
		}
	}
}
