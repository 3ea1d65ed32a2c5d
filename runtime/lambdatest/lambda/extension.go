package lambda

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// maxExtensions is the most registrations. Developer Guide, Using the Lambda Extensions API to
// create extensions: 10.
const maxExtensions = 10

// An extension is a registration with the Extensions API. It is always an internal one, a part
// of the function's process. (External ones, which Lambda starts from /opt/extensions, don't
// exist here.) An internal extension can't ask for SHUTDOWN, but with it registered Lambda sends
// the process SIGTERM before it ends it.
type extension struct {
	name   string
	invoke bool // subscribed to INVOKE
	ready  bool // has asked for an event
	events chan map[string]any
}

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// register takes a registration, which must come before the end of INIT. Developer Guide, Using
// the Lambda Extensions API to create extensions, Register.
func (s *session) register(w http.ResponseWriter, r *http.Request) {
	name := r.Header.Get("Lambda-Extension-Name")
	if name == "" {
		refuseRequest(w, http.StatusForbidden, "Extension.InvalidExtensionName", "Empty extension name")
		return
	}
	var request struct {
		Events []string `json:"events"`
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuseRequest(w, http.StatusForbidden, "InvalidRequestFormat", err.Error())
		return
	}
	ext := &extension{name: name, events: make(chan map[string]any, s.env.fn.cfg.Concurrency)}
	for _, event := range request.Events {
		if event != "INVOKE" {
			reason := "ErrorInvalidEventType"
			if event == "SHUTDOWN" {
				reason = "ShutdownEventNotSupportedForInternalExtension"
			}
			refuseRequest(w, http.StatusForbidden, "Extension.InvalidEventType", event+": "+reason)
			return
		}
		ext.invoke = true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isReady || !s.firstNext.IsZero() {
		refuseRequest(w, http.StatusForbidden, "Extension.RegistrationClosed", "Extension registration closed already")
		return
	}
	if len(s.extensions) == maxExtensions {
		refuseRequest(w, http.StatusForbidden, "Extension.TooManyExtensions", "Extension limit (10) reached")
		return
	}
	for _, other := range s.extensions {
		if other.name == name {
			refuseRequest(w, http.StatusForbidden, "Extension.InvalidExtensionState", "Extension with this name already registered")
			return
		}
	}
	id := front.NewUUID()
	s.extensions[id] = ext
	answer := map[string]string{
		"functionName":    s.env.fn.cfg.Name,
		"functionVersion": s.env.fn.version,
		"handler":         handlerName,
	}
	if strings.Contains(r.Header.Get("Lambda-Extension-Accept-Feature"), "accountId") {
		answer["accountId"] = front.AccountID
	}
	w.Header().Set("Lambda-Extension-Identifier", id)
	writeLine(w, http.StatusOK, answer)
}

// extensionNext waits for an event for the extension.
func (s *session) extensionNext(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("Lambda-Extension-Identifier")
	if id == "" {
		refuseRequest(w, http.StatusForbidden, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
		return
	}
	if !uuidPattern.MatchString(id) {
		refuseRequest(w, http.StatusForbidden, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier")
		return
	}
	s.mu.Lock()
	ext := s.extensions[id]
	if ext != nil {
		ext.ready = true
		s.checkReady()
	}
	s.mu.Unlock()
	if ext == nil {
		refuseRequest(w, http.StatusForbidden, "Extension.UnknownExtensionIdentifier", "Unknown extension "+id)
		return
	}
	select {
	case event := <-ext.events:
		w.Header().Set("Lambda-Extension-Event-Identifier", front.NewUUID())
		writeLine(w, http.StatusOK, event)
	case <-r.Context().Done():
	case <-s.ended:
		panic(http.ErrAbortHandler)
	}
}

// tellExtensions sends INVOKE to the extensions that have subscribed to it.
func (s *session) tellExtensions(inv *invocation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ext := range s.extensions {
		if !ext.invoke {
			continue
		}
		select {
		case ext.events <- map[string]any{
			"eventType":          "INVOKE",
			"deadlineMs":         time.Now().Add(s.set().timeout).UnixMilli(),
			"requestId":          inv.id,
			"invokedFunctionArn": s.env.fn.arn,
			"tracing":            map[string]string{"type": "X-Amzn-Trace-Id", "value": inv.traceID},
		}:
		default: // it has not yet fetched the last event
		}
	}
}
