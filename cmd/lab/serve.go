package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

var serveCommand = &cli.Command{
	Name:  "serve",
	Short: "keep the emulator standing, for the AWS CLI, an SDK, or a function of your own",
	About: `
Stands S3, DynamoDB and Lambda up on one address, with a bucket and a table (PK and SK,
strings) ready, and prints the environment variables that point AWS's clients at it. The
output can be sourced by a shell. All it holds is in memory, and gone when it ends.

Signatures, regions, session tokens and body hashes are verified as AWS does: a client that
is refused here would be refused there.

With --function a program that speaks the Lambda Runtime API becomes a function: its process
is started at the first invocation. It is given S3_BUCKET, FILE_NAME and DB_TABLE.`,
	Examples: `
lab serve > /tmp/aws.env & sleep 1; . /tmp/aws.env; aws s3 ls
lab serve --tls --rows 10000 --function dist/linux-amd64/bootstrap
aws lambda invoke --function-name reduction --log-type Tail answer.json
aws dynamodb scan --table-name recovery-times --max-items 3`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		s := new(service)
		f.String(&s.addr, "addr", "127.0.0.1:4580", "`HOST:PORT` where to listen; port 0 takes a free one (default 127.0.0.1:4580)")
		f.Bool(&s.tls, "tls", "speak HTTPS, with a certificate made at the start: AWS_CA_BUNDLE names its authority")
		f.String(&s.buckets, "bucket", bucketName, "`NAMES` buckets to make, with commas between (default "+bucketName+")")
		f.String(&s.tables, "table", tableName, "`NAMES` tables to make, with commas between (default "+tableName+")")
		f.String(&s.key, "key", "records.csv", "`KEY` where --rows go, and the function's FILE_NAME (default records.csv)")
		cli.Whole(f, &s.rows, "rows", -1, 0, maxRunRows, "`N` put N rows of the experiment's data into the first bucket (default: no object)")
		f.String(&s.function, "function", "", "`PATH` a program to be the function that --name names")
		f.String(&s.name, "name", functionName, "`NAME` the function's name (default "+functionName+")")
		cli.Whole(f, &s.memory, "memory", defaultMemory, 128, 10_240, "`MB` memory that the function is told it has (default 256)")
		f.String(&s.region, "region", "us-east-1", "`REGION` what requests must be signed for (default us-east-1)")
		f.String(&s.accessKey, "access-key", "", "`ID` access key ID to sign with (default: AWS's example key)")
		f.String(&s.secretKey, "secret-key", "", "`KEY` secret access key to sign with (default: AWS's example key)")
		f.String(&s.token, "session-token", "", "`TOKEN` session token that requests must carry (default: none)")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if _, port, err := net.SplitHostPort(s.addr); err != nil || port == "" {
				return cli.Usagef("--addr is %q; expected HOST:PORT, as in 127.0.0.1:4580", s.addr)
			}
			ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			return s.run(ctx, c)
		}
	},
}

// service is one `lab serve`.
type service struct {
	addr                 string
	tls                  bool
	buckets, tables      string // names with commas between
	key                  string
	rows                 int64 // -1: no object
	function, name       string
	memory               int
	region               string
	accessKey, secretKey string
	token                string
}

func (s *service) run(ctx context.Context, c *cli.Console) error {
	var function string
	if s.function != "" {
		path, _, err := findBootstrap(s.function)
		if err != nil {
			return err
		}
		function = path
	}
	server := lambdatest.NewUnstartedServer()
	defer server.Close()
	if err := server.Listen(s.addr); err != nil {
		return err
	}
	server.Region = s.region
	if s.accessKey != "" {
		server.Credentials.AccessKeyID = s.accessKey
	}
	if s.secretKey != "" {
		server.Credentials.SecretAccessKey = s.secretKey
	}
	server.Credentials.SessionToken = s.token
	if s.tls {
		server.StartTLS()
	} else {
		server.Start()
	}

	var b strings.Builder
	fmt.Fprintf(&b, "# S3, DynamoDB and Lambda on %s, until this process ends.\n", server.URL)
	for _, variable := range server.Env() {
		name, value, _ := strings.Cut(variable, "=")
		fmt.Fprintf(&b, "export %s=%s\n", name, shellQuote(value))
	}
	if s.token == "" {
		b.WriteString("unset AWS_SESSION_TOKEN\n") // an account's own would be sent, and refused
	}
	buckets, tables := names(s.buckets), names(s.tables)
	for _, name := range buckets {
		server.S3.CreateBucket(name)
		fmt.Fprintf(&b, "# bucket    %s\n", name)
	}
	if s.rows >= 0 && len(buckets) > 0 {
		data, err := io.ReadAll(dataset.New(s.rows, dataset.DefaultSeed))
		if err != nil {
			return err
		}
		server.S3.Put(buckets[0], s.key, data)
		fmt.Fprintf(&b, "# object    s3://%s/%s, %s rows\n", buckets[0], s.key, cli.Thousands(s.rows))
	}
	for _, name := range tables {
		server.DynamoDB.CreateTable(name)
		fmt.Fprintf(&b, "# table     %s\n", name)
	}
	if function != "" {
		server.Lambda.CreateFunction(lambdatest.FunctionConfig{
			Name:     s.name,
			MemoryMB: s.memory,
			Timeout:  functionTimeout,
			Exec:     []string{function},
			Env:      []string{"S3_BUCKET=" + first(buckets), "FILE_NAME=" + s.key, "DB_TABLE=" + first(tables)},
		})
		fmt.Fprintf(&b, "# function  %s, %s\n", s.name, s.function)
	}
	if _, err := io.WriteString(c.Out, b.String()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
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
