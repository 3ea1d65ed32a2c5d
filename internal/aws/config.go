package aws

import (
	"context"
	"math"
	"net"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/env"
	"reduction/sigv4"
)

// Config is the configuration of a Client. FromEnv reads it from the environment. Every field but
// Region and the credentials may be zero.
type Config struct {
	Region      string
	Credentials sigv4.Credentials // of the environment; empty: from Container
	Container   Container         // used if Credentials is empty
	Endpoints   endpoint.Settings
	Proxies     Proxies
	CABundle    string // the only file that is trusted; "": Amazon's roots, then the system's
	MemoryMB    int    // the function's memory size; 0: not known, and treated as large
	VerifyFull  bool   // every object must have a checksum of its whole content, and match it
	MaxAttempts int    // 0: by AWS's rules

	RequesterPays bool // the function's account pays for what it reads

	// Dial opens connections; nil: a net.Dialer's, which tries the addresses that DNS
	// answers with in turn.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock that requests are signed by and credentials expire by; nil: time.Now.
	Now          func() time.Time
	retry.Pauses // between attempts
	// Stall is how long a connection may stay silent before it is closed; 0: DefaultStall.
	Stall time.Duration
	// Connect is how long it may take to open a connection: all of a host's addresses together,
	// dialed in turn, and the handshake; 0: DefaultConnect.
	Connect time.Duration
}

// DefaultStall is how long a connection may stay silent in the middle of an answer. S3 and DynamoDB
// answer in tens of milliseconds. The rest is for a function with a twentieth of a CPU, which may
// have to wait for its turn.
const DefaultStall = 5 * time.Second

// DefaultConnect is how long it may take to open a connection.
const DefaultConnect = 5 * time.Second

// maxTimeout is the longest that READ_TIMEOUT and CONNECT_TIMEOUT can be, in seconds: no function
// runs longer than a day.
const maxTimeout = 24 * 60 * 60

// FromEnv reads the variables that Lambda sets and AWS's SDKs know. AWS SDKs and Tools
// Reference Guide, Settings reference.
func FromEnv(getenv func(string) string) (Config, error) {
	r := env.New(getenv)
	c := Config{
		Region: r.First("AWS_REGION", "AWS_DEFAULT_REGION"),
		Credentials: sigv4.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
		},
		Container: Container{
			RelativeURI: getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
			FullURI:     getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
			TokenFile:   getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
			Token:       getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
		},
		Endpoints: endpoint.Settings{
			FIPS:        r.Bool("AWS_USE_FIPS_ENDPOINT"),
			DualStack:   r.Bool("AWS_USE_DUALSTACK_ENDPOINT"),
			AccountID:   getenv("AWS_ACCOUNT_ID"),
			AccountMode: r.Choice("AWS_ACCOUNT_ID_ENDPOINT_MODE", "", "preferred", "required", "disabled"),
		},
		Proxies: Proxies{
			HTTPS: readProxy(r, "HTTPS_PROXY", "https_proxy"),
			HTTP:  readProxy(r, "HTTP_PROXY", "http_proxy"),
			None:  r.First("NO_PROXY", "no_proxy"),
		},
		CABundle:   r.First("AWS_CA_BUNDLE", "SSL_CERT_FILE"),
		VerifyFull: r.Choice("VERIFY", "", "full") == "full",
	}
	if !r.Bool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
		c.Endpoints.S3 = r.First("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
		c.Endpoints.DynamoDB = r.First("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
	}
	c.MemoryMB, _ = r.Number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1, math.MaxInt32)
	c.MaxAttempts, _ = r.Number("AWS_MAX_ATTEMPTS", 1, math.MaxInt32)
	c.RequesterPays = r.Choice("REQUEST_PAYER", "", "requester") == "requester"
	c.Stall = seconds(r, "READ_TIMEOUT")
	c.Connect = seconds(r, "CONNECT_TIMEOUT")
	return c, r.Err()
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
