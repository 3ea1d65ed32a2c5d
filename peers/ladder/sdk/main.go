// The Go rival (peers/go-sdk) with habits to take off one by one: aws-lambda-go,
// aws-sdk-go-v2, encoding/csv.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"reduction/peers/ladder/plain"
)

type clients struct {
	s3                 *s3.Client
	dynamodb           *dynamodb.Client
	bucket, key, table string
	roots              sync.Once
}

type response struct {
	Rows   int64 `json:"rows"`
	Groups int   `json:"groups"`
	Items  int   `json:"items"`
	Bytes  int64 `json:"bytes"`
}

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := &clients{
		s3:       s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil }),
		dynamodb: dynamodb.NewFromConfig(cfg),
		bucket:   os.Getenv("S3_BUCKET"),
		key:      os.Getenv("FILE_NAME"),
		table:    os.Getenv("DB_TABLE"),
	}
	if !plain.Habit("cold") && c.bucket != "" {
		c.warm(ctx)
	}
	lambda.StartWithOptions(c.handle, lambda.WithContext(ctx))
}

func (c *clients) warm(ctx context.Context) {
	c.roots.Do(plain.Roots)
	var wg sync.WaitGroup
	wg.Go(func() { c.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &c.bucket, Key: &c.key}) })
	wg.Go(func() { c.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &c.table}) })
	wg.Wait()
}

func (c *clients) handle(ctx context.Context, _ json.RawMessage) (*response, error) {
	c.roots.Do(plain.Roots)
	lc, _ := lambdacontext.FromContext(ctx)
	object, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.bucket, Key: &c.key})
	if err != nil {
		return nil, err
	}
	defer object.Body.Close()
	groups, rows, err := plain.Reduce(object.Body)
	if err != nil {
		return nil, err
	}
	items := make([]types.WriteRequest, 0, len(groups))
	for k, g := range groups {
		items = append(items, types.WriteRequest{PutRequest: &types.PutRequest{
			Item: map[string]types.AttributeValue{
				"PK":                  &types.AttributeValueMemberS{Value: lc.AwsRequestID},
				"SK":                  &types.AttributeValueMemberS{Value: k.SortKey()},
				"AverageRecoveryTime": &types.AttributeValueMemberN{Value: g.Mean()},
				"Diagnosis":           &types.AttributeValueMemberS{Value: k.Diagnosis},
				"Hospital":            &types.AttributeValueMemberS{Value: k.Hospital},
				"MostUsedTreatment":   &types.AttributeValueMemberS{Value: g.Mode()},
			},
		}})
	}
	writers, ctx := errgroup.WithContext(ctx)
	writers.SetLimit(plain.Writers())
	for batch := range slices.Chunk(items, 25) {
		writers.Go(func() error { return c.write(ctx, batch) })
	}
	if err := writers.Wait(); err != nil {
		return nil, err
	}
	return &response{rows, len(groups), len(items), aws.ToInt64(object.ContentLength)}, nil
}

// write sends a batch until nothing comes back unprocessed.
func (c *clients) write(ctx context.Context, batch []types.WriteRequest) error {
	pending := map[string][]types.WriteRequest{c.table: batch}
	for delay := 50 * time.Millisecond; ; delay = min(2*delay, 5*time.Second) {
		out, err := c.dynamodb.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: pending})
		if err != nil {
			return err
		}
		if pending = out.UnprocessedItems; len(pending) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(delay)):
		}
	}
}
