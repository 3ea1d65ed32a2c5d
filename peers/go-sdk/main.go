// The job as a Go developer would write it: aws-lambda-go, aws-sdk-go-v2 and encoding/csv.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type clients struct {
	s3       *s3.Client
	dynamodb *dynamodb.Client
}

// event may name another object or table than the environment does.
type event struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	Table  string `json:"table"`
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
	}
	c.warm(ctx)
	lambda.StartWithOptions(c.handle, lambda.WithContext(ctx))
}

// warm opens the connections that the first invocation will need, while INIT has a whole
// processor. What is answered does not matter.
func (c *clients) warm(ctx context.Context) {
	var wg sync.WaitGroup
	if bucket, key := os.Getenv("S3_BUCKET"), os.Getenv("FILE_NAME"); bucket != "" && key != "" {
		wg.Go(func() {
			c.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
		})
	}
	if table := os.Getenv("DB_TABLE"); table != "" {
		for range batchesInFlight {
			wg.Go(func() {
				c.dynamodb.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
			})
		}
	}
	wg.Wait()
}

func (c *clients) handle(ctx context.Context, payload json.RawMessage) (*response, error) {
	e := event{
		Bucket: os.Getenv("S3_BUCKET"),
		Key:    os.Getenv("FILE_NAME"),
		Table:  os.Getenv("DB_TABLE"),
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	lc, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return nil, fmt.Errorf("no request ID")
	}

	object, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &e.Bucket, Key: &e.Key})
	if err != nil {
		return nil, err
	}
	defer object.Body.Close()
	groups, rows, err := reduce(object.Body)
	if err != nil {
		return nil, err
	}
	items := makeItems(lc.AwsRequestID, groups)
	if err := c.write(ctx, e.Table, items); err != nil {
		return nil, err
	}
	return &response{
		Rows:   rows,
		Groups: len(groups),
		Items:  len(items),
		Bytes:  aws.ToInt64(object.ContentLength),
	}, nil
}
