package lambdaapi

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// A Configuration is what Lambda shows of a function: the members that are needed here, and all of
// them as they came.
type Configuration struct {
	FunctionName, FunctionArn, Version, Runtime, Role, PackageType string
	Description, RevisionId, CodeSha256                            string
	MemorySize, Timeout                                            int
	CodeSize                                                       int64
	Architectures                                                  []string
	State, StateReason, LastUpdateStatus, LastUpdateStatusReason   string
	Environment                                                    *struct {
		Variables map[string]string
		Error     *struct{ ErrorCode, Message string }
	}
	LoggingConfig        *struct{ LogFormat, SystemLogLevel, LogGroup string }
	SnapStart            *struct{ ApplyOn string }
	RuntimeVersionConfig *struct{ RuntimeVersionArn string }

	Members map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps all members, too.
func (f *Configuration) UnmarshalJSON(text []byte) error {
	type plain Configuration
	if err := json.Unmarshal(text, (*plain)(f)); err != nil {
		return err
	}
	return json.Unmarshal(text, &f.Members)
}

// Ready reports whether the function can be invoked, and changed.
func (f *Configuration) Ready() bool {
	return (f.State == "" || f.State == "Active") && (f.LastUpdateStatus == "" || f.LastUpdateStatus == "Successful")
}

// moving are the members that change without anybody changing the function, and the two that Update
// changes.
var moving = []string{"RevisionId", "LastModified", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode",
	"State", "StateReason", "StateReasonCode", "RuntimeVersionConfig", "ConfigSha256", "MemorySize", "Description"}

// Differences returns the names of the members that differ between two configurations of a
// function, other than those which move. It returns no values: they can be secrets.
func (f *Configuration) Differences(g *Configuration) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(f.Members)), maps.Keys(g.Members))
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		return slices.Contains(moving, name) || reflect.DeepEqual(parsed(f.Members[name]), parsed(g.Members[name]))
	})
}

// parsed returns a JSON value; a missing one is null.
func parsed(text json.RawMessage) (v any) {
	json.Unmarshal(text, &v) // it came from JSON
	return v
}

// Into reads members into a struct.
func (f *Configuration) Into(to any) error {
	text, err := json.Marshal(f.Members)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, to)
}
