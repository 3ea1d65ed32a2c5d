package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
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
			reports, err := loadLadders(args)
			if err == nil && len(args) == 0 {
				reports, err = b.measure(binary, dir, job, c)
			}
			if err != nil {
				return err
			}
			if err := writeLadders(reports, markdown, svg); err != nil {
				return err
			}
			return printLadders(cli.NewPage(c.Out, plain), reports)
		}
	},
}

// A rung is one function of the ladder, or of what stands beside it.
type rung struct {
	Name string `json:"name"`
	What string `json:"what"` // what is different from the rung before, or what it is
	Part string `json:"part"` // the table that it belongs to
	path string // below the folder of the peers; "" is our own function
}

// Parts of the report.
const (
	partSteps     = "steps"
	partLanguages = "languages"
	partHello     = "hello"
)

// jobRungs go from the SDK to ours. The rest compares languages, each with and without SDK.
var jobRungs = []rung{
	{"go-sdk, as usual", "AWS's SDK and runtime library, encoding/csv; no connection opened in INIT; one batch after another", partSteps, "ladder/dist/sdk-original"},
	{"batches together", "eight batches in flight", partSteps, "ladder/dist/sdk-together"},
	{"connections in INIT", "one to each service, by HeadObject and DescribeTable; the system's roots are loaded there too", partSteps, "ladder/dist/sdk-warm"},
	{"no SDK", "net/http and encoding/json, requests signed by hand", partSteps, "ladder/dist/nethttp"},
	{"no net/http", "packages runtime, aws, ddbwire", partSteps, "ladder/dist/bare-few"},
	{"all connections in INIT", "to DynamoDB one for each batch in flight", partSteps, "ladder/dist/bare-roots"},
	{"roots embedded", "the system's are not loaded", partSteps, "ladder/dist/bare"},
	{"own parser", "packages csvfast and aggregate, SIMD in them", partSteps, "ladder/dist/simd"},
	{"pages asked for", "its first instructions ask the kernel for all of itself (package prefetch)", partSteps, "ladder/dist/asked"},
	{ours, "compiled for size where it runs a few times only: the flags of make bootstrap", partSteps, ""},
	{"rust, SDK", "peers/rust", partLanguages, "rust/dist"},
	{"rust, bare", "peers/rust-bare: sockets, rustls, SIMD", partLanguages, "rust-bare/dist"},
	{"go, SDK", "peers/go-sdk", partLanguages, "go-sdk/dist"},
}

// helloRungs are compared by their start alone.
var helloRungs = []rung{
	{ours, "the whole function, TLS in it", partHello, ""},
	{"hello, our runtime", "runtime/examples/hello: package runtime and encoding/json", partHello, "ladder/dist/hello-ours"},
	{"hello, aws-lambda-go", "AWS's library for Go", partHello, "ladder/dist/hello-lambda"},
	{"hello, pages asked for", "the same; its first instructions ask the kernel for all of itself (package prefetch)", partHello, "ladder/dist/hello-asked"},
	{"hello, SDK linked", "AWS's library for Go, and an SDK that it never calls", partHello, "ladder/dist/hello-linked"},
	{"go, SDK", "peers/go-sdk", partHello, "go-sdk/dist"},
	{"hello, Rust std", "the standard library alone, static, no TLS", partHello, "ladder/dist/hello-static"},
	{"hello, lambda_runtime", "AWS's library for Rust", partHello, "ladder/dist/hello-rust"},
	{"rust, bare", "peers/rust-bare", partHello, "rust-bare/dist"},
	{"rust, SDK", "peers/rust", partHello, "rust/dist"},
}

// ladderBench is one `lab ladder`.
type ladderBench struct {
	coldBench
	only    string
	storage string
	rungs   []rung
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
		b.rungs = append(b.rungs, r)
		b.functions = append(b.functions, program{Name: r.Name, Path: abs, Bytes: bytes})
	}
	if len(b.functions) == 0 {
		return fmt.Errorf("--only %q: %w", b.only, fs.ErrNotExist)
	}
	return b.ready(b.memory, b.functions)
}

func (b *ladderBench) measure(binary, dir string, job bool, c *cli.Console) ([]*ladderReport, error) {
	rungs := helloRungs
	if job {
		rungs = jobRungs
	}
	if err := b.choose(rungs, binary, dir); err != nil {
		return nil, err
	}
	r := &ladderReport{Kind: kindLadder, Rungs: b.rungs, Left: b.left, Job: job, Storage: b.storage}
	take := b.run
	if !job {
		take = b.greet
	}
	cold, err := take(cli.NewStatus(c.Err))
	if err != nil {
		return nil, err
	}
	cold.Ratios = nil // of everything to the first: the ladder's own are others
	r.coldReport = *cold
	r.Kind = kindLadder
	r.climb()
	return []*ladderReport{r}, save(b.file, r)
}

// climb sets each step against the one before it, and everything against ours.
func (r *ladderReport) climb() {
	r.Ratios = nil
	n := len(r.Functions)
	for i := 0; i < len(r.Cells); i += n {
		cells := r.Cells[i : i+n]
		our := slices.IndexFunc(cells, func(f found) bool { return f.Function == ours })
		for j := range cells {
			if j > 0 && r.Rungs[j].Part == partSteps {
				r.compareTo(&cells[j], &cells[j-1], "step")
			}
			if our >= 0 && j != our {
				r.compareTo(&cells[our], &cells[j], "ours")
			}
		}
	}
}

// compareTo adds the ratio of a to b under the name of the rung that is not ours.
func (r *ladderReport) compareTo(a, b *found, kind string) {
	if len(a.Samples) == 0 || len(b.Samples) == 0 {
		return
	}
	figure := r.figure()
	peer := b.Function
	if kind == "step" {
		peer = a.Function
	}
	r.Compared = append(r.Compared, ladderRatio{Kind: kind, Function: peer, MemoryMB: a.MemoryMB,
		Interval: stats.RatioOfMedians(stats.Singles(a.values(figure)), stats.Singles(b.values(figure)))})
}

func (r *ladderReport) figure() func(*coldSample) float64 {
	if r.Job {
		return func(s *coldSample) float64 { return s.Billed }
	}
	return func(s *coldSample) float64 { return s.StartToNext }
}

// ratio returns the interval of a kind for a rung.
func (r *ladderReport) ratio(kind, function string, memory int) string {
	for _, x := range r.Compared {
		if x.Kind == kind && x.Function == function && x.MemoryMB == memory {
			return fmt.Sprintf("%.2f (%.2f-%.2f)", x.Value, x.Low, x.High)
		}
	}
	return "-"
}

// title says what a report is of, briefly.
func (r *ladderReport) title(memory int) string {
	title := fmt.Sprintf("%d MB, page cache %s", memory, r.Cache)
	if r.Job {
		title = cli.Thousands(r.Rows) + " rows, " + title
	}
	if r.Storage != "" {
		title += ", " + r.Storage
	}
	return title
}
