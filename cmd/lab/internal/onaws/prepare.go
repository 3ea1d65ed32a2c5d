package onaws

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/lambdaapi"
	"reduction/cmd/lab/internal/pricing"
)

// A reference is how a function was named.
type reference struct {
	name, qualifier string
	arn             string // without the qualifier; "" if it was named by its name
	region          string // of the ARN
}

// parseReference reads NAME, NAME:VERSION, or an ARN with or without a version or alias.
func parseReference(text string) (reference, error) {
	r := reference{}
	rest := text
	if parts := strings.SplitN(text, ":", 7); parts[0] == "arn" {
		if len(parts) != 7 || parts[2] != "lambda" || parts[3] == "" || parts[5] != "function" {
			return r, cli.Usagef("--function %s is no ARN of a function, as in arn:aws:lambda:eu-west-1:123456789012:function:NAME", text)
		}
		r.region, rest = parts[3], parts[6]
		name, _, _ := strings.Cut(rest, ":")
		r.arn = strings.Join(parts[:6], ":") + ":" + name
	}
	r.name, r.qualifier, _ = strings.Cut(rest, ":")
	if r.qualifier == "$LATEST" {
		r.qualifier = ""
	}
	if !isFunctionName(r.name) || r.qualifier != "" && !isFunctionName(r.qualifier) {
		return r, cli.Usagef("--function %q is neither a name nor an ARN", text)
	}
	return r, nil
}

// label is the name of a function in the report.
func (s *subject) label() string {
	if s.qualifier == "" {
		return s.name
	}
	return s.name + ":" + s.qualifier
}

// Check returns what is wrong with the settings, before anything is asked of AWS.
func (c *Config) Check() error {
	if len(c.Functions) == 0 {
		return cli.Usagef("--function is missing")
	}
	for i, text := range c.Functions {
		ref, err := parseReference(text)
		if err != nil {
			return err
		}
		if slices.Contains(c.Functions[:i], text) {
			return cli.Usagef("--function has %s twice", text)
		}
		if c.Live != "" && (len(c.Functions) > 1 || c.Live != ref.name) {
			return cli.Usagef("--live %s: it takes the name of the one function that --function names", c.Live)
		}
		if ref.region == "" {
			continue
		}
		if c.Region != "" && c.Region != ref.region {
			return cli.Usagef("--function %s is not in region %s", text, c.Region)
		}
		c.Region = ref.region
	}
	return nil
}

// prepare reads the account and the functions, and checks that they can be measured. It changes
// nothing.
func (r *run) prepare(ctx context.Context) error {
	connect := r.Connect
	if connect == nil {
		connect = account.Load
	}
	a, err := connect(r.Source)
	if err != nil {
		return err
	}
	r.client = &lambdaapi.Client{Account: a}
	var errs []error
	for _, text := range r.Functions {
		ref, err := parseReference(text)
		if err != nil {
			return err
		}
		r.status.Say("looking at " + text)
		s, err := r.subject(ctx, ref)
		if err != nil {
			errs = append(errs, fmt.Errorf("function %s: %w", text, err))
			continue
		}
		r.subjects = append(r.subjects, s)
	}
	r.status.Clear()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	memory := r.Memory
	if len(memory) == 0 {
		memory = []int{r.subjects[0].original.Configuration.MemorySize}
		for _, s := range r.subjects {
			if n := s.original.Configuration.MemorySize; n != memory[0] {
				return cli.Usagef("the functions have different memory sizes, %d and %d MB: give --memory", memory[0], n)
			}
		}
	}
	for _, mb := range memory {
		for _, s := range r.subjects {
			r.targets = append(r.targets, &target{subject: s, memoryMB: mb})
		}
	}
	return nil
}

// subject looks at a function.
func (r *run) subject(ctx context.Context, ref reference) (*subject, error) {
	f, err := r.client.Function(ctx, ref.name, ref.qualifier)
	if err != nil {
		return nil, err
	}
	// A name is looked up in the account of the credentials. An ARN may be of another one.
	if arn := f.Configuration.FunctionArn; ref.arn != "" && arn != ref.arn && !strings.HasPrefix(arn, ref.arn+":") {
		return nil, fmt.Errorf("the credentials are those of another account: there is %s", arn)
	}
	s := &subject{name: ref.name, qualifier: ref.qualifier, original: f, measured: ref.name, live: r.Live != ""}
	if !s.live {
		s.measured = copyName(r.id, ref.name, len(r.subjects))
	}
	return s, s.check(ctx, r.client)
}

// copyName returns the name of the temporary function of the i-th function.
func copyName(run, name string, i int) string {
	prefix := fmt.Sprintf("%s%s-%d-", copyPrefix, run, i)
	return prefix + name[:min(len(name), 64-len(prefix))]
}

