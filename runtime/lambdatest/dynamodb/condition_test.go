package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"reduction/runtime/lambdatest/dynamodb"
)

// Conditions are about the item that is there, before the write.
func TestConditions(t *testing.T) {
	values := []string{`":n":{"N":"7"}`, `":m":{"N":"70"}`, `":s":{"S":"seven"}`, `":e":{"S":"sev"}`, `":b":{"B":"c2V2"}`, `":set":{"SS":["y","x"]}`, `":t":{"BOOL":true}`}
	item := `{` + keyOf("a", "b") + `,"n":{"N":"7"},"s":{"S":"seven"},"b":{"B":"c2V2ZW4="},"tags":{"SS":["x","y"]}}`
	for _, test := range []struct {
		condition string
		there     bool   // whether the item meets it
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
		{"begins_with(b, :b)", true, false, ""},
		{"begins_with(s, :b) OR begins_with(b, :e) OR begins_with(tags, :e)", false, false, ""},
		{"tags = :set", true, false, ""},
		{"n = :n AND (s = :e OR b <> :b) AND NOT s = :e", true, false, ""},
		{"NOT (n = :n OR s = :e)", false, true, ""},
		{"attribute_not_exists(PK) OR n = :n AND s = :s", true, true, ""},
		{"NOT n = :n AND s = :s", false, false, ""},
		{"", false, false, "The expression can not be empty"},
		{"n = :undefined", false, false, "attribute value: :undefined"},
		{"n =", false, false, "Syntax error"},
		{"n = :n n", false, false, "Syntax error"},
		{"(n = :n", false, false, "Syntax error"},
		{"between(n, :n)", false, false, "Invalid function name"},
		{"begins_with(s)", false, false, "operator or function: begins_with, number of operands: 1"},
		{"begins_with(s, :n)", false, false, "operator or function: begins_with, operand type: N"},
		{"attribute_exists(:n)", false, false, "requires a document path; operator or function: attribute_exists"},
		{"n < :t", false, false, "operator or function: <, operand type: BOOL"},
		{"n BETWEEN :m AND :n", false, false, "lower bound operand: AttributeValue: {N:70}, upper bound operand: AttributeValue: {N:7}"},
		{"n = :n AND NOT contains(s, :e)", false, false, "contains is not supported by lambdatest"},
		{"size(s) = :n", false, false, "size is not supported by lambdatest"},
	} {
		used := usedValues(test.condition, values)
		for _, there := range []bool{true, false} {
			c := newDDBClient(t)
			before := 0
			if there {
				c.must("PutItem", `{"TableName":"tab","Item":`+item+`}`, nil)
				before = 1
			}
			condition := fmt.Sprintf(`,"ConditionExpression":%q%s}`, test.condition, used)
			failure, answer := c.do("DeleteItem", `{"TableName":"tab","Key":{`+keyOf("a", "b")+`}`+condition)
			left := len(c.d.Items("tab"))
			c.d.Empty("tab")
			if there {
				c.must("PutItem", `{"TableName":"tab","Item":`+item+`}`, nil)
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

// usedValues returns the member ExpressionAttributeValues with those of the values that a condition
// uses: DynamoDB refuses others.
func usedValues(condition string, values []string) string {
	var used []string
	for _, v := range values {
		if name := strings.Split(v, `"`)[1]; regexp.MustCompile(name + `\b`).MatchString(condition) {
			used = append(used, v)
		}
	}
	if used == nil {
		return ""
	}
	return `,"ExpressionAttributeValues":{` + strings.Join(used, ",") + `}`
}

// A key condition is a condition expression that Query can use.
func TestKeyConditionErrors(t *testing.T) {
	c := newDDBClient(t)
	values := []string{`":p":{"S":"p"}`, `":a":{"S":"a"}`, `":n":{"N":"1"}`}
	for _, test := range []struct{ condition, failure string }{
		{"", "Invalid KeyConditionExpression: The expression can not be empty;"},
		{"PK = :p AND", "Invalid KeyConditionExpression: Syntax error; token: \"<EOF>\""},
		{"PK = :p OR SK = :a", "Invalid operator used in KeyConditionExpression: OR"},
		{"PK = :p AND NOT SK = :a", "Invalid operator used in KeyConditionExpression: NOT"},
		{"PK = :p AND SK <> :a", "Invalid operator used in KeyConditionExpression: <>"},
		{"PK = :p AND SK IN (:a)", "Invalid operator used in KeyConditionExpression: IN"},
		{"PK = :p AND contains(SK, :a)", "Invalid operator used in KeyConditionExpression: contains"},
		{"PK = :p AND begins_with(SK, :n)", "operator or function: begins_with, operand type: N"},
		{"PK = :p AND begins_with(:a, SK)", "begins_with operator must have the key attribute as its first operand"},
		{"PK = :p AND :a BETWEEN SK AND :p", "BETWEEN operator must have the key attribute as its first operand"},
		{"PK = :p AND SK BETWEEN :p AND :a", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"},
		{"PK = :p AND SK > PK", "Multiple attribute names used in one condition"},
		{":a = :p", "No key attribute specified"},
		{"PK = :p AND (PK = :a)", "KeyConditionExpressions must only contain one condition per key"},
		{"PK > :p", "Query key condition not supported"},
		{"PK = :p AND SK = :n", "Condition parameter type does not match schema type"},
		{"PK = :p AND x = :a", "Query condition missed key schema element: SK"},
		{"SK = :a", "Query condition missed key schema element: PK"},
	} {
		failure, answer := c.do("Query", fmt.Sprintf(`{"TableName":"tab","KeyConditionExpression":%q%s}`, test.condition, usedValues(test.condition, values)))
		var refusal struct{ Message string }
		json.Unmarshal([]byte(answer), &refusal)
		if failure != "ValidationException" || !strings.Contains(refusal.Message, test.failure) {
			t.Errorf("%q: %s %s", test.condition, failure, answer)
		}
	}
}

// Reads with ConsistentRead see the table as it is. The others see it as it was at one time or
// another.
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
