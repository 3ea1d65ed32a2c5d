package lambda

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"

	"reduction/runtime/lambdatest/internal/front"
	"reduction/runtime/lambdatest/internal/signature"
)

// The largest events. Developer Guide, Lambda quotas, Invocation payload.
const (
	maxEvent      = 6 << 20
	maxAsyncEvent = 1 << 20
)

// serve answers a request to the Lambda API whose signature has been verified.
func (s *Service) serve(w http.ResponseWriter, op operation, c *call) {
	w.Header().Set("X-Amzn-Requestid", front.NewUUID())
	if op.serve == nil {
		writeError(w, http.StatusNotFound, "UnknownOperationException", c.Method+" "+c.URL.Path+" is not supported by lambdatest")
		return
	}
	op.serve(s, w, c)
}

func (s *Service) serveList(w http.ResponseWriter, _ *call) {
	s.mu.Lock()
	functions := maps.Clone(s.functions)
	s.mu.Unlock()
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		list = append(list, functions[name].configuration())
	}
	writeJSON(w, http.StatusOK, map[string]any{"Functions": list})
}

func serveGetFunction(w http.ResponseWriter, c *call) {
	answer := map[string]any{
		"Configuration": c.fn.configuration(),
		"Code":          map[string]string{"RepositoryType": "S3", "Location": c.fn.location()},
	}
	if n := c.fn.cfg.Connections.Reserved; n != nil {
		answer["Concurrency"] = map[string]int{"ReservedConcurrentExecutions": *n}
	}
	writeJSON(w, http.StatusOK, answer)
}

func serveGetConfiguration(w http.ResponseWriter, c *call) {
	writeJSON(w, http.StatusOK, c.fn.configuration())
}

func serveVersions(w http.ResponseWriter, c *call) {
	list := []any{}
	for _, fn := range c.fn.all() {
		list = append(list, fn.configuration())
	}
	writeJSON(w, http.StatusOK, map[string]any{"Versions": list})
}

// configuration returns what the control plane shows of the function.
func (fn *Function) configuration() map[string]any {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	set := fn.control.settings
	logging := map[string]string{"LogFormat": set.logFormat, "LogGroup": set.logGroup}
	if set.logFormat == logJSON {
		logging["SystemLogLevel"], logging["ApplicationLogLevel"] = set.systemLogLevel, "INFO"
	}
	state, update := "Active", "Successful"
	if fn.control.creating {
		state, update = "Pending", "InProgress"
	}
	if fn.control.updating {
		update = "InProgress"
	}
	out := map[string]any{
		"FunctionName":     fn.cfg.Name,
		"FunctionArn":      fn.arn,
		"Runtime":          "provided.al2023",
		"Handler":          handlerName,
		"Role":             fmt.Sprintf("arn:aws:iam::%s:role/lambdatest", front.AccountID),
		"Architectures":    []string{machineArchitecture()},
		"Description":      set.description,
		"MemorySize":       set.memoryMB,
		"Timeout":          int(set.timeout.Seconds()),
		"Version":          fn.version,
		"PackageType":      "Zip",
		"CodeSize":         len(fn.code.zip),
		"CodeSha256":       fn.code.sha256,
		"RevisionId":       fn.control.revision,
		"State":            state,
		"LastUpdateStatus": update,
		"LastModified":     fn.control.modified.UTC().Format("2006-01-02T15:04:05.000+0000"),
		"LoggingConfig":    logging,
		"EphemeralStorage": map[string]int{"Size": 512},
		"TracingConfig":    map[string]string{"Mode": "PassThrough"},
		"SnapStart":        map[string]string{"ApplyOn": "None", "OptimizationStatus": "Off"},
		"Environment":      map[string]any{"Variables": set.variables()},
	}
	for name, value := range set.given {
		out[name] = value
	}
	return out
}

// machineArchitecture returns Lambda's name for the architecture of this machine.
func machineArchitecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// serveInvoke answers Invoke.
func serveInvoke(w http.ResponseWriter, c *call) {
	fn, r, body := c.fn, c.Request, c.body
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
	fn.mu.Lock()
	pending, why := fn.control.creating, fn.conflict()
	fn.mu.Unlock()
	if pending {
		writeError(w, http.StatusConflict, "ResourceConflictException", why)
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
	h.Set("X-Amz-Executed-Version", fn.version)
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
