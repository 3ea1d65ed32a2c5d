package main

import (
	"slices"
	"strings"
	"testing"

	"reduction/lambdatest"
)

func TestDisagree(t *testing.T) {
	want := []result{{"x", "A", "1.5", "T", 2}, {"x", "B", "2", "T", 1}}
	ids := []string{"id-1", "id-2"}
	table := func() []lambdatest.Item {
		var items []lambdatest.Item
		for _, id := range ids {
			for i := range want {
				items = append(items, item(id, &want[i]))
			}
		}
		return items
	}
	for _, test := range []struct {
		name   string
		change func(items []lambdatest.Item) []lambdatest.Item
		says   string // "": nothing
	}{
		{"nothing", func(i []lambdatest.Item) []lambdatest.Item { return i }, ""},
		{"another order", func(i []lambdatest.Item) []lambdatest.Item { slices.Reverse(i); return i }, ""},
		{"one lost", func(i []lambdatest.Item) []lambdatest.Item { return i[1:] }, `missing: PK "id-1"`},
		{"all lost", func(i []lambdatest.Item) []lambdatest.Item { return nil }, "missing"},
		{"mean", func(i []lambdatest.Item) []lambdatest.Item {
			i[3]["AverageRecoveryTime"] = lambdatest.Value{"N": "3"}
			return i
		}, "not right"},
		{"type", func(i []lambdatest.Item) []lambdatest.Item {
			i[3]["AverageRecoveryTime"] = lambdatest.Value{"S": "2"}
			return i
		}, "not right"},
		{"mode", func(i []lambdatest.Item) []lambdatest.Item {
			i[0]["MostUsedTreatment"] = lambdatest.Value{"S": "U"}
			return i
		}, "not right"},
		{"attribute too many", func(i []lambdatest.Item) []lambdatest.Item { i[0]["More"] = lambdatest.Value{"S": "U"}; return i }, "not right"},
		{"attribute too few", func(i []lambdatest.Item) []lambdatest.Item { delete(i[0], "Hospital"); return i }, "not right"},
		{"another's", func(i []lambdatest.Item) []lambdatest.Item { return append(i, item("id-3", &want[0])) }, `should not be: PK "id-3"`},
	} {
		wrong := disagree(test.change(table()), want, ids)
		if test.says == "" && len(wrong) > 0 || test.says != "" && !strings.Contains(strings.Join(wrong, "\n"), test.says) {
			t.Errorf("%s: %q", test.name, wrong)
		}
	}
}
