package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/cold"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/onaws"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/tune"
)

// An awsFlags has the flags of cold and tune for functions in an AWS account.
type awsFlags struct {
	onaws.Config
	flags           *cli.Flags
	function, event string
	table, restore  string
	copies          bool
}

// awsOnly are the flags that have a meaning with --function only; awsToo those that go with it.
var (
	awsOnly = []string{"copy", "live", "payload", "table", "profile", "region", "record", "yes"}
	awsToo  = []string{"function", "memory", "n", "seed", "json", "plain", "strategy", "balanced-weight", "tool-json"}
)

// declareAWS declares the flags.
func declareAWS(f *cli.Flags, functions string) *awsFlags {
	a := &awsFlags{flags: f}
	f.String(&a.function, "function", "", "`"+functions+"` measure on AWS, instead of in a sandbox here: a name or an ARN, with a version or an alias behind it or not")
	f.Bool(&a.copies, "copy", "with --function: measure a temporary copy, and delete it (the default)")
	f.String(&a.Live, "live", "", "`NAME` with --function: measure this function itself, and restore it; refused if it is in use")
	f.String(&a.event, "payload", "{}", "`JSON|@FILE` with --function: the event of each invocation (default {})")
	f.String(&a.table, "table", "", "`NAME` with --function: add \"table\" to the event, so that our function writes what is measured into a table of its own")
	f.String(&a.Profile, "profile", "", "`NAME` with --function: profile with the credentials (default as for the AWS CLI)")
	f.String(&a.Region, "region", "", "`NAME` with --function: region (default that of the ARN, of the environment, or of the profile)")
	f.String(&a.Record, "record", "", "`FILE` with --function: for the REPORT lines (default lab-TIME.jsonl)")
	f.Bool(&a.Yes, "yes", "with --function: do not ask whether to go on")
	f.String(&a.restore, "restore", "", "`FILE` undo what an earlier run on AWS could not undo, as the file says that it has left")
	return a
}

// asked reports whether the command line is about functions on AWS.
func (a *awsFlags) asked() bool { return a.function != "" || a.restore != "" }

// check refuses flags that do not go together, and reads the event.
func (a *awsFlags) check() error {
	for _, name := range a.flags.Given() {
		switch {
		case !a.asked() && slices.Contains(awsOnly, name):
			return cli.Usagef("--%s goes with --function", name)
		case a.restore != "" && !slices.Contains([]string{"restore", "profile", "region"}, name):
			return cli.Usagef("--%s does not go with --restore", name)
		case a.function != "" && !slices.Contains(awsOnly, name) && !slices.Contains(awsToo, name):
			return cli.Usagef("--%s is for the sandbox and does not go with --function", name)
		}
	}
	if a.function == "" {
		return nil
	}
	if a.copies && a.Live != "" {
		return cli.Usagef("--copy and --live exclude each other")
	}
	a.Functions = strings.Split(a.function, ",")
	if a.Record == "" {
		a.Record = "lab-" + time.Now().UTC().Format("20060102T150405Z") + ".jsonl"
	}
	if err := a.readEvent(); err != nil {
		return err
	}
	return a.Check()
}

// readEvent reads the event, and adds the table.
func (a *awsFlags) readEvent() error {
	a.Event = []byte(a.event)
	if file, ok := strings.CutPrefix(a.event, "@"); ok {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		a.Event = text
	}
	if !json.Valid(a.Event) {
		return cli.Usagef("--payload is no JSON")
	}
	if a.table == "" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(a.Event))
	d.UseNumber()
	var members map[string]json.RawMessage
	if err := d.Decode(&members); err != nil || members == nil {
		return cli.Usagef("--table adds a member to the event, which is no object")
	}
	name, err := json.Marshal(a.table)
	if err != nil {
		return err
	}
	members["table"] = name
	a.Event, err = json.Marshal(members)
	return err
}

// run measures, or restores. After Ctrl-C what was changed is undone; a second one ends lab at once.
func (a *awsFlags) run(c *cli.Console, measured func(context.Context) error) error {
	ctx, stop := interruptible()
	defer stop()
	context.AfterFunc(ctx, stop)
	if a.restore != "" {
		return onaws.Restore(ctx, a.restore, a.Source, a.Connect, c.Err)
	}
	return measured(ctx)
}

// cold measures starts: at the functions' own memory size, unless sizes are given.
func (a *awsFlags) cold(c *cli.Console, o *cold.Config, plain bool) error {
	a.N, a.Seed, a.Dir = o.N, o.Seed, "."
	if slices.Contains(a.flags.Given(), "memory") {
		a.Memory = o.Memory
	}
	if err := measure.Writable(o.File); err != nil {
		return err
	}
	return a.run(c, func(ctx context.Context) error {
		r, err := a.Cold(ctx, c)
		if r == nil {
			return err
		}
		// What was measured before an error is reported, too.
		if err := errors.Join(report.Save(o.File, r), r.Print(cli.NewPage(c.Out, plain)), err); err != nil {
			return err
		}
		return reported(r.OK)
	})
}

// tune measures one function at several memory sizes.
func (a *awsFlags) tune(c *cli.Console, o *tune.Config, tool string, plain bool) error {
	a.N, a.Seed, a.Dir, a.Memory = o.N, o.Seed, ".", o.Memory
	if len(a.Functions) > 1 {
		return cli.Usagef("tune measures one function, and --function names %d", len(a.Functions))
	}
	if err := errors.Join(measure.Writable(o.File), measure.Writable(tool)); err != nil {
		return err
	}
	return a.run(c, func(ctx context.Context) error {
		r, err := a.Tune(ctx, c, o.Strategy, o.Weight)
		if r == nil {
			return err
		}
		saved := report.Save(o.File, r)
		if r.PowerTuning != nil {
			saved = errors.Join(saved, report.Save(tool, r.PowerTuning))
		}
		if err := errors.Join(saved, r.Print(cli.NewPage(c.Out, plain)), err); err != nil {
			return err
		}
		return reported(r.OK)
	})
}
