package scale

import (
	"math"
	"time"

	"reduction/cmd/lab/internal/pricing"
	"reduction/internal/shard"
)

// Assumptions are what an Estimate is made of, beside prices. None of them was measured on AWS.
type Assumptions struct {
	Size        int64   // of all objects, in bytes
	Shard       int64   // wanted size of shards
	Speed       int64   // bytes a second that a function reads and reduces
	Concurrency int     // functions at a time
	MemoryMB    int     // of a function
	Again       int     // shards of a hundred that are mapped a second time
	Groups      int     // of the result
	Treatments  int     // that a group's rows have
	GBSecond    float64 // prices, in US dollars
	Request     float64 // of Lambda
	Get, Put    float64 // requests of S3
	Write       float64 // DynamoDB's write unit
	Workflow    float64 // a child execution of Step Functions, an Express Workflow
	WorkflowGBs float64 // a GB-second of these
	Athena      float64 // a TB scanned
}

// Default returns the assumptions that flags change.
func Default() Assumptions {
	p, _ := pricing.Of(pricing.ARM)
	return Assumptions{
		Shard: shard.DefaultSize, Speed: 75e6, Concurrency: 50, MemoryMB: 1769, Again: 10, Groups: 400, Treatments: 15,
		GBSecond: p.GBSecond, Request: p.Request, Get: p.S3Get, Write: p.WriteUnit,
		// us-east-1, November 2026: aws.amazon.com/s3/pricing (PUT),
		// aws.amazon.com/step-functions/pricing (Express Workflows, the first tier),
		// aws.amazon.com/athena/pricing.
		Put: 0.005 / 1e3, Workflow: 1.00 / 1e6, WorkflowGBs: 0.06 / 3600, Athena: 5,
	}
}

// Estimate is what a run takes and costs.
type Estimate struct {
	Shards   int64
	Shard    int64         // bytes
	Map      time.Duration // one shard
	Maps     time.Duration // all of them
	Merge    time.Duration
	Partials int64 // bytes
	Lambda   float64
	Steps    float64
	S3       float64
	DynamoDB float64
	Total    float64
	Athena   float64
}

const (
	// startUp is how long a function takes beside reading: its start, its header, its partial.
	startUp = 0.5
	// rangeSize is how much one GET reads: that of package s3.
	rangeSize = 8 << 20
	// perCounter is what a group's counter for one treatment takes in a partial, and perGroup
	// what its names, place and sum take: docs/scale.md.
	perCounter, perGroup = 5, 65
	// mergeSeconds is what one counter takes to merge on one CPU: docs/scale.md.
	mergeSeconds = 150e-9
	// workflowMB is the memory that a small Express Workflow is charged for.
	workflowMB = 64
)

// Of makes an estimate.
func (a *Assumptions) Of() (e Estimate) {
	e.Shard = max(a.Shard, (a.Size+shard.MaxShards-1)/shard.MaxShards)
	e.Shards = (a.Size + e.Shard - 1) / e.Shard
	e.Shard = (a.Size + e.Shards - 1) / e.Shards
	seconds := startUp + float64(e.Shard)/float64(a.Speed)
	e.Map = duration(seconds)
	again := math.Ceil(float64(e.Shards) * float64(a.Again) / 100)
	waves := math.Ceil(float64(e.Shards)/float64(a.Concurrency)) + math.Ceil(again/float64(a.Concurrency))
	e.Maps = duration(waves * seconds)
	counters := float64(a.Groups) * float64(a.Treatments)
	partial := perGroup*float64(a.Groups) + perCounter*counters
	e.Partials = int64(partial * float64(e.Shards))
	merge := float64(e.Shards) * counters * mergeSeconds
	e.Merge = duration(merge)

	maps := float64(e.Shards) + again
	memory := float64(a.MemoryMB) / pricing.MBPerGB
	e.Lambda = (maps*seconds+merge)*memory*a.GBSecond + maps*a.Request
	e.Steps = maps * (a.Workflow + seconds*workflowMB/pricing.MBPerGB*a.WorkflowGBs)
	gets := math.Ceil(float64(e.Shard)/rangeSize) + 1 // and one for the header
	e.S3 = maps*(gets*a.Get+a.Put) + 2*float64(e.Shards)*a.Get
	e.DynamoDB = float64(a.Groups) * a.Write
	e.Total = e.Lambda + e.Steps + e.S3 + e.DynamoDB
	e.Athena = float64(a.Size) / 1e12 * a.Athena
	return e
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
