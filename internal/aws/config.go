package aws

import (
	"context"
	"errors"
	"net"
	"strconv"
	"time"

	"reduction/sigv4"
)

// ErrConfig says that a setting is missing or means nothing.
var ErrConfig = errors.New("bad setting")

// Config is what a Client is made from. FromEnv fills it from the environment; every field
// but Region and the credentials may be zero.
type Config struct {
	Region      string
	Credentials sigv4.Credentials // of the environment; empty: from Container
	Container   Container         // where the environment has no credentials
	Endpoints   Endpoints
	Proxies     Proxies
	CABundle    string // file that alone is trusted; "": Amazon's roots, then the system's
	MemoryMB    int    // the function's memory size; 0: unknown, plenty
	VerifyFull  bool   // every object must have a checksum of its whole content, and match it
	MaxAttempts int    // 0: by AWS's rules

	// Dial opens connections; nil: a net.Dialer's, which tries the addresses that DNS
	// answers with in turn.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock that requests are signed by and credentials expire by; nil: time.Now.
	Now func() time.Time
	// Sleep pauses between attempts; nil: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Random is the jitter's source, in [0, 1); nil: math/rand/v2.
	Random func() float64
	// Stall is how long a connection may stay silent before it is given up; 0: DefaultStall.
	Stall time.Duration
}

// DefaultStall is how long a connection may stay silent in the middle of an answer. S3 and
// DynamoDB answer in tens of milliseconds; a function with a twentieth of a CPU has to have
// its turn, too.
const DefaultStall = 5 * time.Second

// FromEnv reads the variables that Lambda sets and AWS's SDKs know. AWS SDKs and Tools
// Reference Guide, Settings reference.
func FromEnv(getenv func(string) string) (Config, error) {
	c := Config{
		Region: first(getenv, "AWS_REGION", "AWS_DEFAULT_REGION"),
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
		Endpoints: Endpoints{
			AccountID:   getenv("AWS_ACCOUNT_ID"),
			AccountMode: getenv("AWS_ACCOUNT_ID_ENDPOINT_MODE"),
		},
		Proxies: Proxies{
			HTTPS: first(getenv, "HTTPS_PROXY", "https_proxy"),
			HTTP:  first(getenv, "HTTP_PROXY", "http_proxy"),
			None:  first(getenv, "NO_PROXY", "no_proxy"),
		},
		CABundle: first(getenv, "AWS_CA_BUNDLE", "SSL_CERT_FILE"),
	}
	s := settings{getenv: getenv}
	if !s.boolean("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
		c.Endpoints.S3 = first(getenv, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
		c.Endpoints.DynamoDB = first(getenv, "AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
	}
	c.Endpoints.FIPS = s.boolean("AWS_USE_FIPS_ENDPOINT")
	c.Endpoints.DualStack = s.boolean("AWS_USE_DUALSTACK_ENDPOINT")
	c.MemoryMB = s.number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
	c.MaxAttempts = s.number("AWS_MAX_ATTEMPTS")
	c.VerifyFull = s.choice("VERIFY", "", "full") == "full"
	s.choice("AWS_ACCOUNT_ID_ENDPOINT_MODE", "", "preferred", "required", "disabled")
	return c, s.err
}

// first returns the first of the variables that is set.
func first(getenv func(string) string, names ...string) string {
	for _, name := range names {
		if s := getenv(name); s != "" {
			return s
		}
	}
	return ""
}

// settings reads variables, and keeps the first error.
type settings struct {
	getenv func(string) string
	err    error
}

func (s *settings) fail(name, expected string) {
	if s.err == nil {
		s.err = &settingError{name, expected}
	}
}

func (s *settings) boolean(name string) bool {
	switch s.getenv(name) {
	case "true", "True", "TRUE":
		return true
	case "", "false", "False", "FALSE":
	default:
		s.fail(name, "true or false")
	}
	return false
}

func (s *settings) number(name string) int {
	v := s.getenv(name)
	if v == "" {
		return 0
	}
	n, err := strconv.ParseUint(v, 10, 31)
	if err != nil || n == 0 {
		s.fail(name, "a positive number")
	}
	return int(n)
}

func (s *settings) choice(name string, allowed ...string) string {
	v := s.getenv(name)
	expected := ""
	for _, a := range allowed {
		if v == a {
			return v
		}
		if a != "" {
			expected += ", " + a
		}
	}
	s.fail(name, "unset"+expected)
	return ""
}

type settingError struct{ name, expected string }

func (e *settingError) Error() string { return "aws: " + e.name + ": expected " + e.expected }
func (e *settingError) Unwrap() error { return ErrConfig }
