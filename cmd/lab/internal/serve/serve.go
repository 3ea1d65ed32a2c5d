// Package serve runs the emulator for other clients: the AWS CLI, an SDK, or a function.
package serve

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// A Service is the emulator and what it holds.
type Service struct {
	Addr                 string
	TLS                  bool
	Buckets, Tables      string // names with commas between them
	Key                  string // of the object, and the function's FILE_NAME
	Rows                 int64  // of the object; -1: no object
	Function, Name       string // the program and the name of the function; "" is none
	MemoryMB             int    // the memory size that the function is told
	Timeout              time.Duration
	Env                  []string // NAME=VALUE, for the function
	Region               string
	AccessKey, SecretKey string // "" is AWS's example key
	Token                string // that requests must carry; "" is none

	Log io.Writer // gets a line for each request, and what the function logs
}

// Run starts the emulator, writes the environment of its clients in a form that a shell can
// source, and ends with the context.
func (s *Service) Run(ctx context.Context, w io.Writer) error {
	var program string
	if s.Function != "" {
		var err error
		if program, err = findFunction(s.Function); err != nil {
			return err
		}
	}
	server, err := s.start()
	if err != nil {
		return err
	}
	defer server.Close()
	var b strings.Builder
	s.writeEnvironment(&b, server)
	s.fill(&b, server, program)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// start starts the emulator.
func (s *Service) start() (*lambdatest.Server, error) {
	server := lambdatest.NewUnstartedServer()
	if err := server.Listen(s.Addr); err != nil {
		server.Close()
		return nil, err
	}
	server.Region = s.Region
	if s.AccessKey != "" {
		server.Credentials.AccessKeyID = s.AccessKey
	}
	if s.SecretKey != "" {
		server.Credentials.SecretAccessKey = s.SecretKey
	}
	server.Credentials.SessionToken = s.Token
	server.OnAnswer = func(r lambdatest.Request) { fmt.Fprintln(s.Log, requestLine(&r)) }
	if s.TLS {
		server.StartTLS()
	} else {
		server.Start()
	}
	return server, nil
}

func (s *Service) writeEnvironment(b *strings.Builder, server *lambdatest.Server) {
	fmt.Fprintf(b, "# S3, DynamoDB and Lambda on %s, until this process ends.\n", server.URL)
	for _, variable := range server.Env() {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(b, "export %s=%s\n", name, shellQuote(value))
	}
	if s.Token == "" {
		// Clients would send the shell's own token, and be refused.
		b.WriteString("unset AWS_SESSION_TOKEN\n")
	}
}

// fill makes the buckets, the object, the tables and the function, and lists them.
func (s *Service) fill(b *strings.Builder, server *lambdatest.Server, program string) {
	buckets, tables := names(s.Buckets), names(s.Tables)
	for _, name := range buckets {
		server.S3.CreateBucket(name)
		fmt.Fprintf(b, "# bucket    %s\n", name)
	}
	if s.Rows >= 0 && len(buckets) > 0 {
		server.S3.Put(buckets[0], s.Key, dataset.New(s.Rows, dataset.DefaultSeed).Bytes())
		fmt.Fprintf(b, "# object    s3://%s/%s, %s rows\n", buckets[0], s.Key, cli.Thousands(s.Rows))
	}
	for _, name := range tables {
		server.DynamoDB.CreateTable(name)
		fmt.Fprintf(b, "# table     %s\n", name)
	}
	if program != "" {
		server.Lambda.CreateFunction(lambdatest.FunctionConfig{
			Name:     s.Name,
			MemoryMB: s.MemoryMB,
			Timeout:  s.Timeout,
			Exec:     []string{program},
			Env:      append([]string{"S3_BUCKET=" + first(buckets), "FILE_NAME=" + s.Key, "DB_TABLE=" + first(tables)}, s.Env...),
			Log:      s.Log,
		})
		fmt.Fprintf(b, "# function  %s, %s\n", s.Name, s.Function)
	}
}

// names returns the names in a list with commas between them, each once.
func names(list string) []string {
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// shellQuote makes s one word of a POSIX shell.
func shellQuote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:@%,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
