package scale

import (
	"context"
	"fmt"
	"strings"

	"reduction/internal/aws"
	"reduction/internal/shard"
	"reduction/internal/stores"
)

// S3 is objects in S3, and the place of their partials there.
type S3 struct{ stores.Shards }

// scheme begins the names of S3's objects.
const scheme = "s3://"

// IsS3 says whether a name is one of S3's.
func IsS3(name string) bool { return strings.HasPrefix(name, scheme) }

// NewS3 returns S3 as the environment names it, with the partials below a prefix:
// s3://BUCKET/PREFIX, or "" for none. It is to be closed.
func NewS3(getenv func(string) string, partials string) (*S3, error) {
	config, err := aws.FromEnv(getenv)
	if err != nil {
		return nil, err
	}
	s := new(S3)
	if s.Client, err = aws.New(config); err != nil {
		return nil, err
	}
	s.Bucket, s.Shards.Partials = place(partials)
	return s, nil
}

// Close closes the connections.
func (s *S3) Close() { s.Client.Close() }

// Objects lists the objects whose keys begin with names.
func (s *S3) Objects(ctx context.Context, names []string) (objects []shard.Object, err error) {
	for _, name := range names {
		if !IsS3(name) {
			return nil, fmt.Errorf("%s: expected %sBUCKET/PREFIX, as the others are", name, scheme)
		}
		bucket, prefix := place(name)
		listed, err := s.List(ctx, bucket, prefix)
		if err != nil {
			return nil, err
		}
		objects = append(objects, listed...)
	}
	return objects, nil
}

// place divides a name of S3's.
func place(name string) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(name, scheme), "/")
	return bucket, prefix
}
