package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"

	"reduction/runtime/lambdatest/internal/front"
)

// Developer Guide, Using the Lambda runtime API for custom runtimes; Using the Lambda Extensions
// API to create extensions.
const (
	runtimePath   = "/2018-06-01/runtime/"
	extensionPath = "/2020-01-01/extension/"
)

// routes sets up the paths of the Runtime API and of the Extensions API. A request goes to the
// environment's current session.
func (env *environment) routes() {
	env.mux = http.NewServeMux()
	handle := func(pattern string, h func(*session, http.ResponseWriter, *http.Request)) {
		env.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { h(env.current(), w, r) })
	}
	handle("GET "+runtimePath+"invocation/next", (*session).next)
	handle("POST "+runtimePath+"invocation/{id}/response", (*session).response)
	handle("POST "+runtimePath+"invocation/{id}/error", (*session).invocationError)
	handle("POST "+runtimePath+"init/error", (*session).initErrorReport)
	handle("POST "+extensionPath+"register", (*session).register)
	handle("GET "+extensionPath+"event/next", (*session).extensionNext)
	if env.fn.cfg.SnapStart {
		handle("GET "+runtimePath+"restore/next", (*session).restoreNext)
		handle("POST "+runtimePath+"restore/error", (*session).initErrorReport)
		handle("GET "+credentialsPath, (*session).credentials)
	}
}

// serve answers a request and records it.
func (env *environment) serve(w http.ResponseWriter, r *http.Request) {
	rec := &statusRecorder{ResponseWriter: w}
	fn := env.fn
	fn.mu.Lock()
	entry := &RuntimeRequest{Method: r.Method, Path: r.URL.Path, Header: r.Header.Clone()}
	fn.requests = front.AppendRecent(fn.requests, entry)
	fn.mu.Unlock()
	defer func() {
		fn.mu.Lock()
		defer fn.mu.Unlock()
		entry.Status = rec.status
	}()
	if fn.cfg.Intercept != nil && fn.cfg.Intercept(rec, r) {
		return
	}
	env.mux.ServeHTTP(rec, r)
}

// A statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (w *statusRecorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusRecorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets an Intercept hijack the connection through http.ResponseController.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// refuseRequest sends an error of the Runtime API or the Extensions API.
func refuseRequest(w http.ResponseWriter, status int, errorType, message string) {
	writeLine(w, status, map[string]string{"errorType": errorType, "errorMessage": message})
}

// refuseState sends the 403 of a request that is not allowed in the runtime's state.
func refuseState(w http.ResponseWriter, from, to string) {
	refuseRequest(w, http.StatusForbidden, "InvalidStateTransition",
		fmt.Sprintf("State transition from %s to %s failed for runtime. Error: State transition is not allowed", from, to))
}

// writeAccepted sends the answer to a response or an error that was accepted.
func writeAccepted(w http.ResponseWriter) {
	writeLine(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

// writeLine sends JSON with a line feed at its end, as the Runtime API does.
func writeLine(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
