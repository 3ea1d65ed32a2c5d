package main

import (
	"fmt"
	"reflect"
	"slices"

	"reduction/lambdatest"
)

// disagree holds a table's items against the reference's results. Each invocation must have
// written exactly those, under its own request ID, and nothing else may be in the table.
// It returns what disagrees, a sentence each.
func disagree(items []lambdatest.Item, want []result, invocations []string) []string {
	type key struct{ pk, sk string }
	expected := make(map[key]lambdatest.Item, len(want)*len(invocations))
	for _, id := range invocations {
		for i := range want {
			expected[key{id, want[i].sortKey()}] = item(id, &want[i])
		}
	}
	var wrong []string
	for _, got := range items {
		k := key{got["PK"].Text(), got["SK"].Text()}
		switch want, ok := expected[k]; {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("an item that should not be: PK %q, SK %q", k.pk, k.sk))
		case !reflect.DeepEqual(got, want):
			wrong = append(wrong, fmt.Sprintf("an item that is not right: %v, want %v", got, want))
		}
		delete(expected, k)
	}
	for k := range expected {
		wrong = append(wrong, fmt.Sprintf("an item that is missing: PK %q, SK %q", k.pk, k.sk))
	}
	slices.Sort(wrong)
	return wrong
}

// item is a result as the experiment's table stores it.
func item(pk string, r *result) lambdatest.Item {
	return lambdatest.Item{
		"PK":                  {"S": pk},
		"SK":                  {"S": r.sortKey()},
		"AverageRecoveryTime": {"N": r.Mean},
		"Diagnosis":           {"S": r.Diagnosis},
		"Hospital":            {"S": r.Hospital},
		"MostUsedTreatment":   {"S": r.Treatment},
	}
}
