// Package stores attaches this project's job to S3 and DynamoDB: it is the one place, below
// bootstrap, that knows both.
package stores

import (
	"context"

	"reduction/internal/aws"
	"reduction/internal/job"
)

// Source reads objects from S3.
type Source struct{ Client *aws.Client }

// Object opens an object.
func (s Source) Object(ctx context.Context, o job.Object) (job.Body, error) {
	return s.Client.Object(ctx, aws.ObjectRef(o))
}

// Sink stores batches in DynamoDB.
type Sink struct{ Client *aws.Client }

// Writer returns a Writer that goes on until ctx ends.
func (s Sink) Writer(ctx context.Context) job.Writer { return s.Client.Writer(ctx) }
