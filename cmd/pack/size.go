package main

import (
	"bufio"
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// budgets in bytes, of files that `make zip` leaves. Raise one only with the reason in the commit
// that does.
var budgets = []struct {
	path  string
	limit int64
}{
	{"dist/linux-amd64/bootstrap", 5_560_000},
	{"dist/linux-amd64/bootstrap.zip", 2_340_000},
	{"dist/linux-arm64/bootstrap", 5_190_000},
	{"dist/linux-arm64/bootstrap.zip", 2_130_000},
}

// size prints what the function is made of, and compares it with the budgets.
func size() error {
	if err := byPackage(); err != nil {
		return err
	}
	fmt.Println()
	if err := bySection("dist/linux-amd64/bootstrap"); err != nil {
		return err
	}
	fmt.Println()
	var err error
	for _, b := range budgets {
		info, e := os.Stat(b.path)
		if e != nil {
			return e
		}
		verdict := "ok"
		if info.Size() > b.limit {
			verdict, err = "OVER BUDGET", errors.New("over budget")
		}
		fmt.Printf("%-32s %9d of %9d bytes  %s\n", b.path, info.Size(), b.limit, verdict)
	}
	return err
}

// byPackage prints the bytes of code and data that the linker's symbols give each package.
// The deployed executable is stripped, so it builds one that is not.
func byPackage() error {
	unstripped, remove, err := temporary()
	if err != nil {
		return err
	}
	defer remove()
	env := environment(target{"linux", "amd64"})
	l, err := list(env, "reduction/bootstrap")
	if err != nil {
		return err
	}
	if err := goBuild(env, l, "", "reduction/bootstrap", unstripped); err != nil {
		return err
	}
	info, err := os.Stat(unstripped)
	if err != nil {
		return err
	}
	symbols, err := exec.Command("go", "tool", "nm", "-size", unstripped).Output()
	if err != nil {
		return err
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
	fmt.Println("linux-amd64, bytes by package (code and data of the symbols; the line table is apart)")
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
	return nil
}

// bySection prints what the file itself is made of. The line table, .gopclntab, is what
// stack traces, the collector and growing stacks look up; each function has a part in it.
func bySection(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, s := range f.Sections {
		if s.Type == elf.SHT_PROGBITS && s.Size >= 4096 {
			fmt.Printf("%9d  %s\n", s.Size, s.Name)
		}
	}
	return nil
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
