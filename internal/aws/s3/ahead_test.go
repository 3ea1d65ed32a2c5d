package s3

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"reduction/internal/aws/request"
)

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		memoryMB, helpers int
		buffer            int64
	}{
		{128, 0, 0}, {256, 0, 0}, {289, 0, 0}, {290, 2, 8 << 20}, {512, 2, 8 << 20}, {868, 2, 8 << 20},
		{869, 6, 5 << 19}, {1769, 6, 5 << 19}, {10240, 6, 5 << 19}, {0, 6, 5 << 19},
	} {
		if p := planFor(c.memoryMB); p.helpers != c.helpers || p.buffer != c.buffer {
			t.Errorf("%d MB: %+v", c.memoryMB, p)
		}
	}
}

// TestSplit holds that a layout covers the object, that a part fits into its buffer, and
// that an object which fits into the buffers costs one request a connection.
func TestSplit(t *testing.T) {
	for _, memory := range []int{512, 1769} {
		p := planFor(memory)
		for _, size := range []int64{minAhead, minAhead + 1, 45e6, 45e6 + 1, 64 << 20, 1 << 30, 50 << 30} {
			own, part := p.split(size)
			if part > p.buffer || part <= 0 || own <= 0 || own > size {
				t.Errorf("%d MB, %d bytes: %d and %d", memory, size, own, part)
			}
			requests := 1 + (size-own+part-1)/part
			if size <= lead+int64(p.helpers+1)*p.buffer && requests != int64(p.helpers+1) {
				t.Errorf("%d MB, %d bytes: %d requests", memory, size, requests)
			}
		}
	}
}

// smallAhead makes a client read ahead in small parts, however little time that saves.
func smallAhead(c *Client, helpers int, buffer int64) {
	c.buffers.plan = plan{helpers: helpers, buffer: buffer}
}

// smallSolo makes pace find, again and again, that one connection is enough.
func smallSolo(c *Client, helpers int, buffer, solo int64) {
	c.buffers.plan = plan{helpers, buffer, math.Inf(1), solo}
}

func TestAhead(t *testing.T) {
	data := pattern(minAhead + 12_345)
	for _, c := range []struct {
		name    string
		helpers int
		buffer  int64
		solo    int64
		script  string
		want    error
	}{
		{"one helper", 1, 1 << 20, 0, "", nil},
		{"three helpers", 3, 1 << 20, 0, "", nil},
		{"large buffers", 3, 32 << 20, 0, "", nil},
		{"cuts", 3, 1 << 20, 0, "cut:100000 | cut:50000 | cut:7 | reset | cut:999999 | ok | cut:1", nil},
		{"stalls", 2, 2 << 20, 0, "ok | stall:1000 | stall:2", nil},
		{"faults", 3, 1 << 20, 0, "ok | 500 InternalError | 503 SlowDown", nil},
		{"changed", 3, 1 << 20, 0, "ok | ok | ok | change", ErrChanged},
		{"wrong range", 2, 1 << 20, 0, "ok | wrong:bytes 0-1/2", ErrRange},
		{"refused", 2, 1 << 20, 0, "ok | ok | 403 AccessDenied", request.ErrAccessDenied},
		{"broken for good", 2, 1 << 20, 0, "ok | ok | cut:9 | reset*", io.ErrUnexpectedEOF},
		{"ranges ignored", 3, 1 << 20, 0, "ok | ignore*", nil},
		{"ranges ignored from the third part on", 3, 1 << 20, 0, "ok | ok | ok | ignore*", nil},
		{"ranges refused", 3, 1 << 20, 0, "ok | 501 NotImplemented*", nil},
		{"solo, ranges ignored", 3, 1 << 20, 4 << 20, "ok | ok | ok | ok | ignore*", nil},
		{"parts with status 200", 3, 1 << 20, 0, "ok | as200*", nil},
		{"solo", 3, 1 << 20, 4 << 20, "", nil},
		{"solo to the end", 3, 1 << 20, 1 << 30, "", nil},
		{"solo, cuts", 3, 1 << 20, 4 << 20, "ok | ok | ok | ok | cut:100000 | cut:7 | reset | cut:2000000 | reset | cut:1", nil},
		{"solo, stalls", 2, 2 << 20, 6 << 20, "ok | ok | ok | stall:1000 | stall:2", nil},
		{"solo, changed", 3, 1 << 20, 4 << 20, "ok | ok | ok | ok | change", ErrChanged},
		{"solo, refused", 2, 1 << 20, 4 << 20, "ok | ok | ok | 403 AccessDenied", request.ErrAccessDenied},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeS3(t, data, strings.Split(c.script, " | ")...)
			config := testConfig(s.URL, nil)
			s.impatient(&config)
			client := newTestClient(t, config)
			smallAhead(client, c.helpers, c.buffer)
			if c.solo > 0 {
				smallSolo(client, c.helpers, c.buffer, c.solo)
			}
			got, err := fetch(client, testRef)
			if !errors.Is(err, c.want) || err == nil && !bytes.Equal(got, data) {
				t.Fatalf("%d bytes, %v, want %v", len(got), err, c.want)
			}
			if len(client.buffers.free) != client.buffers.made {
				t.Error("a buffer is missing")
			}
		})
	}
}

