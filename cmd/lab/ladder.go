package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/chart"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

var ladderCommand = &cli.Command{
	Name:  "ladder",
	Args:  "[FILE...]",
	Short: "what each habit costs a cold start: from Go with AWS's SDK to ours, a step at a time",
	About: `
Measures as lab cold does: the same sandbox, samples, checks and figures. What it measures is
a ladder, each rung one habit less than the one before it:

  the Go SDK version, nothing opened in INIT, one batch after another, system's roots loaded
  batches in flight together
  a connection to each service opened in INIT
  no SDK
  no net/http
  a connection for each batch in flight opened in INIT
  roots embedded
  our parser and tables in place of encoding/csv and maps, SIMD in them
  compiled small: ours

and beside it the same job in Go and in Rust, with AWS's SDK and bare. Without --job, it is
greetings that are measured, from exec to GET /next alone: the smallest function of each kind
of library, and the functions above with nothing configured.

peers/ladder/build.sh builds the rungs, peers/*/build.sh the others; what is not built is
left out, and said to be. A FILE is what an earlier run wrote with --json: then nothing is
measured, and all of them are printed, in --markdown and --svg too.`,
	Examples: `
lab ladder --job --memory 128 --json ladder-128.json
lab ladder --cache dropped --json hello-dropped.json
lab ladder --markdown docs/ladder.md --svg docs ladder-128.json hello-dropped.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		b := new(ladderBench)
		var job, plain bool
		var binary, dir, markdown, svg string
		f.Bool(&job, "job", "the whole job, up to the first answer; else the start to /next, unconfigured")
		cli.Whole(f, &b.rows, "rows", 2000, 0, maxRunRows, "`N` rows of the experiment's data (default 2000)")
		memoryFlag(f, &b.memory, []int{128}, "`LIST` memory sizes in MB, with commas between (default 128)")
		cli.Whole(f, &b.n, "n", 20, 1, 100_000, "`N` samples of each function at each size (default 20)")
		f.Duration(&b.rtt, "rtt", defaultRoundTrip, 0, time.Minute, "`TIME` round trip to S3 and DynamoDB (default 5ms)")
		b.declare(f)
		f.String(&binary, "bootstrap", builtBootstrap(), "`PATH` our function (default "+builtBootstrap()+")")
		f.String(&dir, "peers", "peers", "`DIR` where the rungs and the others are (default peers)")
		f.String(&b.only, "only", "", "`NAMES` of the functions to measure, without commas of their own, with commas between (default all)")
		f.String(&b.storage, "storage", "", "`TEXT` what the programs lie on, when it is not this machine's disk")
		f.String(&markdown, "markdown", "", "`FILE` write the tables there")
		f.String(&svg, "svg", "", "`DIR` write a picture of each table there")
		f.Bool(&plain, "plain", "print the tables without colour or lines")
		return func(c *cli.Console, args []string) error {
			reports, err := report.ReadLadders(args)
			if err == nil && len(args) == 0 {
				reports, err = b.measure(binary, dir, job, c)
			}
			if err != nil {
				return err
			}
			if markdown != "" {
				if err := os.WriteFile(markdown, []byte(report.LadderMarkdown(reports)), 0o644); err != nil {
					return err
				}
			}
			if svg != "" {
				if err := chart.WriteLadders(svg, reports); err != nil {
					return err
				}
			}
			if err := report.PrintLadders(cli.NewPage(c.Out, plain), reports); err != nil {
				return err
			}
			if slices.ContainsFunc(reports, func(r *report.Ladder) bool { return !r.OK }) {
				return cli.ErrReported
			}
			return nil
		}
	},
}

// A rung is a function of the ladder with its program.
type rung struct {
	report.Rung
	path string // below the folder of the peers; "" is our own function
}

// jobRungs go from the SDK to ours. The rest compares languages, each with and without SDK.
var jobRungs = []rung{
	{report.Rung{Name: "go-sdk, as usual", What: "AWS's SDK and runtime library, encoding/csv; no connection opened in INIT; one batch after another", Part: report.PartSteps}, "ladder/dist/sdk-original"},
	{report.Rung{Name: "batches together", What: "eight batches in flight", Part: report.PartSteps}, "ladder/dist/sdk-together"},
	{report.Rung{Name: "connections in INIT", What: "one to each service, by HeadObject and DescribeTable; the system's roots are loaded there too", Part: report.PartSteps}, "ladder/dist/sdk-warm"},
	{report.Rung{Name: "no SDK", What: "net/http and encoding/json, requests signed by hand", Part: report.PartSteps}, "ladder/dist/nethttp"},
	{report.Rung{Name: "no net/http", What: "packages runtime, aws, ddbwire", Part: report.PartSteps}, "ladder/dist/bare-few"},
	{report.Rung{Name: "all connections in INIT", What: "to DynamoDB one for each batch in flight", Part: report.PartSteps}, "ladder/dist/bare-roots"},
	{report.Rung{Name: "roots embedded", What: "the system's are not loaded", Part: report.PartSteps}, "ladder/dist/bare"},
	{report.Rung{Name: "own parser", What: "packages csvfast and aggregate, SIMD in them", Part: report.PartSteps}, "ladder/dist/simd"},
	{report.Rung{Name: "pages asked for", What: "its first instructions ask the kernel for all of itself (package prefetch)", Part: report.PartSteps}, "ladder/dist/asked"},
	{report.Rung{Name: report.Ours, What: "compiled for size where it runs a few times only: the flags of make bootstrap", Part: report.PartSteps}, ""},
	{report.Rung{Name: "rust, SDK", What: "peers/rust", Part: report.PartLanguages}, "rust/dist"},
	{report.Rung{Name: "rust, bare", What: "peers/rust-bare: sockets, rustls, SIMD", Part: report.PartLanguages}, "rust-bare/dist"},
	{report.Rung{Name: "go, SDK", What: "peers/go-sdk", Part: report.PartLanguages}, "go-sdk/dist"},
}

// helloRungs are compared by their start alone.
var helloRungs = []rung{
	{report.Rung{Name: report.Ours, What: "the whole function, TLS in it", Part: report.PartHello}, ""},
	{report.Rung{Name: "hello, our runtime", What: "runtime/examples/hello: package runtime and encoding/json", Part: report.PartHello}, "ladder/dist/hello-ours"},
	{report.Rung{Name: "hello, aws-lambda-go", What: "AWS's library for Go", Part: report.PartHello}, "ladder/dist/hello-lambda"},
	{report.Rung{Name: "hello, pages asked for", What: "the same; its first instructions ask the kernel for all of itself (package prefetch)", Part: report.PartHello}, "ladder/dist/hello-asked"},
	{report.Rung{Name: "hello, SDK linked", What: "AWS's library for Go, and an SDK that it never calls", Part: report.PartHello}, "ladder/dist/hello-linked"},
	{report.Rung{Name: "go, SDK", What: "peers/go-sdk", Part: report.PartHello}, "go-sdk/dist"},
	{report.Rung{Name: "hello, Rust std", What: "the standard library alone, static, no TLS", Part: report.PartHello}, "ladder/dist/hello-static"},
	{report.Rung{Name: "hello, lambda_runtime", What: "AWS's library for Rust", Part: report.PartHello}, "ladder/dist/hello-rust"},
	{report.Rung{Name: "rust, bare", What: "peers/rust-bare", Part: report.PartHello}, "rust-bare/dist"},
	{report.Rung{Name: "rust, SDK", What: "peers/rust", Part: report.PartHello}, "rust/dist"},
}

// ladderBench is one `lab ladder`.
type ladderBench struct {
	coldBench
	only    string
	storage string
	rungs   []report.Rung
	left    []string
}

// choose finds the rungs' programs.
func (b *ladderBench) choose(rungs []rung, binary, dir string) error {
	names := strings.Split(b.only, ",")
	for _, r := range rungs {
		if b.only != "" && !slices.ContainsFunc(names, func(n string) bool { return strings.TrimSpace(n) == strings.ReplaceAll(r.Name, ",", "") }) {
			continue
		}
		path := binary
		if r.path != "" {
			path = filepath.Join(dir, filepath.FromSlash(r.path), "bootstrap")
		}
		if _, err := os.Stat(path); err != nil && r.path != "" {
			b.left = append(b.left, fmt.Sprintf("left out: %s, there is no %s", r.Name, path))
			continue
		}
		abs, bytes, err := findProgram(path)
		if err != nil {
			return err
		}
		b.rungs = append(b.rungs, r.Rung)
		b.functions = append(b.functions, report.Program{Name: r.Name, Path: abs, Bytes: bytes})
	}
	if len(b.functions) == 0 {
		return fmt.Errorf("--only %q: %w", b.only, fs.ErrNotExist)
	}
	return b.ready(b.memory, b.functions)
}

func (b *ladderBench) measure(binary, dir string, job bool, c *cli.Console) ([]*report.Ladder, error) {
	rungs := helloRungs
	if job {
		rungs = jobRungs
	}
	if err := b.choose(rungs, binary, dir); err != nil {
		return nil, err
	}
	r := &report.Ladder{Kind: report.KindLadder, Rungs: b.rungs, LeftOut: b.left, Job: job, Storage: b.storage}
	take := b.run
	if !job {
		take = b.greet
	}
	cold, err := take(cli.NewStatus(c.Err))
	if err != nil {
		return nil, err
	}
	cold.Ratios = nil // of everything to the first: the ladder's own are others
	r.Cold = *cold
	r.Kind = report.KindLadder
	r.SetRatios()
	return []*report.Ladder{r}, report.Save(b.file, r)
}
