package onaws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/lambdaapi"
)

// A subject is a function that is measured: by a temporary copy, or itself.
type subject struct {
	name      string // without a qualifier
	qualifier string // of the version to be copied; "" is $LATEST
	original  *lambdaapi.Function
	measured  string // the name of the function that is invoked
	live      bool

	last  *lambdaapi.Configuration // of the measured function, when it was last looked at
	steps int                      // how often its settings were changed
	first *answer                  // of our function: the first one, which all others must agree with
}

// A changedError ends a measurement: somebody else has changed the function.
type changedError struct {
	function string
	members  []string
}

func (e *changedError) Error() string {
	what := "its configuration"
	if len(e.members) > 0 {
		what = strings.Join(e.members, ", ")
	}
	return fmt.Sprintf("somebody else has changed function %s while it was measured (%s)", e.function, what)
}

// set gives the measured function a memory size and a new description, and waits until that is in
// effect. It ends the execution environments: the next invocation is a cold start.
//
// The file is written before the change, so that it can be undone whenever the process ends. The
// change is made under the last revision. A changedError says that somebody has made another one.
func (r *run) set(ctx context.Context, s *subject, memoryMB int) error {
	s.steps++
	description := fmt.Sprintf("%stemporary copy of %s, to be deleted; step %d", marker(r.todo.Run), s.name, s.steps)
	if s.live {
		description = fmt.Sprintf("%sbeing measured; step %d", marker(r.todo.Run), s.steps)
		if err := r.todo.setting(s.name, memoryMB, description); err != nil {
			return err
		}
	}
	for refusals := 0; ; refusals++ {
		_, err := r.client.Update(ctx, s.measured, lambdaapi.Change{MemorySize: &memoryMB, Description: &description, RevisionId: s.last.RevisionId})
		refused := lambdaapi.Has(err, lambdaapi.PreconditionFailed) || lambdaapi.Has(err, lambdaapi.Conflict)
		if err != nil && !refused {
			return err
		}
		now, waited := r.client.Wait(ctx, s.measured)
		if waited != nil {
			return waited
		}
		foreign := s.foreign(now, memoryMB, description)
		before := s.last
		s.last = now
		switch {
		case len(foreign) == 0 && now.Description == description && now.MemorySize == memoryMB:
			// Also where it was refused: that was the repetition of a request whose answer was lost.
			if s.live {
				r.todo.set(s.name)
			}
			return nil
		case len(foreign) == 0 && refused && now.Description == before.Description && refusals < mostRefusals:
			continue // Lambda itself has given the function a new revision, and nobody has changed it
		}
		changed := &changedError{s.measured, foreign}
		if e, _ := errors.AsType[*account.Error](err); s.live && refused && !e.Repeated {
			// Whatever the function has now, it is not from this change.
			return errors.Join(changed, r.todo.notSet(s.name))
		}
		return changed
	}
}

// mostRefusals is how often a change is tried again where it is refused and nobody has made another.
const mostRefusals = 3

// foreign returns the names of the members that somebody else has changed since the last look, while
// MemorySize and Description were about to get new values.
func (s *subject) foreign(now *lambdaapi.Configuration, memoryMB int, description string) []string {
	names := s.last.Differences(now)
	isSet := now.Description == description // no other change sets it
	if now.MemorySize != s.last.MemorySize && !(isSet && now.MemorySize == memoryMB) {
		names = append(names, "MemorySize")
	}
	if now.Description != s.last.Description && !isSet {
		names = append(names, "Description")
	}
	return names
}

// makeCopy makes the temporary function.
func (r *run) makeCopy(ctx context.Context, s *subject) error {
	request, err := r.copyRequest(ctx, s)
	if err != nil {
		return err
	}
	if err := r.todo.addCopy(s.measured, unqualified(s.original.Configuration.FunctionArn)); err != nil {
		return err
	}
	_, err = r.client.Create(ctx, request)
	withoutSecrets(err, s.original.Configuration)
	// The name is random: one that exists was made by an attempt whose answer was lost.
	if err != nil && !lambdaapi.Has(err, lambdaapi.Conflict) {
		return err
	}
	if err := r.todo.made(s.measured); err != nil {
		return err
	}
	s.last, err = r.client.Wait(ctx, s.measured)
	return err
}

// withoutSecrets removes the message of a refusal that quotes a variable of the function: Lambda quotes
// what it refuses.
func withoutSecrets(err error, f *lambdaapi.Configuration) {
	e, ok := errors.AsType[*account.Error](err)
	if !ok || f.Environment == nil {
		return
	}
	for _, value := range f.Environment.Variables {
		if len(value) > 3 && strings.Contains(e.Message, value) {
			e.Message = "(the message is left out: it has the value of a variable)"
		}
	}
}

