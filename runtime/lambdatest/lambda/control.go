package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// control is what the control plane keeps of a function. Function.mu guards it.
type control struct {
	settings *settings // as they are shown; environments have them when the update is over
	revision string
	modified time.Time

	until    time.Time // an update is in progress until then, or the creation
	updating bool
	creating bool

	generation int // grows with each update
	versions   []*Function
	aliases    map[string]*alias
}

// An alias is a name for a version.
type alias struct{ name, version, description, revision string }

// settle ends an update whose time is over: it takes effect, and the revision is a new one.
func (fn *Function) settle() {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	c := &fn.control
	if !c.updating && !c.creating || fn.server.Now().Before(c.until) {
		return
	}
	if c.updating {
		fn.effective.Store(c.settings)
		c.generation++
	}
	c.updating, c.creating = false, false
	c.revision = front.NewUUID()
}

// isStale reports whether an environment was started before the last update. The caller must shut
// it down: isStale already marks it as one that has the new settings.
func (fn *Function) isStale(env *environment) bool {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	if env.generation == fn.control.generation || len(fn.cfg.Exec) == 0 || env.busy > 1 {
		return false
	}
	env.generation = fn.control.generation
	return true
}

// all returns the function and its versions.
func (fn *Function) all() []*Function {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	return append([]*Function{fn}, fn.control.versions...)
}

// qualified returns the function itself, a version, or the version of an alias; nil if there is
// none.
func (fn *Function) qualified(qualifier string) *Function {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	if a := fn.control.aliases[qualifier]; a != nil {
		qualifier = a.version
	}
	if qualifier == "" || qualifier == latest {
		return fn
	}
	i := slices.IndexFunc(fn.control.versions, func(v *Function) bool { return v.version == qualifier })
	if i < 0 {
		return nil
	}
	return fn.control.versions[i]
}

// conflict returns why the function cannot be changed now; "" if it can. The caller holds the lock.
func (fn *Function) conflict() string {
	switch c := &fn.control; {
	case c.creating:
		return "The operation cannot be performed at this time. The function is currently in the following state: Pending"
	case c.updating:
		return "The operation cannot be performed at this time. An update is in progress for resource: " + fn.arn
	}
	return ""
}

func (s *Service) serveCreate(w http.ResponseWriter, c *call) {
	var in struct {
		FunctionName string
		Role         string
		Code         struct{ ZipFile []byte }
		Publish      bool
	}
	var request map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(c.body, &in), json.Unmarshal(c.body, &request)); err != nil {
		invalid(w, notJSON(err))
		return
	}
	cfg := FunctionConfig{Name: in.FunctionName}.withDefaults()
	set, err := settingsOf(&cfg).apply(request)
	switch {
	case err != nil:
	case !isName(in.FunctionName):
		err = &parameterError{"1 validation error detected: Value '" + in.FunctionName + "' at 'functionName' failed to satisfy constraint"}
	case in.Role == "":
		err = &parameterError{"1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null"}
	case len(in.Code.ZipFile) == 0:
		err = &parameterError{"lambdatest knows no code but a ZipFile"}
	case len(in.Code.ZipFile) > maxZip:
		writeError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "Request must be smaller than 70167211 bytes for the CreateFunction operation")
		return
	}
	if err != nil {
		invalid(w, err)
		return
	}
	if s.Function(in.FunctionName) != nil {
		writeError(w, http.StatusConflict, "ResourceConflictException", "Function already exist: "+in.FunctionName)
		return
	}
	unpacked, err := unpack(in.Code.ZipFile)
	if err != nil {
		invalid(w, err)
		return
	}
	cfg.Exec = []string{unpacked.dir + string(os.PathSeparator) + programName}
	fn := newFunction(s.server, s.arn(cfg.Name), latest, cfg, set)
	fn.code, fn.updateTime = unpacked, s.UpdateTime
	fn.control.creating, fn.control.until = true, s.server.Now().Add(s.UpdateTime)
	s.mu.Lock()
	taken := s.functions[cfg.Name] != nil
	if !taken {
		s.functions[cfg.Name] = fn
	}
	s.mu.Unlock()
	if taken {
		fn.close()
		writeError(w, http.StatusConflict, "ResourceConflictException", "Function already exist: "+in.FunctionName)
		return
	}
	if in.Publish {
		fn.publish(nil)
	}
	writeJSON(w, http.StatusCreated, fn.configuration())
}

