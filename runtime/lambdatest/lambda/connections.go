package lambda

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func serveGetPolicy(w http.ResponseWriter, c *call) {
	policy := c.fn.cfg.Connections.Policy
	if policy == "" {
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "The resource you requested does not exist.")
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"Policy": policy})
}

func serveURLs(w http.ResponseWriter, c *call) {
	list := []any{}
	if auth := c.fn.cfg.Connections.URLAuth; auth != "" {
		list = append(list, map[string]string{"FunctionUrl": "https://" + strings.ToLower(c.fn.cfg.Name) + ".lambda-url.invalid/",
			"FunctionArn": c.fn.arn, "AuthType": auth})
	}
	writeJSON(w, http.StatusOK, map[string]any{"FunctionUrlConfigs": list})
}

func serveConcurrency(w http.ResponseWriter, c *call) {
	answer := map[string]any{}
	if n := c.fn.cfg.Connections.Reserved; n != nil {
		answer["ReservedConcurrentExecutions"] = *n
	}
	writeJSON(w, http.StatusOK, answer)
}

func serveProvisioned(w http.ResponseWriter, c *call) {
	list := []any{}
	if n := c.fn.cfg.Connections.Provisioned; n > 0 {
		list = append(list, map[string]any{"FunctionArn": c.fn.arn + ":live", "RequestedProvisionedConcurrentExecutions": n, "Status": "READY"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"ProvisionedConcurrencyConfigs": list})
}

// serveMappings lists the event source mappings of a function, or of all.
func (s *Service) serveMappings(w http.ResponseWriter, c *call) {
	functions := map[string]*Function{}
	if c.name = c.URL.Query().Get("FunctionName"); c.name != "" {
		if !s.findFunction(w, c) {
			return
		}
		functions[c.name] = c.fn
	} else {
		s.mu.Lock()
		functions = maps.Clone(s.functions)
		s.mu.Unlock()
	}
	list := []any{}
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		for _, source := range functions[name].cfg.Connections.EventSources {
			list = append(list, map[string]any{"EventSourceArn": source, "FunctionArn": functions[name].arn, "State": "Enabled"})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"EventSourceMappings": list})
}
