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
	"sync"
	"time"
)

// What a Server is unless told otherwise. The keys are those of AWS's documentation.
const (
	defaultRegion    = "us-east-1"
	defaultAccessKey = "AKIAIOSFODNN7EXAMPLE"
	defaultSecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

	accountID = "123456789012"
)

// Credentials are what the clients of a Server sign with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // none when empty: then a request with one is refused
}

// A Server is S3, DynamoDB and Lambda on one address. Fields may be changed between
// NewUnstartedServer and Start, not later; the methods are safe for concurrent use.
type Server struct {
	URL         string // http://127.0.0.1:port, or https; set by Start
	Region      string // us-east-1
	Credentials Credentials
	Network     Network
	Now         func() time.Time // the server's clock

	S3       *S3
	DynamoDB *DynamoDB
	Lambda   *Lambda

	Listener net.Listener
	Config   *http.Server // for what net/http can be told, such as IdleTimeout

	listener *listener
	dir      string // holds the certificate authority's file
	caFile   string
	faults   faultPlan
	requests requestLog

	credentials sync.RWMutex // guards Credentials and expired
	expired     map[string]bool
}

// NewServer starts a server over plain HTTP.
func NewServer() *Server {
	s := NewUnstartedServer()
	s.Start()
	return s
}

// NewTLSServer starts a server over HTTPS, with a certificate by an authority made for it:
// Env names the authority's file.
func NewTLSServer() *Server {
	s := NewUnstartedServer()
	s.StartTLS()
	return s
}

// NewUnstartedServer returns a server that listens on a free port of the loopback interface
// but doesn't answer yet.
func NewUnstartedServer() *Server {
	s := &Server{
		Region:      defaultRegion,
		Credentials: Credentials{AccessKeyID: defaultAccessKey, SecretAccessKey: defaultSecretKey},
		Now:         time.Now,
	}
	s.S3, s.DynamoDB, s.Lambda = newS3(s), newDynamoDB(s), newLambda(s)
	s.Config = &http.Server{
		Handler:     s,
		ConnContext: withConn,
		ErrorLog:    log.New(io.Discard, "", 0), // aborted connections are what tests are about
	}
	if err := s.Listen("127.0.0.1:0"); err != nil {
		if err := s.Listen("[::1]:0"); err != nil {
			panic(err.Error())
		}
	}
	return s
}

// Listen makes a server that has not started listen on addr instead.
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

// Start begins to answer, over plain HTTP.
func (s *Server) Start() {
	s.mustBeNew()
	s.URL = "http://" + s.host()
	s.listener = s.Network.listen(s.Listener)
	go s.Config.Serve(s.listener)
}

// StartTLS begins to answer, over HTTPS.
func (s *Server) StartTLS() {
	s.mustBeNew()
	ca := newAuthority()
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
	// AWS speaks HTTP/1.1 on these endpoints.
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.URL = "https://" + s.host()
	s.listener = s.Network.listen(s.Listener)
	go s.Config.ServeTLS(s.listener, "", "")
}

// host returns host and port that reach the server from this machine.
func (s *Server) host() string {
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

// Close stops the server at once: functions and their processes, connections, files. It may
// be called more than once.
func (s *Server) Close() {
	s.Lambda.close()
	s.Config.Close()
	s.Listener.Close()
	if s.listener != nil {
		s.listener.kill()
	}
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
}

// Env returns the environment variables that point AWS's clients, and functions, at the
// server, each as "NAME=value".
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

// Rotate gives the server new credentials. The session tokens and keys of earlier ones have
// expired from then on.
func (s *Server) Rotate(c Credentials) {
	s.credentials.Lock()
	defer s.credentials.Unlock()
	if s.expired == nil {
		s.expired = make(map[string]bool)
	}
	if old := s.Credentials; old.AccessKeyID != c.AccessKeyID {
		s.expired[old.AccessKeyID] = true
	}
	if old := s.Credentials; old.SessionToken != c.SessionToken && old.SessionToken != "" {
		s.expired[old.SessionToken] = true
	}
	s.Credentials = c
}

func (s *Server) currentCredentials() Credentials {
	s.credentials.RLock()
	defer s.credentials.RUnlock()
	return s.Credentials
}

func (s *Server) hasExpired(keyOrToken string) bool {
	s.credentials.RLock()
	defer s.credentials.RUnlock()
	return s.expired[keyOrToken]
}