// isName reports whether s can be the name of a function. API Reference, CreateFunction.
func isName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}

func serveUpdate(w http.ResponseWriter, c *call) {
	fn := c.fn
	if fn.version != latest {
		invalid(w, &parameterError{"You cannot modify the configuration of a published version"})
		return
	}
	var request map[string]json.RawMessage
	var in struct{ RevisionId string }
	if err := errors.Join(json.Unmarshal(c.body, &in), json.Unmarshal(c.body, &request)); err != nil {
		invalid(w, notJSON(err))
		return
	}
	fn.mu.Lock()
	why, stale := fn.conflict(), in.RevisionId != "" && in.RevisionId != fn.control.revision
	var err error
	if why == "" && !stale {
		var set settings
		if set, err = fn.control.settings.apply(request); err == nil {
			k := &fn.control
			k.settings, k.revision, k.modified = &set, front.NewUUID(), fn.server.Now()
			k.updating, k.until = true, fn.server.Now().Add(fn.updateTime)
		}
	}
	fn.mu.Unlock()
	switch {
	case why != "":
		writeError(w, http.StatusConflict, "ResourceConflictException", why)
	case stale:
		staleRevision(w)
	case err != nil:
		invalid(w, err)
	default:
		writeJSON(w, http.StatusOK, fn.configuration())
	}
}

func (s *Service) serveDelete(w http.ResponseWriter, c *call) {
	if !s.findFunction(w, c) {
		return
	}
	if c.fn.version != latest {
		writeError(w, http.StatusNotFound, "UnknownOperationException", "DeleteFunction of a version is not supported by lambdatest")
		return
	}
	s.mu.Lock()
	delete(s.functions, c.fn.cfg.Name)
	s.mu.Unlock()
	c.fn.close()
	w.WriteHeader(http.StatusNoContent)
}

func servePublish(w http.ResponseWriter, c *call) {
	var in struct {
		Description            *string
		CodeSha256, RevisionId string
	}
	if err := json.Unmarshal(c.body, &in); len(c.body) > 0 && err != nil {
		invalid(w, notJSON(err))
		return
	}
	fn := c.fn
	fn.mu.Lock()
	why, revision := fn.conflict(), fn.control.revision
	fn.mu.Unlock()
	switch {
	case why != "":
		writeError(w, http.StatusConflict, "ResourceConflictException", why)
	case in.RevisionId != "" && in.RevisionId != revision:
		staleRevision(w)
	case in.CodeSha256 != "" && in.CodeSha256 != fn.code.sha256:
		invalid(w, &parameterError{"CodeSHA256 (" + in.CodeSha256 + ") is different from current CodeSHA256 in $LATEST (" + fn.code.sha256 +
			"). Please try again with the CodeSHA256 in $LATEST."})
	default:
		writeJSON(w, http.StatusCreated, fn.publish(in.Description).configuration())
	}
}

// publish makes a version of the function as it is. If nothing has changed since the last version,
// publish returns that one. A version has environments of its own.
func (fn *Function) publish(description *string) *Function {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	set := *fn.control.settings
	if n := len(fn.control.versions); n > 0 && fn.control.versions[n-1].control.generation == fn.control.generation {
		return fn.control.versions[n-1]
	}
	if description != nil {
		set.description = *description
	}
	number := strconv.Itoa(len(fn.control.versions) + 1)
	v := newFunction(fn.server, fn.arn+":"+number, number, fn.cfg, set)
	v.code = fn.code
	v.code.dir = "" // the function's
	v.control.generation = fn.control.generation
	v.envs[0].generation = fn.control.generation
	fn.control.versions = append(fn.control.versions, v)
	return v
}

func notJSON(err error) error {
	return &parameterError{"Could not parse request body into json: " + err.Error()}
}

func staleRevision(w http.ResponseWriter) {
	writeError(w, http.StatusPreconditionFailed, "PreconditionFailedException",
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
}

// invalid answers that a parameter is not valid, or that this package has failed.
func invalid(w http.ResponseWriter, err error) {
	if _, ok := errors.AsType[*parameterError](err); ok {
		writeError(w, http.StatusBadRequest, "InvalidParameterValueException", err.Error())
		return
	}
	writeError(w, http.StatusInternalServerError, "ServiceException", fmt.Sprint(err))
}
