package lambdatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// credentialsToken is what a SnapStart function shows to get its credentials.
func (fn *Function) credentialsToken() string { return "token-of-" + fn.cfg.Name }

// snapStartCredentials replaces the keys in an environment by the container endpoint that
// hands them out: a snapshot must not contain any. Developer Guide, Lambda SnapStart.
func (fn *Function) snapStartCredentials(addr string, vars []string) []string {
	vars = slices.DeleteFunc(vars, func(v string) bool {
		return strings.HasPrefix(v, "AWS_ACCESS_KEY_ID=") || strings.HasPrefix(v, "AWS_SECRET_ACCESS_KEY=") ||
			strings.HasPrefix(v, "AWS_SESSION_TOKEN=")
	})
	return append(vars,
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://"+addr+credentialsPath,
		"AWS_CONTAINER_AUTHORIZATION_TOKEN="+fn.credentialsToken())
}

// credentials is the container endpoint.
func (s *session) credentials(w http.ResponseWriter, r *http.Request) {
	fn := s.env.fn
	if r.Header.Get("Authorization") != fn.credentialsToken() {
		http.Error(w, "cannot get credentials for the provided token", http.StatusNotFound)
		return
	}
	c := fn.l.s.currentCredentials()
	writeRuntimeJSON(w, http.StatusOK, map[string]string{
		"AccessKeyId":     c.AccessKeyID,
		"SecretAccessKey": c.SecretAccessKey,
		"Token":           c.SessionToken,
		"Expiration":      time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
	})
}
