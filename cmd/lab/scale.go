package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/reduce"
	"reduction/cmd/lab/internal/scale"
	"reduction/internal/shard"
)

var scaleCommand = &cli.Command{
	Name:  "scale",
	Args:  "FILE|FOLDER|s3://BUCKET/PREFIX ...",
	Short: "reduce files in shards, as many functions would",
	About: `
Reduces files in shards, as many functions would, on this machine. The files are cut into shards.
Several functions map a shard each at the same time. The chain of the shards is checked, and a
shard whose start was guessed wrongly is mapped again. Then the partial results are merged. The
output is what lab reduce prints, byte for byte, whatever the size of the shards.

Small files share a shard. A gzip file has to fit one shard. Each of several files has its own
header. Together they have one result.

Objects in S3 are read in the versions that are there when the run begins. The environment has the
region and the credentials, as for AWS's SDKs: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
and, for another server such as that of lab serve, AWS_ENDPOINT_URL_S3.

With --faults, a third of all deliveries of tasks fail in some way, by seed: a function dies before
or after it has stored its partial result, is slow, or does a task a second time.

With --bootstrap, processes of the function do all of it: an emulator of S3 has the files, and one of
Lambda sends the steps, as the state machine does. They write into a table of an emulated DynamoDB,
and the output is made of its items. With --faults they are killed, too.

With --plan nothing is read. Lab calculates what a run would take and cost on AWS, and prints it
beside what Amazon Athena charges to scan as much. The flags that go with --plan set the
assumptions. None of these was measured on AWS.`,
	Examples: `
lab scale --stats --shard 64MB 1m.csv
lab scale --shard 1MB --functions 8 --faults --seed 7 feeds/ > result.jsonl
lab scale --partials s3://feed/partials/ s3://feed/2026/ > result.jsonl
lab scale --bootstrap dist/linux-amd64/bootstrap --shard 1MB --functions 4 --faults 1m.csv
lab scale --plan --size 10TB --concurrency 500`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		r, values := new(scale.Run), reduce.Settings{}
		a := scale.Default()
		var stats, plan bool
		var partials, bootstrap string
		f.Bytes(&r.Size, "shard", shard.DefaultSize, "`SIZE` size of a shard (default 256MiB); larger if there would be more than 10,000 shards")
		cli.Whole(f, &r.Functions, "functions", runtime.GOMAXPROCS(0), 1, 1024, "`N` functions at a time (default one for each core)")
		f.String(&partials, "partials", "", "`FOLDER` folder or s3://BUCKET/PREFIX to keep the partial results in (default: a temporary folder)")
		f.String(&bootstrap, "bootstrap", "", "`PATH` the function, to run as processes (default: lab itself does the work)")
		f.String(&r.Name, "run", "run", "`NAME` name of the run, which is part of the names of its partial results (default run)")
		f.Bool(&r.Faults, "faults", "make functions die, be slow, and be started twice")
		cli.Whole(f, &r.Seed, "seed", 1, 0, 1<<63-1, "`S` seed of the order of the tasks and of the faults (default 1)")
		f.Bool(&stats, "stats", "print on standard error what the run took")
		settingFlags(f, values)
		f.Bool(&plan, "plan", "calculate what a run would take and cost on AWS")
		f.Bytes(&a.Size, "size", 0, "`SIZE` size of all files; with --plan")
		f.Bytes(&a.Speed, "speed", a.Speed, "`SIZE` bytes that a function reduces in a second; with --plan (default 75MB)")
		cli.Whole(f, &a.Concurrency, "concurrency", a.Concurrency, 1, shard.MaxShards, "`N` functions at a time; with --plan (default 50)")
		cli.Whole(f, &a.MemoryMB, "memory", a.MemoryMB, 128, 10_240, "`MB` memory size of a function; with --plan and --bootstrap (default 1769)")
		cli.Whole(f, &a.Again, "again", a.Again, 0, 100, "`PERCENT` share of the shards that are mapped twice; with --plan (default 10)")
		cli.Whole(f, &a.Groups, "groups", a.Groups, 1, math.MaxInt32, "`N` groups in the result; with --plan (default 400)")
		cli.Whole(f, &a.Treatments, "treatments", a.Treatments, 1, math.MaxInt32, "`N` treatments of a group; with --plan (default 15)")
		for _, p := range []struct {
			price       *float64
			per         float64
			name, usage string
		}{
			{&a.GBSecond, 1, "gb-second", "a GB-second of Lambda"},
			{&a.Request, 1e6, "requests", "a million invocations of Lambda"},
			{&a.Get, 1e3, "gets", "a thousand GET requests of S3"},
			{&a.Put, 1e3, "puts", "a thousand PUT requests of S3"},
			{&a.Write, 1e6, "writes", "a million write units of DynamoDB"},
			{&a.Workflow, 1e6, "workflows", "a million child executions of Step Functions"},
			{&a.WorkflowGBs, 3600, "workflow-gb-hour", "a GB-hour of child executions"},
			{&a.Athena, 1, "athena", "10^12 bytes scanned by Athena"},
		} {
			usage := fmt.Sprintf("`USD` price of %s; with --plan (default %.6g)", p.usage, *p.price*p.per)
			f.Func("price-"+p.name, usage, func(text string) error {
				v, err := strconv.ParseFloat(text, 64)
				if err != nil || !(v >= 0 && v <= 1e9) {
					return errors.New("expected a price in US dollars, such as 0.025")
				}
				*p.price = v / p.per
				return nil
			})
		}
		return func(c *cli.Console, args []string) error {
			switch {
			case plan && len(args) > 0:
				return cli.Usagef("--plan reads no file: give --size")
			case plan && a.Size == 0:
				return cli.Usagef("--size is missing: how large are the files together?")
			case plan:
				a.Shard = r.Size
				return printEstimate(c, &a)
			case bootstrap != "" && (partials != "" || len(args) > 0 && scale.IsS3(args[0])):
				return cli.Usagef("--bootstrap reads files, and keeps partial results in its own emulator of S3")
			case len(args) == 0:
				return cli.Usagef("expected FILE, FOLDER or s3://BUCKET/PREFIX, or --plan")
			}
			var err error
			if r.Options, err = values.Options(); err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			if bootstrap != "" {
				return onFunctions(ctx, c, &scale.Functions{Bootstrap: bootstrap, Settings: values, MemoryMB: a.MemoryMB,
					Size: r.Size, Functions: r.Functions, Faults: r.Faults, Seed: r.Seed}, args, stats)
			}
			if scale.IsS3(args[0]) || scale.IsS3(partials) {
				s3, err := scale.NewS3(os.Getenv, partials)
				if err != nil {
					return err
				}
				defer s3.Close()
				if scale.IsS3(args[0]) {
					r.Source = s3
				}
				if scale.IsS3(partials) {
					r.Partials = s3
				}
			}
			if partials != "" && r.Partials == nil {
				r.Partials = scale.Folder(partials)
			}
			err = withFlags(r.Files(ctx, args))
			if stats {
				printScaleStats(c, r)
			}
			if err != nil {
				return err
			}
			if err := r.Print(c.Out); err != nil {
				return err
			}
			r.PrintSkipped(c.Err)
			return nil
		}
	},
}

