package lambda

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"reduction/runtime/lambdatest/internal/front"
	"reduction/runtime/lambdatest/internal/signature"
)

// The largest events. Developer Guide, Lambda quotas, Invocation payload.
const (
	maxEvent      = 6 << 20
	maxAsyncEvent = 1 << 20
)

const apiPath = "/2015-03-31/functions/"

// serve answers a request to the Lambda API whose signature has been verified.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("X-Amzn-Requestid", front.NewUUID())
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), apiPath)
	if !ok && r.URL.EscapedPath()+"/" != apiPath {
		writeError(w, http.StatusNotFound, "UnknownOperationException", r.Method+" "+r.URL.Path+" is not supported by lambdatest")
		return
	}
	escaped, action, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(escaped)
	if err != nil {
		writeError(w, http.StatusBadRequest, "InvalidParameterValueException", "The function name is invalid")
		return
	}
	if name == "" && r.Method == http.MethodGet {
		s.list(w)
		return
	}
	fn, qualifier := s.find(name, r.URL.Query().Get("Qualifier"))
	if fn == nil {
		arn := s.arn(name)
		if qualifier != "" {
			arn += ":" + qualifier
		}
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+arn)
		return
	}
	switch r.Method + " " + action {
	case "POST invocations":
		fn.serveInvoke(w, r, body)
	case "GET ":
		writeJSON(w, http.StatusOK, map[string]any{
			"Configuration": fn.configuration(),
			"Code":          map[string]string{"RepositoryType": "S3", "Location": ""},
		})
	case "GET configuration":
		writeJSON(w, http.StatusOK, fn.configuration())
	default:
		writeError(w, http.StatusNotFound, "UnknownOperationException", r.Method+" "+r.URL.Path+" is not supported by lambdatest")
	}
}

// find returns the function of a name, a partial ARN or an ARN, and the qualifier in it. The
// only version is $LATEST.
func (s *Service) find(name, qualifier string) (*Function, string) {
	if _, after, ok := strings.Cut(name, "function:"); ok {
		name = after
	}
	if before, after, ok := strings.Cut(name, ":"); ok {
		name, qualifier = before, after
	}
	if qualifier != "" && qualifier != latest {
		return nil, qualifier
	}
	return s.Function(name), qualifier
}

func (s *Service) list(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(s.functions)) {
		list = append(list, s.functions[name].configuration())
	}
	writeJSON(w, http.StatusOK, map[string]any{"Functions": list})
}

func (fn *Function) configuration() map[string]any {
	variables := make(map[string]string)
	for _, v := range fn.cfg.Env {
		name, value, _ := strings.Cut(v, "=")
		variables[name] = value
	}
	return map[string]any{
		"FunctionName":     fn.cfg.Name,
		"FunctionArn":      fn.arn,
		"Runtime":          "provided.al2023",
		"Handler":          handlerName,
		"Role":             fmt.Sprintf("arn:aws:iam::%s:role/lambdatest", front.AccountID),
		"MemorySize":       fn.cfg.MemoryMB,
		"Timeout":          int(fn.cfg.Timeout.Seconds()),
		"Version":          latest,
		"PackageType":      "Zip",
		"State":            "Active",
		"LastUpdateStatus": "Successful",
		"LastModified":     "2026-01-01T00:00:00.000+0000",
		"Environment":      map[string]any{"Variables": variables},
	}
}

// serveInvoke answers Invoke.
func (fn *Function) serveInvoke(w http.ResponseWriter, r *http.Request, body []byte) {
	limit, kind := maxEvent, r.Header.Get("X-Amz-Invocation-Type")
	switch kind {
	case "", "RequestResponse", "DryRun":
	case "Event":
		limit = maxAsyncEvent
	default:
		writeError(w, http.StatusBadRequest, "InvalidParameterValueException", fmt.Sprintf("1 validation error detected: "+
			"Value '%s' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]", kind))
		return
	}
	if len(body) > limit {
		writeError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException",
			fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit))
		return
	}
	if err := json.Unmarshal(body, new(json.RawMessage)); len(body) > 0 && err != nil {
		writeError(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: "+err.Error())
		return
	}
	if kind == "DryRun" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	clientContext, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Amz-Client-Context"))
	if err != nil {
		writeError(w, http.StatusBadRequest, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
		return
	}
	inv := &invocation{
		id:      front.NewUUID(),
		payload: body,
		traceID: r.Header.Get("X-Amzn-Trace-Id"),
		context: string(clientContext),
		tenant:  r.Header.Get("X-Amz-Tenant-Id"),
	}
	w.Header().Set("X-Amzn-Requestid", inv.id)
	if kind == "Event" {
		fn.invokeAsync(inv)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	res, err := fn.invoke(r.Context(), inv)
	if err != nil {
		writeError(w, http.StatusInternalServerError, "ServiceException", err.Error())
		return
	}
	h := w.Header()
	h.Set("X-Amz-Executed-Version", latest)
	h.Set("X-Amzn-Trace-Id", inv.traceID)
	h.Set("Content-Type", "application/json")
	if res.FunctionError != "" {
		h.Set("X-Amz-Function-Error", res.FunctionError)
	}
	if r.Header.Get("X-Amz-Log-Type") == "Tail" {
		h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(res.LogTail))
	}
	w.WriteHeader(http.StatusOK)
	w.Write(res.Payload)
}

// refuse sends a refusal as the Lambda API words it.
func refuse(w http.ResponseWriter, r *signature.Refusal) {
	w.Header().Set("X-Amzn-Errortype", r.Exception)
	writeJSON(w, cmp.Or(r.JSONStatus, http.StatusForbidden), map[string]string{"message": r.JSONMessage})
}

// writeError sends an error of the Lambda API.
func writeError(w http.ResponseWriter, status int, errorType, message string) {
	w.Header().Set("X-Amzn-Errortype", errorType)
	writeJSON(w, status, map[string]string{"Type": "User", "Message": message, "message": message})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("lambda: " + err.Error()) // this package has made v
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
