package measure

import (
	"fmt"
	"reflect"
	"slices"

	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// Differences compares a table's items with the reference's results. Each invocation must have
// written exactly those, under its own request ID, and the table must hold nothing else. It
// returns the differences, a sentence each.
func Differences(items []lambdatest.Item, want []dataset.Result, requestIDs []string) []string {
	type key struct{ pk, sk string }
	expected := make(map[key]lambdatest.Item, len(want)*len(requestIDs))
	for _, id := range requestIDs {
		for i := range want {
			expected[key{id, want[i].SortKey()}] = item(id, &want[i])
		}
	}
	var wrong []string
	for _, got := range items {
		k := key{got["PK"].Text(), got["SK"].Text()}
		switch want, ok := expected[k]; {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("an item that should not be there: PK %q, SK %q", k.pk, k.sk))
		case !reflect.DeepEqual(got, want):
			wrong = append(wrong, fmt.Sprintf("an item that is wrong: %v, want %v", got, want))
		}
		delete(expected, k)
	}
	for k := range expected {
		wrong = append(wrong, fmt.Sprintf("an item that is missing: PK %q, SK %q", k.pk, k.sk))
	}
	slices.Sort(wrong)
	return wrong
}

// item returns a result as the experiment's table stores it.
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

// describeDifferences says in a line how the items of one invocation differ from the reference's
// results, and how many differ in a known way; "" if none does. A function whose modes differ in
// ties alone counts correctly, and breaks ties in its own way.
func describeDifferences(items []lambdatest.Item, want []dataset.Result, tied dataset.Ties, requestID string) string {
	wrong := Differences(items, want, []string{requestID})
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
		case r == nil || got["PK"].Text() != requestID:
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
	s := fmt.Sprintf("wrote %d of %d expected items", len(items)-foreign, len(want))
	if len(items) == 0 {
		return s
	}
	for _, kind := range []struct {
		n    int
		what string
	}{
		{foreign, "others that should not be there, or under a PK that is not the request ID"},
		{mean, "with another mean"},
		{mode, "with a mode that is less frequent"},
		{tie, "with a mode as frequent as the reference's, which is the smallest name of a tie"},
	} {
		if kind.n > 0 {
			s += fmt.Sprintf(", %d %s", kind.n, kind.what)
		}
	}
	return s + "; the first difference is " + wrong[0]
}
