package lambda

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"reduction/runtime/lambdatest/internal/front"
)

func (a *alias) answer(fn *Function) map[string]any {
	return map[string]any{"AliasArn": fn.arn + ":" + a.name, "Name": a.name, "FunctionVersion": a.version,
		"Description": a.description, "RevisionId": a.revision}
}

// An aliasRequest is the body of an operation on an alias.
type aliasRequest struct {
	Name, FunctionVersion, Description *string
	RevisionId                         string
	RoutingConfig                      *struct{ AdditionalVersionWeights map[string]float64 }
}

// parseAlias reads a request, or answers what is wrong with it.
func parseAlias(w http.ResponseWriter, c *call) (in aliasRequest, ok bool) {
	err := json.Unmarshal(c.body, &in)
	switch {
	case err != nil:
		err = notJSON(err)
	case in.RoutingConfig != nil && len(in.RoutingConfig.AdditionalVersionWeights) > 0:
		err = &parameterError{"lambdatest routes an alias to one version"}
	}
	if err != nil {
		invalid(w, err)
		return in, false
	}
	if in.FunctionVersion != nil && c.fn.qualified(*in.FunctionVersion) == nil {
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+c.fn.arn+":"+*in.FunctionVersion)
		return in, false
	}
	return in, true
}

func serveCreateAlias(w http.ResponseWriter, c *call) {
	in, ok := parseAlias(w, c)
	if !ok {
		return
	}
	if in.Name == nil || in.FunctionVersion == nil {
		invalid(w, &parameterError{"1 validation error detected: Value null at 'name' or 'functionVersion' failed to satisfy constraint: Member must not be null"})
		return
	}
	a := &alias{name: *in.Name, version: *in.FunctionVersion, revision: front.NewUUID()}
	if in.Description != nil {
		a.description = *in.Description
	}
	fn := c.fn
	fn.mu.Lock()
	taken := fn.control.aliases[a.name] != nil
	if !taken {
		if fn.control.aliases == nil {
			fn.control.aliases = make(map[string]*alias)
		}
		fn.control.aliases[a.name] = a
	}
	fn.mu.Unlock()
	if taken {
		writeError(w, http.StatusConflict, "ResourceConflictException", "Alias already exists: "+fn.arn+":"+a.name)
		return
	}
	writeJSON(w, http.StatusCreated, a.answer(fn))
}

func serveUpdateAlias(w http.ResponseWriter, c *call) {
	in, ok := parseAlias(w, c)
	if !ok {
		return
	}
	fn := c.fn
	fn.mu.Lock()
	a := fn.control.aliases[c.alias]
	stale := a != nil && in.RevisionId != "" && in.RevisionId != a.revision
	if a != nil && !stale {
		changed := *a
		changed.revision = front.NewUUID()
		if in.FunctionVersion != nil {
			changed.version = *in.FunctionVersion
		}
		if in.Description != nil {
			changed.description = *in.Description
		}
		a = &changed
		fn.control.aliases[a.name] = a
	}
	fn.mu.Unlock()
	switch {
	case a == nil:
		noAlias(w, c)
	case stale:
		staleRevision(w)
	default:
		writeJSON(w, http.StatusOK, a.answer(fn))
	}
}

func serveGetAlias(w http.ResponseWriter, c *call) {
	c.fn.mu.Lock()
	a := c.fn.control.aliases[c.alias]
	c.fn.mu.Unlock()
	if a == nil {
		noAlias(w, c)
		return
	}
	writeJSON(w, http.StatusOK, a.answer(c.fn))
}

func serveDeleteAlias(w http.ResponseWriter, c *call) {
	c.fn.mu.Lock()
	delete(c.fn.control.aliases, c.alias)
	c.fn.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func serveAliases(w http.ResponseWriter, c *call) {
	c.fn.mu.Lock()
	aliases := maps.Clone(c.fn.control.aliases)
	c.fn.mu.Unlock()
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(aliases)) {
		list = append(list, aliases[name].answer(c.fn))
	}
	writeJSON(w, http.StatusOK, map[string]any{"Aliases": list})
}

func noAlias(w http.ResponseWriter, c *call) {
	writeError(w, http.StatusNotFound, "ResourceNotFoundException", "Alias not found: "+c.fn.arn+":"+c.alias)
}
