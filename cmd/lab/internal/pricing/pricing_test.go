package pricing

import (
	"math"
	"strings"
	"testing"

	"reduction/runtime/lambdatest"
)

func TestCost(t *testing.T) {
	for _, test := range []struct {
		architecture string
		memory       int
		ms           float64
		gets, units  int
		billed       int64
		compute, all float64
	}{
		{X86, 1024, 1000, 0, 0, 1000, 0.0000166667, 0.0000168667},
		{ARM, 1024, 1000, 0, 0, 1000, 0.0000133334, 0.0000135334},
		{X86, 128, 0.01, 0, 0, 1, 2.0833375e-9, 2.020833375e-7}, // a part of a millisecond is billed as one
		{ARM, 512, 250.2, 1, 400, 251, 1.6733417e-6, 1.6733417e-6 + 2e-7 + 4e-7 + 2.5e-4},
	} {
		p, ok := Of(test.architecture)
		c := p.Cost(test.memory, test.ms, test.gets, test.units)
		if !ok || c.BilledMs != test.billed || math.Abs(c.Compute/test.compute-1) > 1e-6 || math.Abs(c.Total/test.all-1) > 1e-6 {
			t.Errorf("%+v: %+v", test, c)
		}
	}
	if _, ok := Of("amd64"); ok {
		t.Error("amd64 is Go's name, not Lambda's")
	}
}

func TestWriteUnits(t *testing.T) {
	for _, test := range []struct{ bytes, want int }{{2, 1}, {1024, 1}, {1025, 2}, {2048, 2}, {2049, 3}} {
		item := lambdatest.Item{"a": {"S": strings.Repeat("x", test.bytes-1)}}
		if got := WriteUnits(item); got != test.want {
			t.Errorf("%d bytes: %d units, want %d", test.bytes, got, test.want)
		}
	}
	group := lambdatest.Item{
		"PK": {"S": "8476a536-e9f4-11e8-9739-2dfe598c3fcd"}, "SK": {"S": "#diagnosis#Stroke#hospital#City Hospital"},
		"Diagnosis": {"S": "Stroke"}, "Hospital": {"S": "City Hospital"}, "AverageRecoveryTime": {"N": "31.5"}, "MostUsedTreatment": {"S": "Therapy B"},
	}
	if got := WriteUnits(group); got != 1 {
		t.Errorf("a group's item: %d units", got)
	}
}
