package credentials

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/internal/json"
)

// Container is the endpoint that gives credentials to what runs in a container: on ECS and
// EKS, and in Lambda functions restored from a snapshot. AWS SDKs and Tools Reference
// Guide, Container credential provider.
type Container struct {
	RelativeURI string // AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; goes before FullURI
	FullURI     string // AWS_CONTAINER_CREDENTIALS_FULL_URI
	TokenFile   string // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE; goes before Token; read each time
	Token       string // AWS_CONTAINER_AUTHORIZATION_TOKEN
}

const (
	ecsHost = "http://169.254.170.2" // of a RelativeURI

	containerTimeout  = 5 * time.Second
	maxCredentialSize = 64 << 10
)

// containerHosts may be asked for credentials without TLS, and so may this machine itself: the
// answer does not leave the host.
var containerHosts = [...]netip.Addr{
	netip.AddrFrom4([4]byte{169, 254, 170, 2}),  // ECS
	netip.AddrFrom4([4]byte{169, 254, 170, 23}), // EKS
	netip.MustParseAddr("fd00:ec2::23"),         // EKS
}

// errContainer says that an answer has no credentials that can be used.
var errContainer = errors.New("unexpected answer")

// endpoint returns the endpoint that gives credentials, and the path and query to ask for.
func (c *Container) endpoint() (at endpoint.URL, target string, err error) {
	uri := c.FullURI
	if c.RelativeURI != "" {
		uri = ecsHost + c.RelativeURI
	}
	uri, query, _ := strings.Cut(uri, "?")
	if at, err = endpoint.Parse(uri); err != nil {
		return at, "", err
	}
	addr, _ := netip.ParseAddr(at.Name())
	allowed := at.TLS || endpoint.IsLoopback(at.Name())
	for _, host := range containerHosts {
		allowed = allowed || host == addr
	}
	if !allowed {
		return at, "", &endpoint.Error{What: uri, Why: "credentials are fetched over https, or from this machine, ECS or EKS"}
	}
	target = at.Prefix
	if strings.HasSuffix(uri, "/") || target == "" {
		target += "/"
	}
	if query != "" {
		target += "?" + query
	}
	return at, target, nil
}

// authorization returns the token for the endpoint, or "".
func (c *Container) authorization() (string, error) {
	token := c.Token
	if c.TokenFile != "" {
		b, err := os.ReadFile(c.TokenFile)
		if err != nil {
			return "", err
		}
		token = strings.TrimSpace(string(b))
	}
	if strings.ContainsAny(token, "\r\n") {
		return "", errors.New("the token has a line break")
	}
	return token, nil
}

// fetch asks the endpoint for credentials. It opens a connection each time: the endpoint is near, and
// is seldom asked.
func (s *Source) fetch(ctx context.Context) (*Identity, error) {
	at, target, err := s.container.endpoint()
	if err != nil {
		return nil, err
	}
	attempts := retry.NewPolicy(retry.Standard, s.pauses).Start()
	for {
		id, fault, err := s.ask(ctx, at, target)
		if err == nil {
			return id, nil
		}
		err = &containerError{at.Host, err}
		if !attempts.Again(ctx, fault, 0) {
			return nil, err
		}
	}
}

func (s *Source) ask(ctx context.Context, at endpoint.URL, target string) (*Identity, retry.Fault, error) {
	token, err := s.container.authorization()
	if err != nil {
		return nil, retry.Final, err
	}
	ctx, cancel := context.WithTimeout(ctx, containerTimeout)
	defer cancel()
	req := &http1.Request{Method: "GET", Target: target, Host: at.Host}
	if token != "" {
		req.Header = append(req.Header, http1.Field{Name: "Authorization", Value: token})
	}
	status, body, err := s.pool.Fetch(ctx, at, req, maxCredentialSize)
	if err != nil {
		return nil, transport.Fault(err), err
	}
	if status != 200 {
		// The error does not show the body, which may have parts of a credential.
		return nil, retry.FaultOf(status, ""), errors.New("status " + strconv.Itoa(status))
	}
	id, err := parseCredentials(body)
	return id, retry.Final, err
}

// parseCredentials reads the endpoint's answer.
func parseCredentials(body []byte) (*Identity, error) {
	id := new(Identity)
	var expiration string
	s := json.NewScanner(body)
	for name := range s.Object() {
		switch string(name) {
		case "AccessKeyId":
			id.AccessKeyID = string(s.Text())
		case "SecretAccessKey":
			id.SecretAccessKey = string(s.Text())
		case "Token":
			id.SessionToken = string(s.Text())
		case "AccountId":
			id.AccountID = string(s.Text())
		case "Expiration":
			expiration = string(s.Text())
		}
	}
	if err := s.End(); err != nil {
		return nil, err
	}
	if id.AccessKeyID == "" || id.SecretAccessKey == "" {
		return nil, errContainer
	}
	if expiration != "" {
		t, err := time.Parse(time.RFC3339, expiration)
		if err != nil {
			return nil, errContainer
		}
		id.Expires = t
	}
	return id, nil
}

type containerError struct {
	host string
	err  error
}

func (e *containerError) Error() string {
	return "aws: credentials from " + e.host + ": " + e.err.Error()
}
func (e *containerError) Unwrap() []error { return []error{ErrInvalid, e.err} }
