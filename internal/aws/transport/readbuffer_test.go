package transport

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"testing"
)

// chunks is a connection that delivers at most as much at a time as it is told.
type chunks struct {
	net.Conn
	rest   []byte
	random *rand.Rand
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.rest[:min(len(c.rest), 1+c.random.IntN(200<<10))])
	c.rest = c.rest[n:]
	return n, nil
}

func TestReadBuffer(t *testing.T) {
	want := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{}).Read(want)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		b := &readBuffer{Conn: &chunks{rest: want, random: random}}
		var got []byte
		for {
			p := make([]byte, 1+random.IntN(64<<10))
			n, err := b.Read(p)
			got = append(got, p[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil || n == 0 {
				t.Fatalf("seed %d: %d bytes, %v", seed, n, err)
			}
		}
		if !bytes.Equal(got, want) {
			t.Errorf("seed %d: %d bytes came, which are others", seed, len(got))
		}
	}
}
