package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"reduction/runtime/lambdatest/dynamodb"
)

func TestQueryConditions(t *testing.T) {
	c := newDDBClient(t)
	for _, sk := range []string{"b", "a", "ba", "bb", "c", "é", "Z"} {
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("p", sk)+`}}`, nil)
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("q", sk)+`}}`, nil)
	}
	for _, test := range []struct{ condition, more, want string }{
		{"PK = :p", "", "Z a b ba bb c é"}, // by bytes, not in the order of an alphabet
		{"PK = :p", `,"ScanIndexForward":false`, "é c bb ba b a Z"},
		{"PK = :p AND SK = :b", "", "b"},
		{"PK=:p AND SK<:b", "", "Z a"},
		{"PK = :p AND SK <= :b", "", "Z a b"},
		{"PK = :p AND SK > :b", "", "ba bb c é"},
		{"PK = :p AND SK >= :b", "", "b ba bb c é"},
		{"PK = :p AND SK BETWEEN :b AND :c", "", "b ba bb c"},
		{"begins_with(SK, :b) and PK = :p", "", "b ba bb"},
		{"(PK = :p) AND (:b < SK)", "", "ba bb c é"},
		{"#k = :p", `,"ExpressionAttributeNames":{"#k":"PK"}`, "Z a b ba bb c é"},
	} {
		values := []string{}
		for _, v := range []string{"p", "b", "c"} {
			if strings.Contains(test.condition, ":"+v) {
				values = append(values, fmt.Sprintf(`":%s":{"S":%q}`, v, v))
			}
		}
		var out struct{ Items []dynamodb.Item }
		c.must("Query", fmt.Sprintf(`{"TableName":"tab","KeyConditionExpression":%q,"ExpressionAttributeValues":{%s}%s}`,
			test.condition, strings.Join(values, ","), test.more), &out)
		var got []string
		for _, item := range out.Items {
			got = append(got, item["SK"].Text())
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s %s: %s, want %s", test.condition, test.more, s, test.want)
		}
	}
}

// Whatever the limit, a client that follows LastEvaluatedKey sees every item once.
func TestPaging(t *testing.T) {
	c := newDDBClient(t)
	const items = 50
	for i := range items {
		c.must("PutItem", fmt.Sprintf(`{"TableName":"tab","Item":{%s,"v":{"S":%q}}}`, keyOf("p", fmt.Sprintf("%03d", i)), strings.Repeat("x", 100<<10)), nil)
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf(fmt.Sprint(i), "s")+`}}`, nil)
	}
	for _, test := range []struct {
		op, request string
		limit       int // 0: only the limit of 1 MB ends a page
		items       int
		pages       int // 0: any number
	}{
		{"Query", `"KeyConditionExpression":"PK = :p","ExpressionAttributeValues":{":p":{"S":"p"}},`, 0, items, 5},
		{"Query", `"KeyConditionExpression":"PK = :p","ExpressionAttributeValues":{":p":{"S":"p"}},`, 7, items, 8},
		{"Query", `"KeyConditionExpression":"PK = :p","ExpressionAttributeValues":{":p":{"S":"p"}},"ScanIndexForward":false,`, 10, items, 6},
		{"Scan", ``, 0, 2 * items, 0},
		{"Scan", ``, 1, 2 * items, 101},
		{"Scan", `"Select":"COUNT",`, 9, 2 * items, 12},
	} {
		var seen []string
		count, pages, start := 0, 0, ""
		for more := true; more; pages++ {
			var out struct {
				Count            int
				Items            []dynamodb.Item
				LastEvaluatedKey json.RawMessage
			}
			body := `{"TableName":"tab",` + test.request + start
			if test.limit > 0 {
				body += fmt.Sprintf(`"Limit":%d,`, test.limit)
			}
			c.must(test.op, strings.TrimSuffix(body, ",")+"}", &out)
			for _, item := range out.Items {
				seen = append(seen, item["PK"].Text()+" "+item["SK"].Text())
			}
			count += out.Count
			more = out.LastEvaluatedKey != nil
			start = `"ExclusiveStartKey":` + string(out.LastEvaluatedKey) + ","
		}
		if count != test.items || test.pages > 0 && pages != test.pages {
			t.Errorf("%s %s limit %d: %d items on %d pages, want %d on %d", test.op, test.request, test.limit, count, pages, test.items, test.pages)
		}
		unique := slices.Compact(slices.Sorted(slices.Values(seen)))
		if !strings.Contains(test.request, "COUNT") && len(unique) != test.items {
			t.Errorf("%s %s limit %d: %d different items", test.op, test.request, test.limit, len(unique))
		}
	}
}

func TestParallelScan(t *testing.T) {
	c := newDDBClient(t)
	for i := range 100 {
		c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf(fmt.Sprint(i), "s")+`}}`, nil)
	}
	total := 0
	for segment := range 7 {
		var out struct{ Count int }
		c.must("Scan", fmt.Sprintf(`{"TableName":"tab","Segment":%d,"TotalSegments":7}`, segment), &out)
		total += out.Count
	}
	if total != 100 {
		t.Errorf("%d items in all segments", total)
	}
	for segment, wrong := range map[string]string{
		`"Segment":0`:                             "TotalSegments parameter is required",
		`"TotalSegments":1`:                       "Segment parameter is required",
		`"Segment":7,"TotalSegments":7`:           "Segment: 7 is not less than TotalSegments: 7",
		`"Segment":-1,"TotalSegments":7`:          "Value '-1' at 'segment' failed",
		`"Segment":0,"TotalSegments":0`:           "Value '0' at 'totalSegments' failed",
		`"Segment":0,"TotalSegments":1000001`:     "Value '1000001' at 'totalSegments' failed",
		`"Segment":-1,"TotalSegments":-1`:         "2 validation errors detected",
		`"Segment":0,"TotalSegments":1,"Limit":0`: "Value '0' at 'limit' failed",
	} {
		if failure, answer := c.do("Scan", `{"TableName":"tab",`+segment+`}`); failure != "ValidationException" || !strings.Contains(answer, wrong) {
			t.Errorf("%s: %s %s", segment, failure, answer)
		}
	}
}
