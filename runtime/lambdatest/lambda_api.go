package lambdatest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Lambda's limits on events. Developer Guide, Lambda quotas, Invocation payload.
const (
	maxEvent      = 6 << 20
	maxAsyncEvent = 1 << 20
)

const lambdaPath = "/2015-03-31/functions/"

// serve answers one request to the Lambda API, whose signature has been verified.
func (l *Lambda) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if w.Header().Get("X-Amzn-Requestid") == "" {
		w.Header().Set("X-Amzn-Requestid", newUUID())
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), lambdaPath)
	if !ok && r.URL.EscapedPath()+"/" != lambdaPath {
		lambdaError(w, http.StatusNotFound, "UnknownOperationException", "")
		return
	}
	escaped, action, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(escaped)
	if err != nil {
		lambdaError(w, http.StatusBadRequest, "InvalidParameterValueException", "The function name is invalid")
		return
	}
	if name == "" && r.Method == http.MethodGet {
		l.list(w)
		return
	}
	fn, qualifier := l.find(name, r.URL.Query().Get("Qualifier"))
	if fn == nil {
		arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", l.s.Region, accountID, name)
		if qualifier != "" {
			arn += ":" + qualifier
		}
		lambdaError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+arn)
		return
	}
	switch r.Method + " " + action {
	case "POST invocations":
		l.invoke(w, r, fn, body)
	case "GET ":
		writeLambda(w, http.StatusOK, map[string]any{
			"Configuration": fn.configuration(),
			"Code":          map[string]string{"RepositoryType": "S3", "Location": ""},
		})
	case "GET configuration":
		writeLambda(w, http.StatusOK, fn.configuration())
	default:
		lambdaError(w, http.StatusNotFound, "UnknownOperationException", "")
	}
}

// find returns the function of a name, partial ARN or ARN. Only $LATEST exists of it.
func (l *Lambda) find(name, qualifier string) (*Function, string) {
	if _, after, ok := strings.Cut(name, "function:"); ok {
		name = after
	}
	if before, after, ok := strings.Cut(name, ":"); ok {
		name, qualifier = before, after
	}
	if qualifier != "" && qualifier != "$LATEST" {
		return nil, qualifier
	}
	return l.Function(name), qualifier
}

func (l *Lambda) list(w http.ResponseWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(l.functions)) {
		list = append(list, l.functions[name].configuration())
	}
	writeLambda(w, http.StatusOK, map[string]any{"Functions": list})
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
		"Role":             fmt.Sprintf("arn:aws:iam::%s:role/lambdatest", accountID),
		"MemorySize":       fn.cfg.MemoryMB,
		"Timeout":          int(fn.cfg.Timeout.Seconds()),
		"Version":          fn.version,
		"PackageType":      "Zip",
		"State":            "Active",
		"LastUpdateStatus": "Successful",
		"LastModified":     "2026-01-01T00:00:00.000+0000",
		"Environment":      map[string]any{"Variables": variables},
	}
}

// invoke is the Invoke API.
func (l *Lambda) invoke(w http.ResponseWriter, r *http.Request, fn *Function, body []byte) {
	limit, kind := maxEvent, r.Header.Get("X-Amz-Invocation-Type")
	switch kind {
	case "", "RequestResponse", "DryRun":
	case "Event":
		limit = maxAsyncEvent
	default:
		lambdaError(w, http.StatusBadRequest, "InvalidParameterValueException", fmt.Sprintf("1 validation error detected: "+
			"Value '%s' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]", kind))
		return
	}
	if len(body) > limit {
		lambdaError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException",
			fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit))
		return
	}
	if err := json.Unmarshal(body, new(json.RawMessage)); len(body) > 0 && err != nil {
		lambdaError(w, http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: "+err.Error())
		return
	}
	if kind == "DryRun" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	clientContext, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Amz-Client-Context"))
	if err != nil {
		lambdaError(w, http.StatusBadRequest, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
		return
	}
	inv := &invocation{
		id:      newUUID(),
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
		lambdaError(w, http.StatusInternalServerError, "ServiceException", err.Error())
		return
	}
	h := w.Header()
	h.Set("X-Amz-Executed-Version", fn.version)
	h.Set("X-Amzn-Trace-Id", inv.traceID)
	h.Set("Content-Type", "application/json")
	if res.FunctionError != "" {
		h.Set("X-Amz-Function-Error", res.FunctionError)
	}
	if r.Header.Get("X-Amz-Log-Type") == "Tail" {
		h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(res.LogTail))
	}
	w.WriteHeader(res.StatusCode)
	w.Write(res.Payload)
}

// lambdaError sends an error as the Lambda API does.
func lambdaError(w http.ResponseWriter, status int, errorType, message string) {
	w.Header().Set("X-Amzn-Errortype", errorType)
	writeLambda(w, status, map[string]string{"Type": "User", "Message": message, "message": message})
}

func writeLambda(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic("lambdatest: " + err.Error())
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
