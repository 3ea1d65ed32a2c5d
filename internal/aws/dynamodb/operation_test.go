package dynamodb

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"reduction/ddbwire"
	"reduction/internal/aws/awstest"
	"reduction/internal/aws/request"
	"reduction/runtime/lambdatest"
	judge "reduction/runtime/lambdatest/dynamodb"
)

// A table with other keys than PK and SK, strings, is found out by asking, and refuses a batch with
// an error that says what it lacks.
func TestTableKeys(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	c := newTestClient(t, awstest.Judged(s))
	for _, test := range []struct {
		table string
		keys  []judge.Key
		want  error
	}{
		{"right", []judge.Key{{Name: "PK", Type: "S"}, {Name: "SK", Type: "S"}}, nil},
		{"no-sort-key", []judge.Key{{Name: "PK", Type: "S"}}, ddbwire.ErrTableKeys},
		{"number", []judge.Key{{Name: "PK", Type: "S"}, {Name: "SK", Type: "N"}}, ddbwire.ErrTableKeys},
		{"other-names", []judge.Key{{Name: "id", Type: "S"}, {Name: "day", Type: "S"}}, ddbwire.ErrTableKeys},
		{"missing", nil, ErrNoSuchTable},
	} {
		if test.keys != nil {
			s.DynamoDB.CreateTableWithKeys(test.table, test.keys[0], test.keys[1:]...)
		}
		b := new(ddbwire.Batch)
		b.Reset(test.table)
		for i := range 2 {
			b.Put(ddbwire.S("PK", "p"), ddbwire.S("SK", strconv.Itoa(i)))
		}
		for what, err := range map[string]error{"CheckTable": c.CheckTable(t.Context(), test.table), "BatchWrite": batchWrite(t.Context(), c, b)} {
			if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), test.table) {
				t.Errorf("%s, %s: %v, want %v", test.table, what, err, test.want)
			}
			if test.want == ddbwire.ErrTableKeys && (err == nil || !strings.Contains(err.Error(), "create the table with the partition key PK and the sort key SK")) {
				t.Errorf("%s, %s: %v does not say what to do", test.table, what, err)
			}
		}
	}
	s.Inject(lambdatest.Script(lambdatest.Fault{Kind: lambdatest.Answer, Status: 400, Code: "AccessDeniedException", Message: "no"}))
	if err := c.CheckTable(t.Context(), "right"); !errors.Is(err, request.ErrAccessDenied) || !strings.Contains(err.Error(), "the role needs dynamodb:DescribeTable on the table") {
		t.Errorf("%v", err)
	}
}

// An item is stored where its condition is met, and read back.
func TestItem(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	s.DynamoDB.CreateTable("table")
	c := newTestClient(t, awstest.Judged(s))
	put := func(n string, condition string, number string) error {
		b := new(ddbwire.Batch)
		b.Reset("table")
		if err := b.Put(ddbwire.S("PK", "latest"), ddbwire.S("SK", "#a \"b\""), ddbwire.N("n", n)); err != nil {
			t.Fatal(err)
		}
		return c.PutItem(t.Context(), b, condition, ddbwire.N(":n", number))
	}
	for _, step := range []struct {
		n, condition string
		number       string
		want         error
		left         string
	}{
		{"1", "n = :n", "1", ErrCondition, ""},
		{"1", "attribute_not_exists(PK) OR n = :n", "7", nil, "1"},
		{"2", "attribute_not_exists(PK) OR n = :n", "2", ErrCondition, "1"},
		{"2", "n = :n", "1", nil, "2"},
	} {
		if err := put(step.n, step.condition, step.number); !errors.Is(err, step.want) {
			t.Errorf("%+v: %v", step, err)
		}
		item, err := c.Item(t.Context(), "table", "latest", "#a \"b\"")
		if err != nil || item["n"] != step.left || (item == nil) != (step.left == "") {
			t.Errorf("%+v: found %v, %v", step, item, err)
		}
	}
	// A damaged answer is asked for again. The item may have been stored before: the condition tells.
	damage := lambdatest.Fault{Kind: lambdatest.Corrupt, Bytes: 1}
	s.Inject(lambdatest.Script(damage, lambdatest.Fault{}, damage))
	if item, err := c.Item(t.Context(), "table", "latest", "#a \"b\""); err != nil || item["n"] != "2" {
		t.Errorf("%v, %v", item, err)
	}
	if err := put("3", "n = :n", "2"); !errors.Is(err, ErrCondition) {
		t.Errorf("stored, damaged, stored again: %v", err)
	}
	if item, err := c.Item(t.Context(), "table", "latest", "#a \"b\""); err != nil || item["n"] != "3" {
		t.Errorf("%v, %v", item, err)
	}
	if _, err := c.Item(t.Context(), "missing", "a", "b"); !errors.Is(err, ErrNoSuchTable) || !strings.Contains(err.Error(), "GetItem missing") {
		t.Errorf("%v", err)
	}
}
