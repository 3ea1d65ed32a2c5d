package main

import (
	"slices"
	"strings"
	"testing"

	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

func TestDisagree(t *testing.T) {
	want := []dataset.Result{
		{Diagnosis: "x", Hospital: "A", Mean: "1.5", Treatment: "T"},
		{Diagnosis: "x", Hospital: "B", Mean: "2", Treatment: "T"},
	}
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

// What differs is told apart: a tie broken in another way is not a mode that is wrong.
func TestDifferences(t *testing.T) {
	const data = "Hospital,Diagnosis,Treatment,Recovery Time\nA,x,T,1\nA,x,V,2\nB,x,T,1\nB,x,T,2\nB,x,V,2\n"
	want, tied, err := dataset.ReduceWithTies(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		group           int
		attribute, is   string
		says, saysNever string
	}{
		{0, "MostUsedTreatment", "V", "1 with a mode as frequent", "less frequent"},
		{0, "MostUsedTreatment", "U", "1 with a mode that is less frequent", "as frequent"},
		{1, "MostUsedTreatment", "V", "1 with a mode that is less frequent", "as frequent"},
		{1, "AverageRecoveryTime", "1", "1 with another mean", "mode"},
		{1, "PK", "other", "of 2 items 1 are there, 1 others that should not be", "mean"},
	} {
		items := []lambdatest.Item{item("id", &want[0]), item("id", &want[1])}
		if says := differences(items, want, tied, "id"); says != "" {
			t.Errorf("nothing differs: %s", says)
		}
		for kind := range items[test.group][test.attribute] {
			items[test.group][test.attribute] = lambdatest.Value{kind: test.is}
		}
		says, _, _ := strings.Cut(differences(items, want, tied, "id"), "; first ")
		if !strings.Contains(says, test.says) || strings.Contains(says, test.saysNever) {
			t.Errorf("%+v: %s", test, says)
		}
	}
}
