// Package stores connects the job to S3 and DynamoDB. Below bootstrap it is the only package that
// knows both the job and AWS.
package stores

import (
	"context"
	"errors"

	"reduction/ddbwire"
	"reduction/internal/aws"
	"reduction/internal/aws/dynamodb"
	"reduction/internal/aws/s3"
	"reduction/internal/job"
	"reduction/internal/shard"
)

// Source reads objects from S3.
type Source struct{ Client *aws.Client }

// Object opens an object.
func (s Source) Object(ctx context.Context, o job.Object) (job.Body, error) {
	return s.Client.S3.Object(ctx, s3.ObjectRef(o))
}

// List returns the objects of a prefix, without those that runs in shards keep.
func (s Source) List(ctx context.Context, bucket, prefix string, most int) ([]job.Listed, error) {
	all, err := s.Client.S3.List(ctx, bucket, prefix, most)
	listed := make([]job.Listed, 0, len(all))
	for _, o := range all {
		if !shard.IsKept(o.Key) {
			listed = append(listed, job.Listed(o))
		}
	}
	return listed, err
}

// Current returns the current version of an object, or the zero Version if there is none.
func (s Source) Current(ctx context.Context, o job.Object) (job.Version, error) {
	h, err := s.Client.S3.Head(ctx, s3.ObjectRef{Bucket: o.Bucket, Key: o.Key})
	if errors.Is(err, s3.ErrNoSuchKey) {
		return job.Version{}, nil
	}
	return job.Version{ETag: h.ETag, VersionID: h.VersionID, Modified: h.Modified}, err
}

// Sink stores batches in DynamoDB.
type Sink struct{ Client *aws.Client }

// Writer returns a Writer that writes until ctx ends.
func (s Sink) Writer(ctx context.Context) job.Writer { return s.Client.DynamoDB.Writer(ctx) }

// CheckTable checks that a table has the keys that items have.
func (s Sink) CheckTable(ctx context.Context, table string) error {
	return s.Client.DynamoDB.CheckTable(ctx, table)
}

// Item reads an item.
func (s Sink) Item(ctx context.Context, table, pk, sk string) (map[string]string, error) {
	return s.Client.DynamoDB.Item(ctx, table, pk, sk)
}

// PutItem stores an item if a condition is met, and reports whether it did.
func (s Sink) PutItem(ctx context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) (bool, error) {
	err := s.Client.DynamoDB.PutItem(ctx, b, condition, number)
	if errors.Is(err, dynamodb.ErrCondition) {
		return false, nil
	}
	return err == nil, err
}
