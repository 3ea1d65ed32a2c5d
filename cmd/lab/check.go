package main

import (
	"fmt"
	"reflect"
	"slices"

	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// disagree holds a table's items against the reference's results. Each invocation must have
// written exactly those, under its own request ID, and nothing else may be in the table.
// It returns what disagrees, a sentence each.
func disagree(items []lambdatest.Item, want []dataset.Result, invocations []string) []string {
	type key struct{ pk, sk string }
	expected := make(map[key]lambdatest.Item, len(want)*len(invocations))
	for _, id := range invocations {
		for i := range want {
			expected[key{id, want[i].SortKey()}] = item(id, &want[i])
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
func item(pk string, r *dataset.Result) lambdatest.Item {
	return lambdatest.Item{
		"PK":                  {"S": pk},
		"SK":                  {"S": r.SortKey()},
		"AverageRecoveryTime": {"N": r.Mean},
		"Diagnosis":           {"S": r.Diagnosis},
		"Hospital":            {"S": r.Hospital},
		"MostUsedTreatment":   {"S": r.Treatment},
	}
}

// differences says in a line how one invocation's items differ from the reference's, and which
// of the differences are of a known kind; "" when none does. A function whose modes differ in
// ties alone counts well, and breaks ties in its own way.
func differences(items []lambdatest.Item, want []dataset.Result, tied dataset.Ties, id string) string {
	wrong := disagree(items, want, []string{id})
	if len(wrong) == 0 {
		return ""
	}
	byKey := make(map[string]*dataset.Result, len(want))
	for i := range want {
		byKey[want[i].SortKey()] = &want[i]
	}
	var foreign, mean, mode, tie int
	for _, got := range items {
		r := byKey[got["SK"].Text()]
		switch treatment := got["MostUsedTreatment"].Text(); {
		case r == nil || got["PK"].Text() != id:
			foreign++
			continue
		case treatment == r.Treatment:
		case slices.Contains(tied[r.SortKey()], treatment):
			tie++
		default:
			mode++
		}
		if got["AverageRecoveryTime"].Text() != r.Mean {
			mean++
		}
	}
	s := fmt.Sprintf("%d things disagree with the reference: of %d items %d are there", len(wrong), len(want), len(items)-foreign)
	for _, kind := range []struct {
		n    int
		what string
	}{
		{foreign, "others that should not be, or under a PK that is not the request ID"},
		{mean, "with another mean"},
		{mode, "with a mode that is less frequent"},
		{tie, "with a mode as frequent as the reference's, which is the smallest name of a tie"},
	} {
		if kind.n > 0 {
			s += fmt.Sprintf(", %d %s", kind.n, kind.what)
		}
	}
	return s + "; first " + wrong[0]
}
