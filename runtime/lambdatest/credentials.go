package lambdatest

import "sync"

// Credentials are what the clients of a Server sign with.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // if empty, a request with a session token is refused
}

// expiry guards Server.Credentials and remembers what they were.
type expiry struct {
	mu      sync.RWMutex
	expired map[string]bool // access key IDs and session tokens
}

// Rotate gives the server new credentials. From then on, those before have expired: a request
// with an access key ID or a session token of theirs is answered with ExpiredToken.
func (s *Server) Rotate(c Credentials) {
	s.expiry.mu.Lock()
	defer s.expiry.mu.Unlock()
	if s.expiry.expired == nil {
		s.expiry.expired = make(map[string]bool)
	}
	old := s.Credentials
	if old.AccessKeyID != c.AccessKeyID {
		s.expiry.expired[old.AccessKeyID] = true
	}
	if old.SessionToken != c.SessionToken && old.SessionToken != "" {
		s.expiry.expired[old.SessionToken] = true
	}
	s.Credentials = c
}

func (s *Server) currentCredentials() Credentials {
	s.expiry.mu.RLock()
	defer s.expiry.mu.RUnlock()
	return s.Credentials
}

func (s *Server) hasExpired(keyOrToken string) bool {
	s.expiry.mu.RLock()
	defer s.expiry.mu.RUnlock()
	return s.expiry.expired[keyOrToken]
}
