// Command bench runs the benchmarks in turns and prints a table that grows: `make bench`.
//
// Each line of the plan is one benchmark on one input. Its engines take turns for some runs,
// so that whatever slows the machine down for a while slows all of them down; then its rows are
// printed. The raw output goes to a file of its own, for benchstat, as it comes.
//
// What fails is named at the end and makes the exit status 1; everything else is printed.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"reduction/internal/machine"
)

// A line of the plan.
type line struct {
	title     string
	benchmark string // the part of -test.bench before the engine
	input     string // and behind it; "" has no engines
	programs  []*program
}

// A program is a package's test binary.
type program struct {
	pkg   string
	tags  string
	built string // the binary's path; "" before it is built
}

var (
	assembly = &program{pkg: "."}
	purego   = &program{pkg: ".", tags: "purego"}
	servers  = &program{pkg: "./internal/netbench"}
)

// plan is in the order of what people look for first; what takes long to build comes last.
var plan = []line{
	{"scan 1m", "BenchmarkScan", "1m", []*program{assembly, purego}},
	{"reduce 1m", "BenchmarkReduce", "1m", []*program{assembly, purego}},
	{"scan quoted", "BenchmarkScan", "quoted", []*program{assembly, purego}},
	{"reduce quoted", "BenchmarkReduce", "quoted", []*program{assembly, purego}},
	{"scan wide", "BenchmarkScan", "wide", []*program{assembly, purego}},
	{"reduce wide", "BenchmarkReduce", "wide", []*program{assembly, purego}},
	{"reduce 10k", "BenchmarkReduce", "10k", []*program{assembly, purego}},
	{"steps", "BenchmarkStep", "", []*program{assembly, servers}},
}

func main() {
	runs := flag.Int("runs", 6, "how often each benchmark is run; fewer where the time is short")
	limit := flag.Duration("time", 110*time.Second, "limit to the time of all runs together, where there are no more than 6")
	input := flag.String("input", "", "scan this CSV `file` in place of the generated inputs; the first line shows what separates its fields")
	flag.Parse()
	b := &bench{runs: max(1, *runs), limit: *limit}
	if b.runs > 6 {
		b.limit = 0 // who asks for more waits longer
	}
	if *input != "" {
		path, err := filepath.Abs(*input)
		var info os.FileInfo
		if err == nil {
			info, err = os.Stat(path)
		}
		if err == nil && (!info.Mode().IsRegular() || info.Size() == 0) {
			err = fmt.Errorf("%s: no regular file, or an empty one", path)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(2)
		}
		os.Setenv("INPUT", path)
		name := filepath.Base(path)
		plan = []line{{"scan " + name, "BenchmarkScan", name, []*program{assembly, purego}}}
	}
	if err := b.run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	runs    int
	limit   time.Duration
	dir     string   // for binaries
	raw     *os.File // what benchstat reads
	table   table
	failed  []string // benchmarks and builds, each with its message
	stopped bool     // by Ctrl-C
	spent   time.Duration
}

func (b *bench) run() error {
	const folder = "dist/bench"
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var err error
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.raw, err = newFile(folder, time.Now()); err != nil {
		return err
	}
	defer b.raw.Close()
	interrupt := make(chan os.Signal, 1)
	signal.Notify(interrupt, os.Interrupt, syscall.SIGTERM)

	fmt.Printf("%s, %s, %s\n", machine.Name(), runtime.Version(), time.Now().Format(time.DateOnly))
	before, _ := machine.CPUTimes()
	b.preview()
	for i, l := range plan {
		b.line(l, len(plan)-i, interrupt)
		if b.stopped {
			fmt.Println("\nstopped: the table holds what was finished")
			break
		}
	}
	b.table.quoted()
	fmt.Print(legend)
	if os.Getenv("INPUT") == "" {
		fmt.Print(inputLegend)
	}
	after, _ := machine.CPUTimes()
	if load := after.Since(before); load.Busy() {
		fmt.Printf("\nTHE MACHINE WAS BUSY: %v. Run it again when it is idle.\n", load)
	} else if warning := b.table.warning(); warning != "" {
		fmt.Print("\n", warning)
	}
	fmt.Printf("\nraw output, for benchstat -col=/engine: %s\n", b.raw.Name())
	if len(b.failed) > 0 {
		return fmt.Errorf("failed, and left out above:\n%s", strings.Join(b.failed, "\n"))
	}
	return nil
}

const legend = `
csvfast-blocks    NextBlock: where each field ends, some thousand records at a time
csvfast-fields    Next and Field: each field as a slice, without its quotes
csvfast-records   Records: an iterator over slices of fields
-purego           the same without assembly

Figures are medians. The spread is from the least to the greatest time of a run, by the median.
Behind a ratio stand its least and greatest value, run by run; one marked ~ may be noise: its runs
lie on both sides of 1. The job with other CSV readers, DuckDB and polars: peers/throughput.
`

