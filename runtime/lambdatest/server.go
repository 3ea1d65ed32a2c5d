package lambdatest

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"reduction/runtime/lambdatest/dynamodb"
	"reduction/runtime/lambdatest/lambda"
	"reduction/runtime/lambdatest/s3"
)

// The defaults of a Server. The keys are those of AWS's documentation.
const (
	defaultRegion    = "us-east-1"
	defaultAccessKey = "AKIAIOSFODNN7EXAMPLE"
	defaultSecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// A Server is S3, DynamoDB and Lambda on one address. Change its fields between
// NewUnstartedServer and Start, not later. Its methods are safe for concurrent use.
type Server struct {
	URL         string // http://127.0.0.1:port, or https; set by Start and StartTLS
	Region      string // us-east-1
	Credentials Credentials
	Network     Network
	Now         func() time.Time // the server's clock: time.Now
	RSAChain    bool             // with TLS, certificates as AWS's endpoints have them, not one of ECDSA
	OnAnswer    func(Request)    // if not nil, is called after each answer, by several goroutines at once

	S3       *S3
	DynamoDB *dynamodb.Service
	Lambda   *lambda.Service

	Listener net.Listener
	Config   *http.Server // for settings of net/http, such as IdleTimeout

	listener *listener
	dir      string // holds caFile
	caFile   string // the certificate authority, as a CA bundle
	faults   faultPlan
	requests requestLog
	expiry   expiry
}

// NewServer starts a server over plain HTTP.
func NewServer() *Server {
	s := NewUnstartedServer()
	s.Start()
	return s
}

// NewTLSServer starts a server over HTTPS. Its certificate is signed by an authority of its own,
// whose file is the AWS_CA_BUNDLE of Env.
func NewTLSServer() *Server {
	s := NewUnstartedServer()
	s.StartTLS()
	return s
}

// NewUnstartedServer returns a server that listens on a free port of the loopback interface but
// doesn't answer yet. It panics if there is no such port.
func NewUnstartedServer() *Server {
	s := &Server{
		Region:      defaultRegion,
		Credentials: Credentials{AccessKeyID: defaultAccessKey, SecretAccessKey: defaultSecretKey},
		Now:         time.Now,
	}
	s.S3 = &S3{s3.New(host{s}), &s.requests}
	s.DynamoDB = dynamodb.New(host{s})
	s.Lambda = lambda.New(host{s})
	s.Config = &http.Server{
		Handler:     s,
		ConnContext: withConn,
		ErrorLog:    log.New(io.Discard, "", 0), // tests abort connections all the time
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		if err := s.Listen("[::1]:0"); err != nil {
			panic(err.Error())
		}
	}
	return s
}

// Listen makes a server that has not been started listen on another address.
func (s *Server) Listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("lambdatest: %w", err)
	}
	if s.Listener != nil {
		s.Listener.Close()
	}
	s.Listener = l
	return nil
}

// Start lets the server answer, over plain HTTP.
func (s *Server) Start() {
	s.mustBeNew()
	s.URL = "http://" + s.hostPort()
	s.listener = s.Network.listen(s.Listener)
	go s.Config.Serve(s.listener)
}

// StartTLS lets the server answer, over HTTPS.
func (s *Server) StartTLS() {
	s.mustBeNew()
	ca := newAuthority()
	if s.RSAChain {
		ca = newRSAAuthority()
	}
	dir, err := os.MkdirTemp("", "lambdatest-")
	if err == nil {
		s.dir, s.caFile = dir, filepath.Join(dir, "ca.pem")
		err = os.WriteFile(s.caFile, ca.pem(), 0o644)
	}
	if err != nil {
		panic("lambdatest: " + err.Error())
	}
	if s.Config.TLSConfig == nil {
		s.Config.TLSConfig = new(tls.Config)
	}
	s.Config.TLSConfig.GetCertificate = ca.certificate
	// AWS's endpoints for these services speak HTTP/1.1.
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.URL = "https://" + s.hostPort()
	s.listener = s.Network.listen(s.Listener)
	go s.Config.ServeTLS(s.listener, "", "")
}

// hostPort returns an address that reaches the server from this machine.
func (s *Server) hostPort() string {
	addr, ok := s.Listener.Addr().(*net.TCPAddr)
	if ok && addr.IP.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(addr.Port))
	}
	return s.Listener.Addr().String()
}

func (s *Server) mustBeNew() {
	if s.URL != "" {
		panic("lambdatest: server already started")
	}
}

// Close ends the server at once, with its functions and their processes, its connections and
// its files. It may be called more than once.
func (s *Server) Close() {
	s.Lambda.Close()
	s.Config.Close()
	s.Listener.Close()
	if s.listener != nil {
		s.listener.kill()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// Env returns the environment variables that point AWS's clients at the server, each as
// "NAME=value". A function of the server has them in its environment.
func (s *Server) Env() []string {
	c := s.currentCredentials()
	env := []string{
		"AWS_ENDPOINT_URL=" + s.URL,
		"AWS_REGION=" + s.Region,
		"AWS_DEFAULT_REGION=" + s.Region,
		"AWS_ACCESS_KEY_ID=" + c.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + c.SecretAccessKey,
	}
	if c.SessionToken != "" {
		env = append(env, "AWS_SESSION_TOKEN="+c.SessionToken)
	}
	if s.caFile != "" {
		env = append(env, "AWS_CA_BUNDLE="+s.caFile)
	}
	return env
}

// Getenv returns the value of a variable of Env, or "" if Env does not have it. It serves a client
// in the test's own process as os.Getenv serves one in a function.
func (s *Server) Getenv(name string) string {
	for _, variable := range s.Env() {
		if value, ok := strings.CutPrefix(variable, name+"="); ok {
			return value
		}
	}
	return ""
}
