// Command padded measures what a program's size costs its start, and which part of it: it
// generates Go programs with so many bytes of text that are never touched or touched at the
// start, builds them, and times each from exec to its first byte of output, in turns.
//
//	padded -n 20 -cache dropped -json padded.json            on this machine's disk
//	padded -n 20 -cache dropped -folder /mnt/slow -on '1 ms a read'   on a slower one: slowfs 1ms dist /mnt/slow
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// pads are the sizes of the padding in MB, a program for each.
var pads = []int{0, 2, 4, 8}

// A variant is one program in one setting.
type variant struct {
	name string
	mb   int
	env  []string
	ms   []float64
}

var variants = []*variant{
	{name: "no padding", mb: 0},
	{name: "2 MB of text, never touched", mb: 2},
	{name: "4 MB of text, never touched", mb: 4},
	{name: "8 MB of text, never touched", mb: 8},
	{name: "2 MB of text, touched", mb: 2, env: []string{"TOUCH=1"}},
	{name: "4 MB of text, touched", mb: 4, env: []string{"TOUCH=1"}},
	{name: "8 MB of text, touched", mb: 8, env: []string{"TOUCH=1"}},
	{name: "8 MB, touched in another order", mb: 8, env: []string{"TOUCH=769"}},
	{name: "no padding, GOMAXPROCS=1", mb: 0, env: []string{"GOMAXPROCS=1"}},
	{name: "no padding, GOGC=off", mb: 0, env: []string{"GOGC=off"}},
	{name: "no padding, 8 threads more", mb: 0, env: []string{"THREADS=8"}},
	{name: "no padding, 8 MB of heap touched", mb: 0, env: []string{"HEAP=8"}},
	{name: "the same, GOGC=off", mb: 0, env: []string{"HEAP=8", "GOGC=off"}},
}

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 20, "samples of each")
	cache := flag.String("cache", "warm", "warm or dropped: the program's pages, before each start")
	dist := flag.String("dist", "dist", "where the programs are built")
	folder := flag.String("folder", "", "where they are run from (default as built)")
	on := flag.String("on", "", "what storage that is")
	out := flag.String("json", "", "write a file for lab chart")
	flag.Parse()
	for _, mb := range pads {
		if err := build(*dist, mb); err != nil {
			log.Fatal(err)
		}
	}
	if *folder == "" {
		*folder = *dist
	}
	for round := range *n + 1 { // the first counts for nothing
		order := rand.Perm(len(variants))
		for _, i := range order {
			v := variants[i]
			took, err := v.start(program(*folder, v.mb), *cache == "dropped")
			if err != nil {
				log.Fatal(v.name, ": ", err)
			}
			if round > 0 {
				v.ms = append(v.ms, took)
			}
		}
	}
	report(*cache, *on, *n, *out)
}

func program(dir string, mb int) string {
	return filepath.Join(dir, fmt.Sprintf("padded-%d", mb), "bootstrap")
}

// start runs the program and returns how long its first byte took, in ms.
func (v *variant) start(path string, drop bool) (float64, error) {
	if drop {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		f.Sync()
		const dontNeed = 4 // POSIX_FADV_DONTNEED
		syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
		f.Close()
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), v.env...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = pipe.Read(make([]byte, 1))
	took := time.Since(begin)
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	return float64(took) / float64(time.Millisecond), err
}

type bar struct {
	Label string  `json:"label"`
	Look  int     `json:"look"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

func report(cache, on string, n int, out string) {
	var bars []bar
	base := 0.0
	fmt.Printf("exec to the first byte of output, page cache %s, %s; n = %d; ms\n\n", cache, on, n)
	fmt.Printf("| | p50 | p90 | above no padding |\n|:--|--:|--:|--:|\n")
	for i, v := range variants {
		slices.Sort(v.ms)
		p50, p90 := v.ms[len(v.ms)/2], v.ms[len(v.ms)*9/10]
		if i == 0 {
			base = p50
		}
		fmt.Printf("| %s | %.2f | %.2f | %+.2f |\n", v.name, p50, p90, p50-base)
		bars = append(bars, bar{v.name, 0, p50, p50, p90})
	}
	if out == "" {
		return
	}
	name := strings.Trim("padded-"+cache+"-"+strings.ReplaceAll(on, " ", "-"), "-")
	text, err := json.MarshalIndent(map[string]any{
		"kind": "lab bars", "name": name, "title": "What a program's bytes cost its start",
		"subtitle": "A Go program that prints one byte, padded; page cache " + cache + ", " + on + ": p50, and a whisker to p90. Less is better.",
		"notes":    []string{fmt.Sprintf("reduction/peers/ladder/padded, n = %d, %s.", n, time.Now().UTC().Format(time.DateOnly))},
		"unit":     "ms", "value": "p50", "high": "p90", "groups": []any{map[string]any{"bars": bars}},
	}, "", "  ")
	if err == nil {
		err = os.WriteFile(out, append(text, '\n'), 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// build generates a program with so many MB of text and builds it, where there is none yet.
func build(dist string, mb int) error {
	path := program(dist, mb)
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	dir, err := os.MkdirTemp("", "padded-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(frame), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module padded\n\ngo 1.26.0\n"), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "pad.go"), []byte(padding(mb)), 0o644); err != nil {
		return err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", abs, ".")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	return cmd.Run()
}

// frame is the program without its padding. A function of the padding is a page of text; it
// is touched by calling it.
const frame = `package main

import (
	"os"
	"runtime"
	"strconv"
)

var sum uint64

func main() {
	number := func(name string) int { n, _ := strconv.Atoi(os.Getenv(name)); return n }
	if stride := number("TOUCH"); stride > 0 {
		for i := range pad {
			sum += pad[i*stride%len(pad)](0)
		}
	}
	for range number("THREADS") {
		ready := make(chan bool)
		go func() { runtime.LockOSThread(); ready <- true; select {} }()
		<-ready
	}
	var heap [][]byte
	for range number("HEAP") << 8 {
		heap = append(heap, make([]byte, 4<<10))
	}
	os.Stdout.Write([]byte("."))
	runtime.KeepAlive(heap)
}
`

// padding is a function for each page.
func padding(mb int) string {
	const statements = 170 // about a page
	random := rand.New(rand.NewPCG(1, uint64(mb)))
	var b strings.Builder
	b.WriteString("package main\n\nvar pad = []func(uint64) uint64{")
	pages := mb << 8
	for i := range pages {
		fmt.Fprintf(&b, "f%d,", i)
	}
	b.WriteString("}\n")
	for i := range pages {
		fmt.Fprintf(&b, "func f%d(x uint64) uint64 {\nif x == 0 { return %d }\n", i, i)
		for range statements {
			fmt.Fprintf(&b, "x = (x ^ %#x) * %#x\n", random.Uint64(), random.Uint64()|1)
		}
		b.WriteString("return x\n}\n")
	}
	return b.String()
}