// copyRequest returns the CreateFunction request for a copy of a function.
func (r *run) copyRequest(ctx context.Context, s *subject) (map[string]any, error) {
	f := s.original.Configuration
	request := map[string]any{
		"FunctionName": s.measured,
		"Description":  marker(r.todo.Run) + "temporary copy of " + s.name + ", to be deleted",
	}
	for _, name := range copied {
		if v, ok := f.Members[name]; ok && string(v) != "null" {
			request[name] = v
		}
	}
	// Some members have another form in the request.
	var form struct {
		VpcConfig *struct {
			SubnetIds, SecurityGroupIds []string
			Ipv6AllowedForDualStack     bool `json:",omitempty"`
		}
		Layers              []struct{ Arn string }
		ImageConfigResponse *struct{ ImageConfig map[string]any }
		LoggingConfig       map[string]any
	}
	if err := f.Into(&form); err != nil {
		return nil, err
	}
	if v := form.VpcConfig; v != nil && len(v.SubnetIds) > 0 {
		request["VpcConfig"] = v
	}
	if len(form.Layers) > 0 {
		var arns []string
		for _, layer := range form.Layers {
			arns = append(arns, layer.Arn)
		}
		request["Layers"] = arns
	}
	if form.ImageConfigResponse != nil && form.ImageConfigResponse.ImageConfig != nil {
		request["ImageConfig"] = form.ImageConfigResponse.ImageConfig
	}
	if f.Environment != nil {
		request["Environment"] = map[string]any{"Variables": f.Environment.Variables}
	}
	if form.LoggingConfig == nil {
		form.LoggingConfig = map[string]any{}
	}
	// The copy logs where the function logs: its role may log there, and no log group is left.
	form.LoggingConfig["LogGroup"] = logGroup(f)
	if hidden(f) {
		form.LoggingConfig["SystemLogLevel"] = "INFO" // the reports are logged at this level
	}
	request["LoggingConfig"] = form.LoggingConfig
	if f.PackageType == "Image" {
		request["Code"] = map[string]any{"ImageUri": s.original.Code.ImageUri}
		return request, nil
	}
	code, err := r.client.Download(ctx, s.original)
	if err != nil {
		return nil, err
	}
	request["Code"] = map[string]any{"ZipFile": code}
	return request, nil
}

// copied are the members of a configuration that a copy has as they are. Those with another form in
// a request are in copyRequest.
var copied = []string{"Runtime", "Role", "Handler", "Timeout", "MemorySize", "KMSKeyArn", "TracingConfig", "FileSystemConfigs",
	"Architectures", "EphemeralStorage", "PackageType"}

// others are the members that a copy has in another form, or is measured without: they say who the
// function is, or what happens when it is invoked in other ways.
var others = []string{"FunctionName", "FunctionArn", "Version", "Description", "CodeSize", "CodeSha256", "LastModified", "RevisionId", "MasterArn",
	"State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "ConfigSha256",
	"SigningProfileVersionArn", "SigningJobArn", "RuntimeVersionConfig", "DeadLetterConfig", "SnapStart",
	"VpcConfig", "Layers", "ImageConfigResponse", "LoggingConfig", "Environment"}

// notOnDemand are the members of functions that are invoked in another way than this measures.
var notOnDemand = []string{"CapacityProviderConfig", "DurableConfig", "TenancyConfig"}

// unknownMembers returns the settings that a copy would not have, because they were not known when
// this was written.
func unknownMembers(f *lambdaapi.Configuration) []string {
	var out []string
	for name, value := range f.Members {
		if string(value) != "null" && !slices.Contains(copied, name) && !slices.Contains(others, name) && !slices.Contains(notOnDemand, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// logGroup returns the log group of a function. API Reference, LoggingConfig: the default is
// /aws/lambda/ and its name.
func logGroup(f *lambdaapi.Configuration) string {
	if f.LoggingConfig != nil && f.LoggingConfig.LogGroup != "" {
		return f.LoggingConfig.LogGroup
	}
	return "/aws/lambda/" + f.FunctionName
}

// hidden reports whether a function's settings keep Lambda from logging the reports.
func hidden(f *lambdaapi.Configuration) bool {
	return f.LoggingConfig != nil && f.LoggingConfig.LogFormat == "JSON" && f.LoggingConfig.SystemLogLevel == "WARN"
}

// maxZip is the largest package that can be uploaded with a request. Developer Guide, Lambda quotas.
const maxZip = 50 << 20

// check returns why a function cannot be measured.
func (s *subject) check(ctx context.Context, client *lambdaapi.Client) error {
	f := s.original.Configuration
	if marked(f.Description) {
		return fmt.Errorf("its description is %q: lab is measuring it, or has not restored it (lab cold --restore FILE)", f.Description)
	}
	for _, name := range notOnDemand {
		if v, ok := f.Members[name]; ok && string(v) != "null" {
			return fmt.Errorf("it has %s; lab measures functions that are invoked on demand", name)
		}
	}
	if !s.live {
		switch e := f.Environment; {
		case e != nil && e.Error != nil:
			return fmt.Errorf("its environment cannot be read (%s: %s), so no copy would be the same", e.Error.ErrorCode, e.Error.Message)
		case f.PackageType != "Image" && f.CodeSize > maxZip:
			return fmt.Errorf("its package has %d MB, and a copy of more than 50 MB cannot be uploaded", f.CodeSize>>20)
		case f.PackageType != "Image" && s.original.Code.Location == "":
			return errors.New("its package cannot be downloaded")
		}
		return nil
	}
	if s.qualifier != "" {
		return errors.New("a version cannot be changed: --live measures $LATEST")
	}
	if hidden(f) {
		return errors.New("its system log level WARN hides the REPORT lines")
	}
	if !f.Ready() {
		return fmt.Errorf("its state is %s and its last update %s", f.State, f.LastUpdateStatus)
	}
	signs, err := client.Traffic(ctx, s.name)
	if err != nil {
		return fmt.Errorf("whether it is used cannot be found out: %w", err)
	}
	if len(signs) > 0 {
		return fmt.Errorf("it is in use, so that a change of its memory size would reach others:\n  %s\nwithout --live, a copy is measured", strings.Join(signs, "\n  "))
	}
	return nil
}
