//go:build ignore

// Hold the function's binary and deployment package against their budgets, and show which
// packages the bytes belong to:
//
//	go run cmd/pack/size.go [flags for go build]
//
// It exits with 1 when a budget is exceeded.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"debug/elf"
	"fmt"
	"log"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// budgets in bytes. Raise one only with the reason in the commit that does.
var budgets = []struct {
	path  string
	limit int64
}{
	{"dist/linux-amd64/bootstrap", 5_120_000},
	{"dist/linux-amd64/bootstrap.zip", 2_000_000},
	{"dist/linux-arm64/bootstrap", 4_750_000},
	{"dist/linux-arm64/bootstrap.zip", 1_825_000},
}

func main() {
	log.SetFlags(0)
	byPackage("linux", "amd64", os.Args[1:])
	fmt.Println()
	bySection("dist/linux-amd64/bootstrap")
	fmt.Println()
	over := false
	for _, b := range budgets {
		info, err := os.Stat(b.path)
		if err != nil {
			log.Fatal(err)
		}
		verdict := "ok"
		if info.Size() > b.limit {
			verdict, over = "OVER BUDGET", true
		}
		fmt.Printf("%-32s %9d of %9d bytes  %s\n", b.path, info.Size(), b.limit, verdict)
	}
	if over {
		os.Exit(1)
	}
}

// byPackage prints the bytes of code and data that the linker's symbols give each package.
// The deployed binary is stripped, so it builds one that is not.
func byPackage(goos, goarch string, flags []string) {
	unstripped, err := os.CreateTemp("", "bootstrap")
	if err != nil {
		log.Fatal(err)
	}
	unstripped.Close()
	defer os.Remove(unstripped.Name())
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-o", unstripped.Name()}, flags...)
	build := exec.Command("go", append(args, "./bootstrap")...)
	build.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		log.Fatal(err)
	}
	info, err := os.Stat(unstripped.Name())
	if err != nil {
		log.Fatal(err)
	}
	symbols, err := exec.Command("go", "tool", "nm", "-size", unstripped.Name()).Output()
	if err != nil {
		log.Fatal(err)
	}
	sizes := map[string]int64{}
	for lines := bufio.NewScanner(bytes.NewReader(symbols)); lines.Scan(); {
		// address, size, type, name; a name may contain spaces.
		f := strings.Fields(lines.Text())
		if len(f) < 4 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		// What is zero at the start takes no bytes in the file; nm gives some of it (the
		// 32 MB of crypto/internal/fips140/drbg) the letter of data.
		if strings.ContainsAny(f[2], "bBU") || n > info.Size() {
			continue
		}
		sizes[packageOf(f[3])] += n
	}
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(sizes[b], sizes[a]) })
	fmt.Printf("%s-%s, bytes by package (code and data of the symbols; the line table is apart)\n", goos, goarch)
	var rest int64
	for i, name := range names {
		ours := strings.HasPrefix(name, "reduction/") || name == "main"
		if i < 20 || ours {
			fmt.Printf("%9d  %s\n", sizes[name], name)
		} else {
			rest += sizes[name]
		}
	}
	fmt.Printf("%9d  all others\n", rest)
}

// bySection prints what the file itself is made of. The line table, .gopclntab, is what
// stack traces, the collector and growing stacks look up; each function has a part in it.
func bySection(path string) {
	f, err := elf.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	for _, s := range f.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Size >= 4096 {
			fmt.Printf("%9d  %s\n", s.Size, s.Name)
		}
	}
}

// packageOf cuts a symbol's import path out of its name: all up to the first dot behind
// the last slash that stands before any bracket.
func packageOf(symbol string) string {
	symbol = strings.TrimPrefix(symbol, "type:.eq.")
	if strings.HasPrefix(symbol, "type:") || strings.HasPrefix(symbol, "go:") || strings.HasPrefix(symbol, "runtime.") {
		return cmp.Or(map[bool]string{true: "runtime"}[strings.HasPrefix(symbol, "runtime.")], symbol[:strings.IndexByte(symbol, ':')+1]+" (linker)")
	}
	path, _, _ := strings.Cut(symbol, "[")
	path, _, _ = strings.Cut(path, "(")
	slash := strings.LastIndexByte(path, '/') + 1
	if dot := strings.IndexByte(path[slash:], '.'); dot >= 0 {
		return path[:slash+dot]
	}
	return "(no package)"
}
