package main

import (
	"runtime"

	"reduction/ddbwire"
	"reduction/runtime/lambdatest"
)

// AWS's published prices in us-east-1, US dollars, without the free tier and the discounts
// of very high use, as they stood in November 2026:
// aws.amazon.com/lambda/pricing, aws.amazon.com/s3/pricing ("S3 Standard, GET, SELECT, and
// all other requests"), aws.amazon.com/dynamodb/pricing/on-demand ("Standard table class,
// write request units"). AWS Lambda Power Tuning rounds the first two to 2.1e-9 and 1.7e-9
// a millisecond at 128 MB, and comes out 1% and 2% higher.
const (
	x86GBSecond    = 0.0000166667
	armGBSecond    = 0.0000133334
	lambdaRequest  = 0.20 / 1e6
	s3Get          = 0.0004 / 1e3
	ddbWriteUnit   = 0.625 / 1e6
	megabytesPerGB = 1024
)

// Lambda's names for its architectures. CreateFunction, Architectures.
const (
	x86 = "x86_64"
	arm = "arm64"
)

// prices are what a cost is reckoned with. They are of one architecture, never mixed.
type prices struct {
	Architecture string  `json:"architecture"` // of Lambda: x86_64 or arm64
	Region       string  `json:"region"`
	Date         string  `json:"date"`
	GBSecond     float64 `json:"lambdaGBSecondUSD"`
	Request      float64 `json:"lambdaRequestUSD"`
	S3Get        float64 `json:"s3GetUSD"`
	WriteUnit    float64 `json:"dynamoDBWriteUnitUSD"`
}

// pricesOf returns the prices of an architecture; ok is false for one that Lambda lacks.
func pricesOf(architecture string) (p prices, ok bool) {
	p = prices{architecture, "us-east-1", "2026-11", x86GBSecond, lambdaRequest, s3Get, ddbWriteUnit}
	if architecture == arm {
		p.GBSecond = armGBSecond
	}
	return p, architecture == x86 || architecture == arm
}

// machineArchitecture is Lambda's name for this machine's.
func machineArchitecture() string {
	if runtime.GOARCH == "arm64" {
		return arm
	}
	return x86
}

// writeUnits is what writing an item takes of DynamoDB: one for every KB of its size, or part
// of one. Developer Guide, DynamoDB read and write operations.
func writeUnits(item lambdatest.Item) int {
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
