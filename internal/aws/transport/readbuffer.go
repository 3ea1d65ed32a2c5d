package transport

import "net"

// readBuffer reads ahead of crypto/tls, which asks a connection for 32 KB at the most. While more
// than that is there, it is read 128 KB at a time: fewer system calls, for one more copy.
// docs/cpu.md has the measurement.
type readBuffer struct {
	net.Conn
	ahead []byte // read, and not yet asked for
	all   []byte // the memory of ahead; nil until a read has filled what it was given
	more  bool   // the last read filled what it was given
}

func (b *readBuffer) Read(p []byte) (int, error) {
	if len(b.ahead) == 0 {
		if !b.more {
			n, err := b.Conn.Read(p)
			b.more = n > 0 && n == len(p)
			return n, err
		}
		if b.all == nil {
			b.all = make([]byte, 128<<10)
		}
		n, err := b.Conn.Read(b.all)
		if n == 0 {
			return 0, err
		}
		b.ahead = b.all[:n]
		b.more = n > len(p)
	}
	n := copy(p, b.ahead)
	b.ahead = b.ahead[n:]
	return n, nil
}

// NetConn returns the connection below.
func (b *readBuffer) NetConn() net.Conn { return b.Conn }
