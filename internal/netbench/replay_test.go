//go:build unix

package netbench

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// recorder is a dialer that keeps what is sent, and can send it again: the same requests, in
// the same order, over as many connections, by a client that computes nothing. What that
// takes above the unavoidable is the server's work on the same cores, and the emulated
// network's lateness.
type recorder struct {
	mu    sync.Mutex
	conns []*recorded
}

// recorded is a connection and the requests that went over it.
type recorded struct {
	net.Conn
	mu       sync.Mutex
	requests [][]byte
	answered bool // something has been read since the last request was written
}

func (r *recorder) dial(ctx context.Context, network, address string) (net.Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &recorded{Conn: nc, answered: true}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
	return c, nil
}

func (c *recorded) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered {
		c.requests = append(c.requests, nil)
	}
	last := len(c.requests) - 1
	c.requests[last] = append(c.requests[last], p...)
	c.answered = false
	return c.Conn.Write(p)
}

func (c *recorded) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = c.answered || n > 0
	return n, err
}

// forget starts the recording anew.
func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		c.requests, c.answered = nil, true
	}
}

// replay sends what was recorded again, GETs first, and returns how long that took.
func (r *recorder) replay(b *testing.B) time.Duration {
	var conns []*replaying
	for _, c := range r.conns {
		if len(c.requests) == 0 {
			continue
		}
		nc, err := net.Dial("tcp", c.RemoteAddr().String())
		if err != nil {
			b.Fatal(err)
		}
		defer nc.Close()
		conns = append(conns, &replaying{nc, bufio.NewReaderSize(nc, 64<<10), c.requests})
	}
	time.Sleep(4 * netRoundTrip) // connections are not counted
	start := time.Now()
	for _, phase := range []string{"GET ", "POST "} {
		var wg sync.WaitGroup
		for _, c := range conns {
			wg.Go(func() {
				for _, request := range c.requests {
					if string(request[:len(phase)]) == phase {
						if err := c.do(request); err != nil {
							b.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
	}
	return time.Since(start)
}

type replaying struct {
	net.Conn
	in       *bufio.Reader
	requests [][]byte
}

func (c *replaying) do(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
