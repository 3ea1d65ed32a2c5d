package main

import (
	"io"
	"net"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/serve"
)

var serveCommand = &cli.Command{
	Name:  "serve",
	Short: "run the emulator for the AWS CLI, an SDK, or a function of your own",
	About: `
Runs S3, DynamoDB and Lambda on one address, with a bucket and a table (PK and SK, strings),
and prints the environment variables that make AWS's clients use them. A shell can source
the output. Everything is held in memory, and lost when the command ends. Standard error shows
each request with what it was answered, and what the function logs.

Signatures, regions, session tokens and body hashes are verified as AWS does: a client that
is refused here would be refused there.

With --function, a program that speaks the Lambda Runtime API becomes a function, whatever it
does: its process is started at the first invocation. For this project's function S3_BUCKET,
FILE_NAME and DB_TABLE are set; --env sets others, or these anew.`,
	Examples: `
lab serve > /tmp/aws.env & sleep 1; . /tmp/aws.env; aws s3 ls
lab serve --tls --rows 10000 --function dist/linux-amd64/bootstrap
lab serve --function hello/bootstrap --name hello --env GREETING=hello --timeout 3s
aws lambda invoke --function-name reduction --log-type Tail answer.json
aws dynamodb scan --table-name recovery-times --max-items 3`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		s := new(serve.Service)
		var quiet bool
		f.String(&s.Addr, "addr", "127.0.0.1:4580", "`HOST:PORT` address to listen on; port 0 is any free port (default 127.0.0.1:4580)")
		f.Bool(&s.TLS, "tls", "use HTTPS, with a new certificate; AWS_CA_BUNDLE names its authority")
		f.String(&s.Buckets, "bucket", measure.Bucket, "`NAMES` of buckets, with commas between (default "+measure.Bucket+")")
		f.String(&s.Tables, "table", measure.Table, "`NAMES` of tables, with commas between (default "+measure.Table+")")
		f.String(&s.Key, "key", "records.csv", "`KEY` of the object with --rows, and the function's FILE_NAME (default records.csv)")
		cli.Whole(f, &s.Rows, "rows", -1, 0, measure.MostRows, "`N` store N rows of the experiment's data in the first bucket (default: no object)")
		f.String(&s.Function, "function", "", "`PATH` of a program that becomes the function")
		f.String(&s.Name, "name", measure.Function, "`NAME` of the function for Invoke (default "+measure.Function+")")
		cli.Whole(f, &s.MemoryMB, "memory", measure.MemoryMB, 128, 10_240, "`MB` memory size that the function is told (default 256)")
		f.Duration(&s.Timeout, "timeout", measure.LongestTimeout, time.Second, measure.LongestTimeout, "`TIME` that an invocation of the function may take (default 30m)")
		f.Variables(&s.Env, "env", "`NAME=VALUE` variable for the function's environment; may be repeated")
		f.Bool(&quiet, "quiet", "show neither requests nor the function's log")
		f.String(&s.Region, "region", "us-east-1", "`REGION` that requests must be signed for (default us-east-1)")
		f.String(&s.AccessKey, "access-key", "", "`ID` access key ID that requests must be signed with (default: AWS's example key)")
		f.String(&s.SecretKey, "secret-key", "", "`KEY` secret access key that goes with it (default: AWS's example key)")
		f.String(&s.Token, "session-token", "", "`TOKEN` session token that requests must carry (default: none)")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			if _, port, err := net.SplitHostPort(s.Addr); err != nil || port == "" {
				return cli.Usagef("--addr is %q; expected HOST:PORT, as in 127.0.0.1:4580", s.Addr)
			}
			if s.Log = c.Err; quiet {
				s.Log = io.Discard
			}
			ctx, stop := interruptible()
			defer stop()
			return s.Run(ctx, c.Out)
		}
	},
}