// unqualified returns the ARN of a function without a version or an alias.
func unqualified(arn string) string {
	parts := strings.SplitN(arn, ":", 8)
	return strings.Join(parts[:min(len(parts), 7)], ":")
}

// A plan is what a measurement is going to do, as far as it costs money.
type plan struct {
	what        string // in a few words
	invocations []int  // of each target
	uncounted   int    // those of them that do not count
}

// print tells the user what will be done.
func (r *run) print(p *plan) error {
	page := cli.NewPage(r.err, false)
	page.Heading("On AWS, in %s, account %s, with the credentials of %s", r.client.Region, accountOf(r.subjects[0]), r.client.From)
	total := 0
	second, most := 0.0, 0.0
	for i, t := range r.targets {
		f, n := t.original.Configuration, float64(p.invocations[i])
		prices, _ := pricing.Of(architecture(f))
		second += n * (prices.Compute(t.memoryMB, 1000) + prices.Request)
		most += n * (prices.Compute(t.memoryMB, 1000*float64(f.Timeout)) + prices.Request)
		total += p.invocations[i]
	}
	for _, s := range r.subjects {
		f := s.original.Configuration
		page.Blank()
		if s.live {
			page.Bad("%s ITSELF is measured: its memory size and description are changed, and set back at the end", s.name)
		} else {
			page.Text("%s: a temporary copy, %s, of the same package (%s), role and settings, deleted at the end", s.label(), s.measured, cli.Size(f.CodeSize))
		}
		page.Note("  %s, %s; now %d MB; timeout %d s; role %s", packaging(f), architecture(f), f.MemorySize, f.Timeout, f.Role)
		for _, warning := range r.warnings(s) {
			page.Bad("  %s", warning)
		}
	}
	page.Blank()
	page.Text("%d invocations: %s, of which %d do not count. Each is a real one: the function does its work, with the rights of its role, for the event %s",
		total, p.what, p.uncounted, shortened(r.Event))
	page.Text("Lambda's price in us-east-1: %s if each takes a second, at most %s, if each runs into the timeout. What the function makes other services charge is not in it.",
		dollars(second), dollars(most))
	page.Text("lab-restore-%s.json will say what is to be undone, in case lab cannot do it; %s will have the REPORT lines.", r.id, r.Record)
	page.Blank()
	return page.Flush()
}

// warnings are what the owner of a function should know before it is measured.
func (r *run) warnings(s *subject) []string {
	var out []string
	f := s.original.Configuration
	if f.Environment != nil {
		if table := f.Environment.Variables["DB_TABLE"]; table != "" && !strings.Contains(string(r.Event), `"table"`) {
			out = append(out, "it writes its results into "+table+", as it does otherwise; --table NAME keeps the measured ones apart")
		}
	}
	if f.SnapStart != nil && f.SnapStart.ApplyOn == "PublishedVersions" {
		out = append(out, "SnapStart works in published versions only: it is measured without")
	}
	if s.live {
		return append(out, "whoever deploys it meanwhile, or publishes a version, meets the changed settings")
	}
	if hidden(f) {
		out = append(out, "its system log level WARN hides the REPORT lines; the copy has INFO")
	}
	out = append(out, "the copy logs into "+logGroup(f)+": metric filters and alarms on it count its invocations, too")
	if names := unknownMembers(f); len(names) > 0 {
		out = append(out, "the copy is made without "+strings.Join(names, ", ")+", which lab does not know")
	}
	return out
}

// ask asks whether to go on.
func (r *run) ask(ctx context.Context, in io.Reader) error {
	if r.Yes {
		return nil
	}
	fmt.Fprint(r.err, "Go on? [y/N] ")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case text := <-answer:
		if text != "y" && text != "yes" {
			return errors.New("nothing was done; with --yes there is no question")
		}
		return nil
	}
}

// accountOf returns the number of the account that a function is in.
func accountOf(s *subject) string {
	parts := strings.Split(s.original.Configuration.FunctionArn, ":")
	if len(parts) < 5 {
		return "unknown"
	}
	return parts[4]
}

func architecture(f *lambdaapi.Configuration) string {
	if len(f.Architectures) == 0 {
		return pricing.X86 // API Reference, CreateFunction: the default
	}
	return f.Architectures[0]
}

// packaging returns the runtime, or that the package is an image.
func packaging(f *lambdaapi.Configuration) string {
	if f.Runtime == "" {
		return "a container image"
	}
	return f.Runtime
}

// dollars writes a small amount.
func dollars(v float64) string {
	if v < 0.01 {
		return "less than a cent"
	}
	return fmt.Sprintf("$%.2f", v)
}