// TestAheadRequests checks the requests for a large object, and that connections are kept.
func TestAheadRequests(t *testing.T) {
	data := pattern(minAhead + lead)
	s := newFakeS3(t, data)
	c := newTestClient(t, testConfig(s.URL, nil))
	smallAhead(c, 3, 32<<20)
	for range 3 {
		if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
			t.Fatal(len(got), err)
		}
	}
	if n := len(s.requests()); n < 6 || n > 3*4 {
		t.Errorf("%d requests for three reads", n)
	}
	for _, r := range s.requests() {
		if strings.Contains(r, "bytes=0-") {
			t.Errorf("%s: the first request has a range", r)
		}
	}
}

// TestAheadWithoutHelpers holds that reading goes on if no other connection can be opened.
func TestAheadWithoutHelpers(t *testing.T) {
	data := pattern(minAhead)
	s := newFakeS3(t, data)
	config := testConfig(s.URL, nil)
	dials := 0
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials > 1 {
			return nil, errors.New("no more connections")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	c := newTestClient(t, config)
	smallAhead(c, 1, 1<<20)
	if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
		t.Fatal(len(got), err)
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestAheadShares holds that objects read at the same time make do with the same buffers.
func TestAheadShares(t *testing.T) {
	data := pattern(minAhead)
	s := newFakeS3(t, data)
	c := newTestClient(t, testConfig(s.URL, nil))
	smallAhead(c, 2, 1<<20)
	errs := make(chan error)
	for range 4 {
		go func() {
			got, err := fetch(c, testRef)
			if err == nil && !bytes.Equal(got, data) {
				err = errors.New("other bytes")
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if c.buffers.made > 2 {
		t.Errorf("%d buffers", c.buffers.made)
	}
}

func TestAheadVerifyFull(t *testing.T) {
	data := pattern(minAhead)
	s := newFakeS3(t, data, "ok", "flip:1000")
	config := testConfig(s.URL, nil)
	config.VerifyFull = true
	c := newTestClient(t, config)
	smallAhead(c, 2, 1<<20)
	if _, err := fetch(c, testRef); !errors.Is(err, ErrChecksum) {
		t.Error(err)
	}
	if got, err := fetch(c, testRef); err != nil || !bytes.Equal(got, data) {
		t.Error(err)
	}
}

// TestAheadCloses leaves objects in the middle, at random, and counts goroutines.
func TestAheadCloses(t *testing.T) {
	data := pattern(minAhead)
	s := newFakeS3(t, data)
	c := newTestClient(t, testConfig(s.URL, nil))
	smallAhead(c, 3, 1<<20)
	random := rand.New(rand.NewPCG(1, 2))
	before := runtime.NumGoroutine()
	for range 10 {
		o, err := c.Object(context.Background(), testRef)
		if err != nil {
			t.Fatal(err)
		}
		n := random.IntN(len(data))
		if got, err := io.ReadAll(io.LimitReader(iotest.HalfReader(o), int64(n))); err != nil || !bytes.Equal(got, data[:n]) {
			t.Fatal(len(got), err)
		}
		o.Close()
		if _, err := o.Read(make([]byte, 1)); err == nil {
			t.Fatal("a closed object reads")
		}
	}
	if len(c.buffers.free) != c.buffers.made {
		t.Error("a buffer is missing")
	}
	c.Release()
	c.service.Pool.Close()
	s.CloseClientConnections()
	eventually(t, "the goroutines to end", func() bool { return runtime.NumGoroutine() <= before+5 })
}

// TestAheadSchedules reads under seeded faults: the bytes are right, or there is an error.
func TestAheadSchedules(t *testing.T) {
	data := pattern(minAhead + 777)
	for seed := range uint64(25) {
		random := rand.New(rand.NewPCG(seed, 0))
		var script []string
		for range 12 {
			script = append(script, []string{
				"ok", "ok", "reset", "500 InternalError", "503 SlowDown",
				"cut:" + strconv.Itoa(random.IntN(2<<20)), "cut:" + strconv.Itoa(random.IntN(100)), "cut:0",
			}[random.IntN(8)])
		}
		s := newFakeS3(t, data, script...)
		c := newTestClient(t, testConfig(s.URL, nil))
		if helpers, buffer := random.IntN(4), int64(1+random.IntN(4))<<20; seed%2 == 0 {
			smallAhead(c, helpers, buffer)
		} else {
			smallSolo(c, helpers, buffer, int64(1+random.IntN(12))<<20)
		}
		got, err := fetch(c, testRef)
		if err == nil && !bytes.Equal(got, data) {
			t.Fatalf("seed %d: other bytes after %q", seed, script)
		}
		s.Close()
	}
}
