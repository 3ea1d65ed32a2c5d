package runtime

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// A connection works in both directions, has deadlines, and ends, whichever way it was made.
func TestDial(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go io.Copy(conn, conn)
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost"} {
		conn, err := dial(context.Background(), net.JoinHostPort(host, port))
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		conn.Write([]byte("echo"))
		var got [4]byte
		if _, err := io.ReadFull(conn, got[:]); err != nil || string(got[:]) != "echo" {
			t.Errorf("%s: %q, %v", host, got, err)
		}
		conn.SetDeadline(time.Unix(1, 0))
		if _, err := conn.Read(got[:]); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: past its deadline: %v", host, err)
		}
		conn.Close()
	}
	listener.Close()
	if _, err := dial(context.Background(), net.JoinHostPort("127.0.0.1", port)); err == nil {
		t.Error("nobody listens, and no error")
	}
}
