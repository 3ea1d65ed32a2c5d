// Package pricing calculates what AWS charges for an invocation.
package pricing

import (
	"math"
	"runtime"

	"reduction/ddbwire"
	"reduction/runtime/lambdatest"
)

// AWS's published prices in us-east-1 in November 2026, in US dollars, without the free tier and
// the discounts of very high use: aws.amazon.com/lambda/pricing, aws.amazon.com/s3/pricing ("S3
// Standard, GET, SELECT, and all other requests"), aws.amazon.com/dynamodb/pricing/on-demand
// ("Standard table class, write request units"). AWS Lambda Power Tuning rounds the first two to
// 2.1e-9 and 1.7e-9 a millisecond at 128 MB; its costs are 1% and 2% higher.
const (
	x86GBSecond   = 0.0000166667
	armGBSecond   = 0.0000133334
	lambdaRequest = 0.20 / 1e6
	s3Get         = 0.0004 / 1e3
	ddbWriteUnit  = 0.625 / 1e6

	// MBPerGB is how many MB of a function's memory AWS charges as a GB.
	MBPerGB = 1024
)

// Lambda's names for its architectures. CreateFunction, Architectures.
const (
	X86 = "x86_64"
	ARM = "arm64"
)

// MachineArchitecture returns Lambda's name for this machine's architecture.
func MachineArchitecture() string {
	if runtime.GOARCH == "arm64" {
		return ARM
	}
	return X86
}

// Prices are the prices that a cost is calculated with. They are those of one architecture.
type Prices struct {
	Architecture string  `json:"architecture"` // of Lambda: x86_64 or arm64
	Region       string  `json:"region"`
	Date         string  `json:"date"`
	GBSecond     float64 `json:"lambdaGBSecondUSD"`
	Request      float64 `json:"lambdaRequestUSD"`
	S3Get        float64 `json:"s3GetUSD"`
	WriteUnit    float64 `json:"dynamoDBWriteUnitUSD"`
}

// Of returns the prices of an architecture; ok is false for one that Lambda does not have.
func Of(architecture string) (p Prices, ok bool) {
	p = Prices{architecture, "us-east-1", "2026-11", x86GBSecond, lambdaRequest, s3Get, ddbWriteUnit}
	if architecture == ARM {
		p.GBSecond = armGBSecond
	}
	return p, architecture == X86 || architecture == ARM
}

// A Cost is what AWS charges for one invocation, in US dollars, by what it charges for.
type Cost struct {
	BilledMs   int64   `json:"billedMs"`
	Compute    float64 `json:"computeUSD"` // billed time by memory size
	Request    float64 `json:"requestUSD"` // the price of the invocation itself
	S3Gets     int     `json:"s3Gets"`     // GET and HEAD requests, as the emulator counted them
	S3         float64 `json:"s3USD"`
	WriteUnits int     `json:"writeUnits"` // DynamoDB's: the size of each item in KB, rounded up
	DynamoDB   float64 `json:"dynamoDBUSD"`
	KMS        float64 `json:"kmsUSD"` // 0: the job uses no key of the customer's
	Total      float64 `json:"totalUSD"`
}

// Cost returns what an invocation of so many milliseconds costs, with its GET requests to S3 and
// DynamoDB's write units.
func (p *Prices) Cost(memoryMB int, ms float64, gets, units int) *Cost {
	c := &Cost{
		BilledMs:   int64(math.Ceil(ms)),
		Compute:    p.Compute(memoryMB, ms),
		Request:    p.Request,
		S3Gets:     gets,
		S3:         float64(gets) * p.S3Get,
		WriteUnits: units,
		DynamoDB:   float64(units) * p.WriteUnit,
	}
	c.Total = c.Compute + c.Request + c.S3 + c.DynamoDB + c.KMS
	return c
}

// Compute returns the price of an invocation's time, which is rounded up to milliseconds
// (computePrice of AWS Lambda Power Tuning).
func (p *Prices) Compute(memoryMB int, ms float64) float64 {
	return math.Ceil(ms) / 1e3 * p.GBSecond * float64(memoryMB) / MBPerGB
}

// WriteUnits returns the write units that storing an item takes: one for each KB of its size or
// part of one. DynamoDB Developer Guide, "DynamoDB read and write operations".
func WriteUnits(item lambdatest.Item) int {
	var attrs []ddbwire.Attr
	for name, value := range item {
		if _, number := value["N"]; number {
			attrs = append(attrs, ddbwire.N(name, value.Text()))
		} else {
			attrs = append(attrs, ddbwire.S(name, value.Text()))
		}
	}
	const unit = 1 << 10
	return (ddbwire.ItemSize(attrs...) + unit - 1) / unit
}