// onFunctions has processes of the function reduce files.
func onFunctions(ctx context.Context, c *cli.Console, f *scale.Functions, names []string, stats bool) (err error) {
	if f.Bootstrap, _, err = measure.FindBootstrap(f.Bootstrap); err != nil {
		return err
	}
	err = withFlags(f.Files(ctx, names))
	if stats {
		fmt.Fprintf(c.Err, "shards %s, rounds %d, parts %d, steps %s (%s died, %s repeated), items %s, memory %s, seconds %.3f\n",
			cli.Thousands(int64(f.Shards)), f.Rounds, f.Parts, cli.Thousands(int64(f.Started)), cli.Thousands(int64(f.Died)), cli.Thousands(int64(f.Repeated)),
			cli.Thousands(int64(len(f.Items))), cli.Size(f.Memory), f.Took.Seconds())
	}
	if err != nil {
		return err
	}
	return f.Print(c.Out)
}

func printScaleStats(c *cli.Console, r *scale.Run) {
	fmt.Fprintf(c.Err, "shards %s, rounds %d, maps %s (%s died, %s repeated), partials %s\n",
		cli.Thousands(int64(r.Shards)), r.Rounds, cli.Thousands(int64(r.Maps)), cli.Thousands(int64(r.Died)), cli.Thousands(int64(r.Repeated)), cli.Size(r.PartialBytes))
	if r.Empty > 0 {
		fmt.Fprintf(c.Err, "%s files without bytes left out\n", cli.Thousands(int64(r.Empty)))
	}
	if r.Sorted != nil {
		fmt.Fprintf(c.Err, "rows %s, bytes %s, groups %s, seconds %.3f, of functions %.3f, of the merge %.3f\n",
			cli.Thousands(r.Rows), cli.Thousands(r.Bytes), cli.Thousands(int64(len(r.Sorted))), r.Took.Seconds(), r.MapTime.Seconds(), r.MergeTime.Seconds())
	}
}

func printEstimate(c *cli.Console, a *scale.Assumptions) error {
	e := a.Of()
	round := func(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }
	p := cli.NewPage(c.Out, false)
	p.Heading("%s in %s shards of %s, %d functions at a time", cli.Size(a.Size), cli.Thousands(e.Shards), cli.Size(e.Shard), a.Concurrency)
	var t cli.Table
	t.Row("one shard", round(e.Map))
	t.Row("all shards", round(e.Maps))
	t.Row("merging "+cli.Size(e.Partials)+" of partials, on one CPU", round(e.Merge))
	t.Rule()
	t.Row("Lambda", cli.Dollars(e.Lambda))
	t.Row("Step Functions", cli.Dollars(e.Steps))
	t.Row("S3", cli.Dollars(e.S3))
	t.Row("DynamoDB", cli.Dollars(e.DynamoDB))
	t.Row("together", cli.Dollars(e.Total))
	t.Row("Athena, to scan as much", cli.Dollars(e.Athena))
	p.Table(&t)
	p.Note("Calculated from assumptions, each a flag: %s a second and function, %d%% of the shards mapped twice, prices of us-east-1 in November 2026. Nothing here was measured on AWS.",
		cli.Size(a.Speed), a.Again)
	return p.Flush()
}
