package lambdatest

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
)

// A chunkWriter sends a body in chunks. It sends less of the last chunk than the chunk's size says.
type chunkWriter struct {
	http.ResponseWriter
	rw   *bufio.ReadWriter
	conn net.Conn
	left int64 // bytes that are still sent
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	n := min(int64(len(p)), max(w.left, 0))
	fmt.Fprintf(w.rw, "%x\r\n", len(p))
	w.rw.Write(p[:n])
	w.left -= n
	if n == int64(len(p)) {
		_, err := w.rw.WriteString("\r\n")
		return len(p), err
	}
	w.rw.Flush()
	w.conn.Close()
	panic(http.ErrAbortHandler)
}

// chunk takes over the connection, so that the body is sent by a chunkWriter.
func (w *faultWriter) chunk(status int) {
	nc, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	h := w.Header().Clone()
	h.Del("Content-Length")
	h.Set("Transfer-Encoding", "chunked")
	fmt.Fprintf(rw, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h.Write(rw)
	rw.WriteString("\r\n")
	w.ResponseWriter = &chunkWriter{w.ResponseWriter, rw, nc, w.fault.Bytes}
}

// finish ends a chunked answer that was too short for the fault. The last chunk, of length 0, is
// not sent.
func (w *faultWriter) finish() {
	if c, ok := w.ResponseWriter.(*chunkWriter); ok {
		c.rw.Flush()
		c.conn.Close()
	}
}
