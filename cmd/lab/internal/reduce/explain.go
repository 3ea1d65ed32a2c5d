package reduce

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"reduction/aggregate"
	"reduction/cmd/lab/internal/cli"
	"reduction/internal/job"
)

// Explain reduces a file, or standard input if its name is "-", and writes to w what the file is
// and what became of its rows, also if it is refused. It never writes a cell.
func (r *Reduction) Explain(w io.Writer, name string, stdin io.Reader) error {
	if info, err := os.Stat(name); name == "-" || err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		// It is read three times.
		copied, err := keep(name, stdin)
		if err != nil {
			return err
		}
		defer os.Remove(copied)
		name = copied
	}
	refused := r.File(name)
	f, err := os.Open(name)
	if err != nil {
		return refused
	}
	defer f.Close()

	line := func(what, format string, args ...any) {
		fmt.Fprintf(w, "%-11s %s\n", what, fmt.Sprintf(format, args...))
	}
	in, compressed, err := job.Open(f)
	if compressed {
		line("compression", "gzip")
	}
	if format, ok := errors.AsType[*job.FormatError](err); ok {
		line("format", "%s", format.Is)
		return refused
	}
	if err == nil {
		err = describe(in, line)
	}
	if err != nil { // it cannot be read to its end
		line("error", "%v", err)
	}
	f.Seek(0, io.SeekStart)
	all := job.NewReducer(r.Options)
	if _, err := all.ReadHeader(f); err != nil {
		line("header", "%v", err)
		return refused
	}
	explainHeader(all.Layout(), r.Options.Columns, line)
	if refused == nil {
		explainRows(&r.Counts, line)
		return nil
	}
	// The rows that made it fail, and others like them.
	f.Seek(0, io.SeekStart)
	o := r.Options
	o.BadRows = job.BadRows{Skip: true}
	all = job.NewReducer(o)
	if _, err := all.ReadFrom(f); err != nil {
		line("error", "%v", err)
	}
	explainRows(&all.Counts, line)
	return refused
}

// keep copies a stream into a temporary file and returns its name.
func keep(name string, stdin io.Reader) (string, error) {
	src := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		src = f
	}
	f, err := os.CreateTemp("", "lab-reduce-*.csv")
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(f, src); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// describe writes how a text is encoded and how its lines end.
func describe(in *bufio.Reader, line func(what, format string, args ...any)) error {
	var (
		mark, other    bool  // a byte order mark; characters beyond ASCII
		invalid        int64 = -1
		lf, crlf, cr   int64
		last           rune
		at             int64
		encoding       string
		ends           []string
		failed         error
		valid, present = "valid UTF-8", "with a byte order mark"
	)
	if start, _ := in.Peek(3); string(start) == "\ufeff" {
		mark = true
	}
	for {
		c, size, err := in.ReadRune()
		if err != nil {
			if err != io.EOF {
				failed = err
			}
			break
		}
		switch {
		case c == utf8.RuneError && size == 1 && invalid < 0:
			invalid = at
		case c >= utf8.RuneSelf:
			other = true
		case c == '\n' && last == '\r':
			crlf++
			cr--
		case c == '\n':
			lf++
		case c == '\r':
			cr++
		}
		last = c
		at += int64(size)
	}
	switch {
	case invalid >= 0:
		encoding = fmt.Sprintf("not UTF-8: the first invalid byte is byte %d; perhaps it is windows-1252 (ENCODING)", invalid)
	case mark:
		encoding = valid + " " + present
	case other:
		encoding = valid
	default:
		encoding = "ASCII"
	}
	line("encoding", "%s", encoding)
	for _, e := range []struct {
		name string
		n    int64
	}{{"LF", lf}, {"CR LF", crlf}, {"CR alone", cr}} {
		if e.n > 0 {
			ends = append(ends, cli.Thousands(e.n)+" "+e.name)
		}
	}
	if len(ends) == 0 {
		ends = []string{"none"}
	}
	line("line ends", "%s", strings.Join(ends, ", "))
	return failed
}

// explainHeader writes the separator, and where the columns are.
func explainHeader(l aggregate.Layout, names job.Columns, line func(what, format string, args ...any)) {
	line("separator", "%s", job.SeparatorName(l.Comma))
	for i, name := range names.Names() {
		at := [...]int{l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime}[i]
		line("column", "%d of %d is %s", at+1, l.Fields, name)
	}
}

// explainRows writes what became of the rows.
func explainRows(c *job.Counts, line func(what, format string, args ...any)) {
	line("rows", "%s can be used", cli.Thousands(c.Rows))
	if c.Headers > 0 {
		line("headers", "%s later records are the header again", cli.Thousands(c.Headers))
	}
	if c.NoValue > 0 {
		line("no value", "%s rows have no recovery time", cli.Thousands(c.NoValue))
	}
	if c.Skipped > 0 {
		line("bad rows", "%s: %s", cli.Thousands(c.Skipped), c.AppendReasons(nil))
	}
	for _, bad := range c.Bad {
		line("", "%v", bad)
	}
}