const inputLegend = `
reduction         the whole job between the two sockets: bytes in, groups out
1m, 10k           the experiment's rows
quoted            1m with every field in quotes
wide              200,000 rows of long names, nearly every row with a group of its own
`

// newFile creates a file named by the time, and never takes one that exists.
func newFile(folder string, now time.Time) (*os.File, error) {
	for i := 0; ; i++ {
		name := now.Format("2006-01-02T150405")
		if i > 0 {
			name += fmt.Sprintf("-%d", i)
		}
		f, err := os.OpenFile(filepath.Join(folder, name+".txt"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if !os.IsExist(err) {
			return f, err
		}
	}
}

// preview prints a first figure as soon as there is one: with assembly, one run, before anything
// else is built.
func (b *bench) preview() {
	l := plan[0]
	if !b.build(assembly) {
		return
	}
	for _, r := range b.execute(assembly, l, false) {
		if r.engine == "csvfast-blocks" {
			fmt.Printf("first figure, of one run: %s, %s: %.2f GB/s\n", l.title, r.engine, r.figures["MB/s"]/1000)
		}
	}
}

// line runs one line of the plan and prints its rows. left is how many lines are to share the
// time that is left.
func (b *bench) line(l line, left int, interrupt <-chan os.Signal) {
	for _, p := range l.programs {
		b.build(p)
	}
	share := (b.limit - b.spent) / time.Duration(left)
	start := time.Now()
	defer func() { b.spent += time.Since(start) }()
	rows := newRows(l)
	for run := 1; run <= b.runs; run++ {
		if run == 1 || onTerminal() {
			progress("%s: run %d of %d", l.title, run, b.runs)
		}
		for _, p := range l.programs {
			if p.built != "" {
				rows.add(b.execute(p, l, true))
			}
		}
		select {
		case <-interrupt:
			b.stopped = true
		default:
		}
		each := time.Since(start) / time.Duration(run)
		if b.stopped || b.limit > 0 && run >= 2 && time.Since(start)+each > share {
			break
		}
	}
	progress("")
	b.table.add(rows)
}

// build makes a program's binary, once, and says whether there is one.
func (b *bench) build(p *program) bool {
	if p.built != "" {
		return true
	}
	what := p.pkg
	if p.tags != "" {
		what += " with -tags=" + p.tags
	}
	for _, f := range b.failed {
		if strings.HasPrefix(f, what+": ") {
			return false
		}
	}
	progress("building the benchmarks of %s", what)
	defer progress("")
	binary := filepath.Join(b.dir, strings.NewReplacer("/", "_", ".", "_").Replace(p.pkg+"-"+p.tags)+".test")
	out, err := exec.Command("go", "test", "-c", "-tags="+p.tags, "-o", binary, p.pkg).CombinedOutput()
	if err != nil {
		b.failed = append(b.failed, fmt.Sprintf("%s: go test -c: %v\n%s", what, err, out))
		return false
	}
	p.built = binary
	return true
}

// execute runs a line's benchmarks in one program, once, and returns their results. Where they
// count, they go to the raw file, too.
func (b *bench) execute(p *program, l line, counts bool) []result {
	pattern := "^" + l.benchmark + "$"
	if l.input != "" {
		pattern += "/engine=/^input=" + quote(l.input) + "$"
	}
	cmd := exec.Command(p.built, "-test.run=^$", "-test.bench="+pattern, "-test.benchtime=100ms", "-test.timeout=5m")
	cmd.Dir = p.pkg
	out, err := cmd.CombinedOutput()
	if counts {
		b.raw.Write(out)
	}
	results := parse(string(out))
	if err != nil && !b.stopped {
		b.fail(l, string(out), err)
	}
	return results
}

// fail keeps what a benchmark said, the first time it fails.
func (b *bench) fail(l line, out string, err error) {
	var said []string
	for s := range strings.Lines(out) {
		if t := strings.TrimSpace(s); t != "" && !strings.HasPrefix(t, "Benchmark") && !isHeading(t) {
			said = append(said, "  "+t)
		}
	}
	text := fmt.Sprintf("%s: %v\n%s", l.title, err, strings.Join(said[:min(len(said), 8)], "\n"))
	for _, f := range b.failed {
		if strings.HasPrefix(f, l.title+": ") {
			return
		}
	}
	b.failed = append(b.failed, text)
}

func isHeading(s string) bool {
	for _, h := range []string{"goos: ", "goarch: ", "pkg: ", "cpu: ", "FAIL", "PASS", "exit status"} {
		if strings.HasPrefix(s, h) {
			return true
		}
	}
	return false
}
