package stores

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/runtime/lambdatest"
)

// client returns a client of an emulator.
func client(t *testing.T, s *lambdatest.Server) *aws.Client {
	t.Helper()
	config, err := aws.FromEnv(s.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	c, err := aws.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A run over objects in S3, with its partials beside them, has the rows of all objects; an object
// that is overwritten under way fails it.
func TestShards(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("feed")
	const header = "Hospital,Diagnosis,Treatment,Recovery Time\n"
	large := header + string(bytes.Repeat([]byte("A,\"x\ny\",T,5\n"), 10_000))
	s.S3.Put("feed", "days/large.csv", []byte(large))
	for i := range 10 {
		s.S3.Put("feed", fmt.Sprintf("days/%d.csv", i), []byte(header+"A,\"x\ny\",T,7\n"))
	}
	s.S3.Put("feed", "other.csv", []byte("not read"))
	s.S3.Put("feed", "days/of another run.part", []byte("not read"))
	ctx := context.Background()
	shards := Shards{Client: client(t, s), Bucket: "feed", Partials: "days/partials/"}
	objects, err := shards.List(ctx, "feed", "days/")
	if err != nil || len(objects) != 11 {
		t.Fatalf("%d objects, %v", len(objects), err)
	}
	var o job.Options
	p, err := shard.NewPlan("run", &o, objects, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(ctx, shards); err != nil {
		t.Fatal(err)
	}
	m := shard.Mapper{Source: shards, Options: &o}
	var heads []*shard.Head
	var chain *shard.Chain
	for tasks := p.First(); chain == nil; {
		for _, task := range tasks {
			partial, err := m.Map(ctx, nil, p, task)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time it is there
				if err := shards.PutPartial(ctx, p.Name(task), partial); err != nil {
					t.Fatal(err)
				}
			}
			if err := shards.PutPartial(ctx, p.Name(task), partial[1:]); !errors.Is(err, ErrTwoPartials) {
				t.Fatalf("%v, want %v", err, ErrTwoPartials)
			}
			heads = append(heads, head(t, shards, p, task))
		}
		if chain, tasks, err = shard.Check(p, &o, heads); err != nil {
			t.Fatal(err)
		}
	}
	if chain.Rows != 10_010 || len(p.Shards) < 6 {
		t.Errorf("%d rows in %d shards", chain.Rows, len(p.Shards))
	}
	if again, err := shards.List(ctx, "feed", "days/"); err != nil || len(again) != len(objects) {
		t.Errorf("%d objects, %v", len(again), err)
	}
	s.S3.Put("feed", "days/large.csv", []byte(large))
	if _, err := m.Map(ctx, nil, p, shard.Task{Shard: 2, Start: shard.Guess}); err != nil {
		t.Errorf("the same bytes again: %v", err)
	}
	s.S3.Put("feed", "days/large.csv", append([]byte(large), '\n'))
	if _, err := m.Map(ctx, nil, p, shard.Task{Shard: 2, Start: shard.Guess}); !errors.Is(err, s3.ErrChanged) {
		t.Errorf("%v, want %v", err, s3.ErrChanged)
	}
}

func head(t *testing.T, s Shards, p *shard.Plan, task shard.Task) *shard.Head {
	t.Helper()
	partial, err := s.OpenPartial(context.Background(), p.Name(task))
	if err != nil {
		t.Fatal(err)
	}
	defer partial.Close()
	var r shard.Reader
	if err := r.Reset(partial); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, partial); err != nil {
		t.Fatal(err)
	}
	return r.Head
}
