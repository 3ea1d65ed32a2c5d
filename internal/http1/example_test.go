package http1_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"reduction/internal/http1"
)

func ExampleConn() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		fmt.Fprintf(w, "%s %s", r.Method, r.URL)
	}))
	defer srv.Close()

	nc, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := http1.NewConn(nc)
	defer conn.Close()
	for _, target := range []string{"/a", "/b"} {
		resp, err := conn.Do(&http1.Request{Method: "GET", Target: target, Host: "example.com"})
		if err != nil {
			fmt.Println(err)
			return
		}
		body, err := io.ReadAll(resp)
		fmt.Println(resp.Status, resp.Header.Get("etag"), string(body), err, conn.Reusable())
	}
	// Output:
	// 200 "1" GET /a <nil> true
	// 200 "1" GET /b <nil> true
}

func ExampleRequest_trailer() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d bytes, %v", n, r.Trailer)
	}))
	defer srv.Close()

	nc, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	conn := http1.NewConn(nc)
	defer conn.Close()
	counted := &counter{r: io.LimitReader(zeros{}, 100_000)}
	resp, err := conn.Do(&http1.Request{
		Method: "PUT", Target: "/", Host: "example.com",
		Stream:   counted,
		Trailers: []string{"X-Count"},
		Trailer:  func() http1.Header { return http1.Header{{Name: "X-Count", Value: fmt.Sprint(counted.n)}} },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp)
	fmt.Println(string(body))
	// Output: 100000 bytes, map[X-Count:[100000]]
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}
