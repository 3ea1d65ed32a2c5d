package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"reduction/runtime/lambdatest/dynamodb"
)

// Conditions are about the item that is there, before the write.
func TestConditions(t *testing.T) {
	const values = `":n":{"N":"7"},":m":{"N":"70"},":s":{"S":"seven"},":e":{"S":"sev"}`
	for _, test := range []struct {
		condition string
		there     bool   // whether an item with n=7 and s=seven meets it
		absent    bool   // whether no item does
		failure   string // "" or a part of the message
	}{
		{"attribute_not_exists(PK)", false, true, ""},
		{"attribute_exists(PK)", true, false, ""},
		{"attribute_exists(x)", false, false, ""},
		{"n = :n", true, false, ""},
		{":n = n", true, false, ""},
		{"n = s", false, false, ""},
		{"x = y", false, false, ""},
		{"n <> :n", false, true, ""},
		{"n < :m AND n <= :m", true, false, ""},
		{"n > :m OR n >= :m", false, false, ""},
		{"n < :s", false, false, ""},
		{"n BETWEEN :n AND :m", true, false, ""},
		{"s IN (:e, :s)", true, false, ""},
		{"begins_with(s, :e)", true, false, ""},
		{"NOT (n = :n OR s = :e)", false, true, ""},
		{"attribute_not_exists(PK) OR n = :n AND s = :s", true, true, ""},
		{"NOT n = :n AND s = :s", false, false, ""},
		{"", false, false, "The expression can not be empty"},
		{"n = :undefined", false, false, "attribute value: :undefined"},
		{"n =", false, false, "Syntax error"},
		{"n = :n n", false, false, "Syntax error"},
		{"(n = :n", false, false, "Syntax error"},
		{"between(n, :n)", false, false, "Invalid function name"},
	} {
		used := "" // DynamoDB refuses values that the expression does not use
		for v := range strings.SplitSeq(values, ",") {
			if name := strings.Split(v, `"`)[1]; strings.Contains(test.condition, name) {
				used += "," + v
			}
		}
		if used != "" {
			used = `,"ExpressionAttributeValues":{` + used[1:] + `}`
		}
		for _, there := range []bool{true, false} {
			c := newDDBClient(t)
			before := 0
			if there {
				c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "b")+`,"n":{"N":"7"},"s":{"S":"seven"}}}`, nil)
				before = 1
			}
			condition := fmt.Sprintf(`,"ConditionExpression":%q%s}`, test.condition, used)
			failure, answer := c.do("DeleteItem", `{"TableName":"tab","Key":{`+keyOf("a", "b")+`}`+condition)
			left := len(c.d.Items("tab"))
			c.d.Empty("tab")
			if there {
				c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "b")+`,"n":{"N":"7"},"s":{"S":"seven"}}}`, nil)
			}
			put, _ := c.do("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "b")+`,"new":{"BOOL":true}}`+condition)
			stored := slices.ContainsFunc(c.d.Items("tab"), func(i dynamodb.Item) bool { return i["new"] != nil })
			want := there && test.there || !there && test.absent
			switch {
			case test.failure != "":
				if failure != "ValidationException" || put != failure || !strings.Contains(answer, test.failure) {
					t.Errorf("%q: %s %s", test.condition, failure, answer)
				}
			case want && (failure != "" || put != "" || left > 0 || !stored):
				t.Errorf("%q, item there %v: %s, %q, not met", test.condition, there, answer, put)
			case !want && (failure != "ConditionalCheckFailedException" || put != failure || left != before || stored):
				t.Errorf("%q, item there %v: %s, %q, met", test.condition, there, answer, put)
			}
		}
	}
}

// Reads without ConsistentRead see the table as it was at some time, and those with it as it is.
func TestStale(t *testing.T) {
	c := newDDBClient(t)
	c.d.Stale(1)
	number := func(item map[string]map[string]string) string { return item["n"]["N"] }
	seen := map[string]bool{}
	for i := range 30 {
		want := fmt.Sprint(i)
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "b")+`,"n":{"N":"`+want+`"}}}`, nil)
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "c"+want)+`,"n":{"N":"`+want+`"}}}`, nil)
		for _, consistent := range []bool{true, false} {
			var got struct {
				Item map[string]map[string]string
			}
			var page struct {
				Items []map[string]map[string]string
			}
			c.must("GetItem", fmt.Sprintf(`{"TableName":"tab","ConsistentRead":%v,"Key":{%s}}`, consistent, keyOf("a", "b")), &got)
			c.must("Query", fmt.Sprintf(`{"TableName":"tab","ConsistentRead":%v,"KeyConditionExpression":"PK = :p","ExpressionAttributeValues":{":p":{"S":"a"}}}`, consistent), &page)
			switch {
			case consistent && (number(got.Item) != want || len(page.Items) != i+2):
				t.Errorf("write %s: a consistent read finds %v and %d items", want, got.Item, len(page.Items))
			case !consistent && len(page.Items) > 1:
				// One state of the table: what was written together in it is of one time.
				n := 0
				fmt.Sscan(number(page.Items[0]), &n)
				if rest := len(page.Items) - 1; rest != n && rest != n+1 {
					t.Errorf("write %s: a Query finds write %d and %d others", want, n, rest)
				}
			}
			if !consistent {
				seen[number(got.Item)] = true
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("stale reads found %v", seen)
	}
	if left := len(c.d.Items("tab")); left != 31 {
		t.Errorf("%d items", left)
	}
	encoded, _ := json.Marshal(c.d.Items("tab")[0])
	if !strings.Contains(string(encoded), `"29"`) {
		t.Errorf("stale reads have changed the table: %s", encoded)
	}
}

// A table may have other keys, and no sort key.
func TestCreateTableWithKeys(t *testing.T) {
	c := newDDBClient(t)
	c.d.CreateTableWithKeys("alone", dynamodb.Key{Name: "PK", Type: "S"})
	c.d.CreateTableWithKeys("other", dynamodb.Key{Name: "id", Type: "N"}, dynamodb.Key{Name: "day", Type: "S"})
	two := strings.Replace(batch(put(keyOf("a", "b")), put(keyOf("a", "c"))), "tab", "alone", 1)
	if failure, answer := c.do("BatchWriteItem", two); failure != "ValidationException" || !strings.Contains(answer, "contains duplicates") {
		t.Errorf("%s", answer)
	}
	for table, want := range map[string]string{
		"alone": `"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}]`,
		"other": `"KeySchema":[{"AttributeName":"id","KeyType":"HASH"},{"AttributeName":"day","KeyType":"RANGE"}]`,
	} {
		if _, answer := c.do("DescribeTable", `{"TableName":"`+table+`"}`); !strings.Contains(answer, want) {
			t.Errorf("%s: %s", table, answer)
		}
	}
}
