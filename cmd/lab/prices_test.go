package main

import (
	"math"
	"strings"
	"testing"

	"reduction/internal/dataset"
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
		{x86, 1024, 1000, 0, 0, 1000, 0.0000166667, 0.0000168667},
		{arm, 1024, 1000, 0, 0, 1000, 0.0000133334, 0.0000135334},
		{x86, 128, 0.01, 0, 0, 1, 2.0833375e-9, 2.020833375e-7}, // a millisecond begun is billed
		{arm, 512, 250.2, 1, 400, 251, 1.6733417e-6, 1.6733417e-6 + 2e-7 + 4e-7 + 2.5e-4},
	} {
		p, ok := pricesOf(test.architecture)
		c := p.cost(test.memory, test.ms, test.gets, test.units)
		if !ok || c.BilledMs != test.billed || math.Abs(c.Compute/test.compute-1) > 1e-6 || math.Abs(c.Total/test.all-1) > 1e-6 {
			t.Errorf("%+v: %+v", test, c)
		}
	}
	if _, ok := pricesOf("amd64"); ok {
		t.Error("amd64 is Go's name, not Lambda's")
	}
}

func TestWriteUnits(t *testing.T) {
	for _, test := range []struct{ bytes, want int }{{2, 1}, {1024, 1}, {1025, 2}, {2048, 2}, {2049, 3}} {
		item := lambdatest.Item{"a": {"S": strings.Repeat("x", test.bytes-1)}}
		if got := writeUnits(item); got != test.want {
			t.Errorf("%d bytes: %d units, want %d", test.bytes, got, test.want)
		}
	}
	if got := writeUnits(item("id", &dataset.Result{Diagnosis: "Stroke", Hospital: "City Hospital", Mean: "31.5", Treatment: "Therapy B"})); got != 1 {
		t.Errorf("a group's item: %d units", got)
	}
}
