// The job without net/http and encoding/json: this project's runtime, aws and ddbwire. The
// records still go through encoding/csv and maps.
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"

	"reduction/ddbwire"
	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/peers/ladder/plain"
	"reduction/runtime"
)

func main() {
	config, err := aws.FromEnv(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client, err := aws.New(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bucket, key, table := os.Getenv("S3_BUCKET"), os.Getenv("FILE_NAME"), os.Getenv("DB_TABLE")
	var roots sync.Once
	if !plain.Habit("cold") && bucket != "" {
		roots.Do(plain.Roots)
		writers := plain.Writers()
		if plain.Habit("few") {
			writers = 1
		}
		client.Warm(context.Background(), writers, bucket)
	}
	runtime.Start(func(ctx context.Context, inv *runtime.Invocation) ([]byte, error) {
		roots.Do(plain.Roots)
		object, err := client.S3.Object(ctx, s3.ObjectRef{Bucket: bucket, Key: key})
		if err != nil {
			return nil, err
		}
		defer object.Close()
		groups, rows, err := plain.Reduce(object)
		if err != nil {
			return nil, err
		}
		if err := write(ctx, client, table, inv.RequestID, groups); err != nil {
			return nil, err
		}
		out := []byte(`{"rows":`)
		out = strconv.AppendInt(out, rows, 10)
		out = append(out, `,"groups":`...)
		out = strconv.AppendInt(out, int64(len(groups)), 10)
		return append(out, '}'), nil
	})
}

func write(ctx context.Context, client *aws.Client, table, id string, groups map[plain.Key]*plain.Group) error {
	keys := make([]plain.Key, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	var (
		wg    sync.WaitGroup
		slots = make(chan bool, plain.Writers())
		errs  = make(chan error, len(keys)+1)
	)
	for part := range slices.Chunk(keys, ddbwire.MaxBatchItems) {
		slots <- true
		wg.Go(func() {
			errs <- batch(ctx, client, table, id, part, groups)
			<-slots
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func batch(ctx context.Context, client *aws.Client, table, id string, keys []plain.Key, groups map[plain.Key]*plain.Group) error {
	var b ddbwire.Batch
	b.Reset(table)
	for _, k := range keys {
		g := groups[k]
		err := b.Put(ddbwire.S("PK", id), ddbwire.S("SK", k.SortKey()), ddbwire.N("AverageRecoveryTime", g.Mean()),
			ddbwire.S("Diagnosis", k.Diagnosis), ddbwire.S("Hospital", k.Hospital), ddbwire.S("MostUsedTreatment", g.Mode()))
		if err != nil {
			return err
		}
	}
	w := client.DynamoDB.Writer(ctx)
	defer w.Close()
	return w.BatchWrite(&b)
}
