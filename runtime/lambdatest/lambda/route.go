package lambda

import (
	"net/http"
	"net/url"
	"strings"
)

const functionsPath = "/2015-03-31/functions"

// An operation is one of the Lambda API: its name, and what carries it out.
type operation struct {
	name  string
	serve func(*Service, http.ResponseWriter, *call)
}

// A call is a request to carry out an operation.
type call struct {
	*http.Request
	body      []byte
	name      string // of the function: a name, a partial ARN or an ARN
	alias     string // of the alias, in the operations on one
	fn        *Function
	qualifier string
}

// operations are those that the service has, by method and path. API Reference, Actions.
var operations = map[string]operation{
	"POST /2015-03-31/functions":                           {"CreateFunction", (*Service).serveCreate},
	"GET /2015-03-31/functions":                            {"ListFunctions", (*Service).serveList},
	"GET /2015-03-31/functions/{}":                         {"GetFunction", onFunction(serveGetFunction)},
	"DELETE /2015-03-31/functions/{}":                      {"DeleteFunction", (*Service).serveDelete},
	"GET /2015-03-31/functions/{}/configuration":           {"GetFunctionConfiguration", onFunction(serveGetConfiguration)},
	"PUT /2015-03-31/functions/{}/configuration":           {"UpdateFunctionConfiguration", onFunction(serveUpdate)},
	"POST /2015-03-31/functions/{}/invocations":            {"Invoke", onFunction(serveInvoke)},
	"POST /2015-03-31/functions/{}/versions":               {"PublishVersion", onFunction(servePublish)},
	"GET /2015-03-31/functions/{}/versions":                {"ListVersionsByFunction", onFunction(serveVersions)},
	"POST /2015-03-31/functions/{}/aliases":                {"CreateAlias", onFunction(serveCreateAlias)},
	"GET /2015-03-31/functions/{}/aliases":                 {"ListAliases", onFunction(serveAliases)},
	"GET /2015-03-31/functions/{}/aliases/{}":              {"GetAlias", onFunction(serveGetAlias)},
	"PUT /2015-03-31/functions/{}/aliases/{}":              {"UpdateAlias", onFunction(serveUpdateAlias)},
	"DELETE /2015-03-31/functions/{}/aliases/{}":           {"DeleteAlias", onFunction(serveDeleteAlias)},
	"GET /2015-03-31/functions/{}/policy":                  {"GetPolicy", onFunction(serveGetPolicy)},
	"GET /2021-10-31/functions/{}/urls":                    {"ListFunctionUrlConfigs", onFunction(serveURLs)},
	"GET /2019-09-30/functions/{}/concurrency":             {"GetFunctionConcurrency", onFunction(serveConcurrency)},
	"GET /2019-09-30/functions/{}/provisioned-concurrency": {"ListProvisionedConcurrencyConfigs", onFunction(serveProvisioned)},
	"GET /2015-03-31/event-source-mappings":                {"ListEventSourceMappings", (*Service).serveMappings},
}

// route returns the operation that a request asks for. Without one the name is the method.
func route(r *http.Request) (operation, *call) {
	c := &call{Request: r}
	parts := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	for i, to := range map[int]*string{2: &c.name, 4: &c.alias} {
		if i >= len(parts) {
			continue
		}
		text, err := url.PathUnescape(parts[i])
		if err != nil {
			return operation{name: r.Method}, c
		}
		*to, parts[i] = text, "{}"
	}
	op, ok := operations[r.Method+" /"+strings.Join(parts, "/")]
	if !ok {
		op.name = r.Method
	}
	return op, c
}

// onFunction finds the function of an operation on one.
func onFunction(serve func(http.ResponseWriter, *call)) func(*Service, http.ResponseWriter, *call) {
	return func(s *Service, w http.ResponseWriter, c *call) {
		if s.findFunction(w, c) {
			serve(w, c)
		}
	}
}

// findFunction sets the function of a call and the qualifier, or answers that there is none.
func (s *Service) findFunction(w http.ResponseWriter, c *call) bool {
	name := c.name
	if _, after, ok := strings.Cut(name, "function:"); ok {
		name = after
	}
	name, c.qualifier, _ = strings.Cut(name, ":")
	if q := c.URL.Query().Get("Qualifier"); q != "" {
		c.qualifier = q
	}
	fn := s.Function(name)
	if fn != nil {
		fn = fn.qualified(c.qualifier)
	}
	if fn == nil {
		arn := s.arn(name)
		if c.qualifier != "" {
			arn += ":" + c.qualifier
		}
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "Function not found: "+arn)
		return false
	}
	fn.settle()
	c.fn = fn
	return true
}
