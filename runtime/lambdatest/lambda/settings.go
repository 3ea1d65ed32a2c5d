package lambda

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// settings are what UpdateFunctionConfiguration can change. They are replaced, never modified.
type settings struct {
	memoryMB       int
	timeout        time.Duration
	env            []string // NAME=value
	description    string
	logFormat      string
	systemLogLevel string // "" in text
	logGroup       string

	// given are the settings that have no effect here. They are shown as they were given.
	given map[string]json.RawMessage
}

// withoutEffect are the names of settings that have no effect here.
var withoutEffect = []string{"Runtime", "Role", "Handler", "Architectures", "Layers", "VpcConfig", "DeadLetterConfig", "KMSKeyArn",
	"TracingConfig", "FileSystemConfigs", "EphemeralStorage", "SnapStart", "PackageType"}

// settingsOf returns the settings that a test has configured.
func settingsOf(cfg *FunctionConfig) settings {
	return settings{
		memoryMB:       cfg.MemoryMB,
		timeout:        cfg.Timeout,
		env:            cfg.Env,
		description:    cfg.Description,
		logFormat:      cmp.Or(cfg.LogFormat, logText),
		systemLogLevel: systemLogLevel(cfg.LogFormat, ""),
		logGroup:       "/aws/lambda/" + cfg.Name,
	}
}

// systemLogLevel returns the level that Lambda sets where none is given.
func systemLogLevel(format, level string) string {
	if format != logJSON {
		return ""
	}
	return cmp.Or(level, "INFO")
}

// A parameterError says that a member of a request is not valid.
type parameterError struct{ message string }

func (e *parameterError) Error() string { return e.message }

// apply returns the settings with the members of a request in them. A member that is missing, or
// null, changes nothing. Members that are not settings are ignored.
func (set settings) apply(request map[string]json.RawMessage) (settings, error) {
	var in struct {
		MemorySize, Timeout *int
		Description         *string
		Environment         *struct{ Variables map[string]string }
		LoggingConfig       *struct{ LogFormat, SystemLogLevel, ApplicationLogLevel, LogGroup string }
	}
	text, err := json.Marshal(request)
	if err == nil {
		err = json.Unmarshal(text, &in)
	}
	if err != nil {
		return set, notJSON(err)
	}
	if n := in.MemorySize; n != nil {
		if *n < 128 || *n > 10_240 {
			return set, outOfRange("memorySize", *n, 128, 10_240)
		}
		set.memoryMB = *n
	}
	if n := in.Timeout; n != nil {
		if *n < 1 || *n > 900 {
			return set, outOfRange("timeout", *n, 1, 900)
		}
		set.timeout = time.Duration(*n) * time.Second
	}
	if s := in.Description; s != nil {
		if len(*s) > 256 {
			return set, &parameterError{fmt.Sprintf("1 validation error detected: Value '%s' at 'description' failed to satisfy constraint: "+
				"Member must have length less than or equal to 256", *s)}
		}
		set.description = *s
	}
	if e := in.Environment; e != nil {
		set.env = nil // an update replaces all of them
		for _, name := range slices.Sorted(maps.Keys(e.Variables)) {
			set.env = append(set.env, name+"="+e.Variables[name])
		}
	}
	if l := in.LoggingConfig; l != nil {
		if !slices.Contains([]string{"", logText, logJSON}, l.LogFormat) {
			return set, &parameterError{fmt.Sprintf("1 validation error detected: Value '%s' at 'loggingConfig.logFormat' failed to satisfy constraint: "+
				"Member must satisfy enum value set: [JSON, Text]", l.LogFormat)}
		}
		set.logFormat = cmp.Or(l.LogFormat, set.logFormat)
		set.systemLogLevel = systemLogLevel(set.logFormat, cmp.Or(l.SystemLogLevel, set.systemLogLevel))
		set.logGroup = cmp.Or(l.LogGroup, set.logGroup)
	}
	set.given = maps.Clone(set.given)
	for _, name := range withoutEffect {
		if v, ok := request[name]; ok && string(v) != "null" {
			if set.given == nil {
				set.given = make(map[string]json.RawMessage)
			}
			set.given[name] = v
		}
	}
	return set, nil
}

func outOfRange(name string, n, low, high int) error {
	bound, limit := "greater", low
	if n > high {
		bound, limit = "less", high
	}
	return &parameterError{fmt.Sprintf("1 validation error detected: Value '%d' at '%s' failed to satisfy constraint: "+
		"Member must have value %s than or equal to %d", n, name, bound, limit)}
}

// variables returns the function's own environment variables by name.
func (set *settings) variables() map[string]string {
	out := make(map[string]string)
	for _, v := range set.env {
		name, value, _ := strings.Cut(v, "=")
		out[name] = value
	}
	return out
}
