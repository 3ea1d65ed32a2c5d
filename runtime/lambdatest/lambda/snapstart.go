package lambda

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// credentialsPath is the path of the container endpoint.
const credentialsPath = "/2021-04-23/credentials"

// restoreNext answers /restore/next. The runtime becomes a snapshot while it waits there, and
// gets its answer when the environment is restored for its first invocation.
func (s *session) restoreNext(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.snapshot || !s.firstNext.IsZero() {
		s.mu.Unlock()
		refuseState(w, "Running", "RestoreReady")
		return
	}
	s.snapshot = true
	s.mu.Unlock()
	if s.env.fn.cfg.Restore != nil {
		s.env.fn.cfg.Restore()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
}

// credentialsToken authorizes a request to the container endpoint.
func (fn *Function) credentialsToken() string { return "token-of-" + fn.cfg.Name }

// withoutKeys replaces the keys among the variables with the container endpoint that returns
// them: a snapshot must not contain keys. Developer Guide, Lambda SnapStart.
func (env *environment) withoutKeys(vars []string) []string {
	vars = slices.DeleteFunc(vars, func(v string) bool {
		return strings.HasPrefix(v, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(v, "AWS_SECRET_ACCESS_KEY=") ||
			strings.HasPrefix(v, "AWS_SESSION_TOKEN=")
	})
	return append(vars,
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://"+env.addr+credentialsPath,
		"AWS_CONTAINER_AUTHORIZATION_TOKEN="+env.fn.credentialsToken())
}

// credentials is the container endpoint.
func (s *session) credentials(w http.ResponseWriter, r *http.Request) {
	fn := s.env.fn
	if r.Header.Get("Authorization") != fn.credentialsToken() {
		http.Error(w, "cannot get credentials for the provided token", http.StatusNotFound)
		return
	}
	c := fn.server.Credentials()
	writeLine(w, http.StatusOK, map[string]string{
		"AccessKeyId":     c.AccessKeyID,
		"SecretAccessKey": c.SecretAccessKey,
		"Token":           c.SessionToken,
		"Expiration":      time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
}
