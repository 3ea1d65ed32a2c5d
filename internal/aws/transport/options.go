package transport

import (
	"context"
	"net"
	"time"

	"reduction/internal/env"
)

// Options say how connections are opened, and when they are given up.
type Options struct {
	Proxies  Proxies
	CABundle string // the only file that is trusted; "": Amazon's roots, then the system's

	// Dial opens connections; nil: a net.Dialer's, which tries the addresses that DNS
	// answers with in turn.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock. It must be set.
	Now func() time.Time
	// Stall is how long a connection may stay silent before it is closed; 0: defaultStall.
	Stall time.Duration
	// Connect is how long it may take to open a connection: all of a host's addresses together,
	// dialed in turn, and the handshake; 0: defaultConnect.
	Connect time.Duration
}

// defaultStall is how long a connection may stay silent in the middle of an answer. S3 and DynamoDB
// answer in tens of milliseconds. The rest is for a function with a twentieth of a CPU, which may
// have to wait for its turn.
const defaultStall = 5 * time.Second

// defaultConnect is how long it may take to open a connection.
const defaultConnect = 5 * time.Second

// maxTimeout is the longest that READ_TIMEOUT and CONNECT_TIMEOUT can be, in seconds: no function
// runs longer than a day.
const maxTimeout = 24 * 60 * 60

// ReadOptions reads the variables that AWS's SDKs know, and this function's timeouts.
func ReadOptions(r *env.Reader) Options {
	return Options{
		Proxies: Proxies{
			HTTPS: readProxy(r, "HTTPS_PROXY", "https_proxy"),
			HTTP:  readProxy(r, "HTTP_PROXY", "http_proxy"),
			None:  r.First("NO_PROXY", "no_proxy"),
		},
		CABundle: r.First("AWS_CA_BUNDLE", "SSL_CERT_FILE"),
		Stall:    seconds(r, "READ_TIMEOUT"),
		Connect:  seconds(r, "CONNECT_TIMEOUT"),
	}
}

func readProxy(r *env.Reader, names ...string) string {
	for _, name := range names {
		if v := r.First(name); v != "" {
			if _, err := parseProxy(name, v); err != nil {
				r.Fail(name, "an http:// or https:// URL; in a password, %40 is @, %3A is :, %2F is / and %25 is %")
			}
			return v
		}
	}
	return ""
}

func seconds(r *env.Reader, name string) time.Duration {
	n, _ := r.Number(name, 1, maxTimeout)
	return time.Duration(n) * time.Second
}
