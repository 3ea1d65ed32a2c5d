package measure

import (
	"slices"
	"strings"
	"testing"

	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

func TestDifferences(t *testing.T) {
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
		}, "that is wrong"},
		{"type", func(i []lambdatest.Item) []lambdatest.Item {
			i[3]["AverageRecoveryTime"] = lambdatest.Value{"S": "2"}
			return i
		}, "that is wrong"},
		{"mode", func(i []lambdatest.Item) []lambdatest.Item {
			i[0]["MostUsedTreatment"] = lambdatest.Value{"S": "U"}
			return i
		}, "that is wrong"},
		{"attribute too many", func(i []lambdatest.Item) []lambdatest.Item { i[0]["More"] = lambdatest.Value{"S": "U"}; return i }, "that is wrong"},
		{"attribute too few", func(i []lambdatest.Item) []lambdatest.Item { delete(i[0], "Hospital"); return i }, "that is wrong"},
		{"another's", func(i []lambdatest.Item) []lambdatest.Item { return append(i, item("id-3", &want[0])) }, `should not be there: PK "id-3"`},
	} {
		wrong := Differences(test.change(table()), want, ids)
		if test.says == "" && len(wrong) > 0 || test.says != "" && !strings.Contains(strings.Join(wrong, "\n"), test.says) {
			t.Errorf("%s: %q", test.name, wrong)
		}
	}
}

// A tie that is broken in another way is not a wrong mode.
func TestDescribeDifferences(t *testing.T) {
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
		{1, "PK", "other", "wrote 1 of 2 expected items, 1 others that should not be there", "mean"},
	} {
		items := []lambdatest.Item{item("id", &want[0]), item("id", &want[1])}
		if says := describeDifferences(items, want, tied, "id"); says != "" {
			t.Errorf("without differences: %s", says)
		}
		for kind := range items[test.group][test.attribute] {
			items[test.group][test.attribute] = lambdatest.Value{kind: test.is}
		}
		says, _, _ := strings.Cut(describeDifferences(items, want, tied, "id"), "; the first difference is ")
		if !strings.Contains(says, test.says) || strings.Contains(says, test.saysNever) {
			t.Errorf("%+v: %s", test, says)
		}
	}
}
