package lambdatest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// A ddbClient sends requests behind the signatures and checks what every answer must have.
type ddbClient struct {
	t *testing.T
	d *DynamoDB
}

func newDDBClient(t *testing.T) ddbClient {
	s := NewServer()
	t.Cleanup(s.Close)
	s.DynamoDB.CreateTable("tab")
	return ddbClient{t, s.DynamoDB}
}

// do returns an error's name, "" for success, and the answer.
func (c ddbClient) do(op, body string) (failure, answer string) {
	c.t.Helper()
	return c.with(c.d.serve, op, body)
}

func (c ddbClient) with(serve func(http.ResponseWriter, *http.Request, []byte), op, body string) (failure, answer string) {
	c.t.Helper()
	r, _ := http.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+op)
	w := &bodyRecorder{header: make(http.Header), status: 200}
	serve(w, r, []byte(body))
	answer = w.body.String()
	if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.body.Bytes())), 10); w.header.Get("X-Amz-Crc32") != sum && w.status != 413 {
		c.t.Errorf("%s: checksum %q, want %s", op, w.header.Get("X-Amz-Crc32"), sum)
	}
	if w.status == 413 {
		return "413", ""
	}
	if len(w.header.Get("X-Amzn-Requestid")) != 52 {
		c.t.Errorf("%s: request ID %q", op, w.header.Get("X-Amzn-Requestid"))
	}
	var e struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal(w.body.Bytes(), &e); err != nil {
		c.t.Fatalf("%s: %v in %s", op, err, answer)
	}
	_, failure, _ = strings.Cut(e.Type, "#")
	if (failure != "") != (w.status != 200) {
		c.t.Errorf("%s: status %d with %q", op, w.status, answer)
	}
	return failure, answer
}

// must sends a request that has to succeed, and decodes its answer.
func (c ddbClient) must(op, body string, out any) {
	c.t.Helper()
	failure, answer := c.do(op, body)
	if failure != "" {
		c.t.Fatalf("%s %s: %s", op, body, answer)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(answer), out); err != nil {
			c.t.Fatal(err)
		}
	}
}

func ddbPut(attributes string) string { return `{"PutRequest":{"Item":{` + attributes + `}}}` }

func ddbKeyOf(pk, sk string) string { return fmt.Sprintf(`"PK":{"S":%q},"SK":{"S":%q}`, pk, sk) }

func ddbBatch(writes ...string) string {
	return `{"RequestItems":{"tab":[` + strings.Join(writes, ",") + `]}}`
}

func TestBatchWriteItemRefuses(t *testing.T) {
	many := func(n int) (writes []string) {
		for i := range n {
			writes = append(writes, ddbPut(ddbKeyOf("a", fmt.Sprint(i))))
		}
		return writes
	}
	// An item's size: names and values (Developer Guide, DynamoDB item sizes and formats).
	full := strings.Repeat("x", ddbMaxItem-len("PK")-len("a")-len("SK")-len("b")-len("v"))
	const validation, serialization = "ValidationException", "SerializationException"
	for _, test := range []struct{ name, body, failure, message string }{
		{"one", ddbBatch(ddbPut(ddbKeyOf("a", "b"))), "", ""},
		{"25", ddbBatch(many(25)...), "", ""},
		{"26", ddbBatch(many(26)...), validation, "Member must have length less than or equal to 25"},
		{"none", ddbBatch(), validation, "Member must have length greater than or equal to 1"},
		{"no tables", `{"RequestItems":{}}`, validation, "greater than or equal to 1"},
		{"nothing", `{}`, validation, "Value null at 'requestItems'"},
		{"unknown table", `{"RequestItems":{"nope":[` + ddbPut(ddbKeyOf("a", "b")) + `]}}`, "ResourceNotFoundException", "Requested resource not found"},
		{"duplicate puts", ddbBatch(ddbPut(ddbKeyOf("a", "b")), ddbPut(ddbKeyOf("a", "b"))), validation, "Provided list of item keys contains duplicates"},
		{"put and delete", ddbBatch(ddbPut(ddbKeyOf("a", "b")), `{"DeleteRequest":{"Key":{`+ddbKeyOf("a", "b")+`}}}`), validation, "contains duplicates"},
		{"neither", ddbBatch(`{}`), validation, "must contain exactly one"},
		{"both", ddbBatch(`{"PutRequest":{"Item":{` + ddbKeyOf("a", "b") + `}},"DeleteRequest":{"Key":{` + ddbKeyOf("a", "b") + `}}}`), validation, "must contain exactly one"},
		{"empty put", ddbBatch(`{"PutRequest":{}}`), validation, "putRequest.item"},
		{"delete", ddbBatch(`{"DeleteRequest":{"Key":{` + ddbKeyOf("a", "b") + `}}}`), "", ""},
		{"delete by half a key", ddbBatch(`{"DeleteRequest":{"Key":{"PK":{"S":"a"}}}}`), validation, "does not match the schema"},
		{"delete by too much", ddbBatch(`{"DeleteRequest":{"Key":{` + ddbKeyOf("a", "b") + `,"x":{"S":"1"}}}}`), validation, "does not match the schema"},
		{"no sort key", ddbBatch(ddbPut(`"PK":{"S":"a"}`)), validation, "does not match the schema"},
		{"wrong key type", ddbBatch(ddbPut(`"PK":{"S":"a"},"SK":{"N":"1"}`)), validation, "does not match the schema"},
		{"empty partition key", ddbBatch(ddbPut(ddbKeyOf("", "b"))), validation, "cannot contain an empty string value. Key: PK"},
		{"empty sort key", ddbBatch(ddbPut(ddbKeyOf("a", ""))), validation, "cannot contain an empty string value. Key: SK"},
		{"longest keys", ddbBatch(ddbPut(ddbKeyOf(strings.Repeat("é", 1024), strings.Repeat("é", 512)))), "", ""},
		{"partition key too long", ddbBatch(ddbPut(ddbKeyOf(strings.Repeat("é", 1024)+"x", "b"))), validation, "Size of hashkey"},
		{"sort key too long", ddbBatch(ddbPut(ddbKeyOf("a", strings.Repeat("é", 512)+"x"))), validation, "Aggregated size of all range keys"},
		{"largest item", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"v":{"S":"` + full + `"}`)), "", ""},
		{"item too large", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"v":{"S":"` + full + `x"}`)), validation, "Item size has exceeded"},
		{"request too large", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"v":{"S":"` + strings.Repeat("x", ddbMaxRequest) + `"}`)), "413", ""},
		{"no number", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"n":{"N":"1,5"}`)), validation, "cannot be converted to a numeric value: 1,5"},
		{"a number unquoted", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"n":{"N":1}`)), serialization, "NUMBER_VALUE cannot be converted to String"},
		{"two types", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"n":{"N":"1","S":"1"}`)), validation, "more than one datatypes"},
		{"no type", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"n":{}`)), validation, "is empty"},
		{"unknown type", ddbBatch(ddbPut(ddbKeyOf("a", "b") + `,"n":{"s":"case matters"}`)), validation, "is empty"},
		{"names in another case", `{"requestitems":{"tab":[` + ddbPut(ddbKeyOf("a", "b")) + `]}}`, validation, "'requestItems'"},
		{"no JSON", `{`, serialization, ""},
		{"JSON and more", ddbBatch(ddbPut(ddbKeyOf("a", "b"))) + "x", serialization, ""},
		{"not UTF-8", ddbBatch(ddbPut(ddbKeyOf("a", "b") + ",\"v\":{\"S\":\"\xff\"}")), serialization, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newDDBClient(t)
			failure, answer := c.do("BatchWriteItem", test.body)
			if failure != test.failure || !strings.Contains(answer, test.message) {
				t.Errorf("got %s %.300s, want %s %s", failure, answer, test.failure, test.message)
			}
			if test.failure != "" && len(c.d.Items("tab")) != 0 {
				t.Error("a refused batch has written something")
			}
		})
	}
}

func TestBatchWriteItemSumsTables(t *testing.T) {
	c := newDDBClient(t)
	c.d.CreateTable("other")
	var writes []string
	for i := range 13 {
		writes = append(writes, ddbPut(ddbKeyOf("a", fmt.Sprint(i))))
	}
	list := strings.Join(writes, ",")
	if failure, answer := c.do("BatchWriteItem", `{"RequestItems":{"tab":[`+list+`],"other":[`+list+`]}}`); failure != "ValidationException" {
		t.Errorf("26 in two tables: %s", answer)
	}
}

func TestOperations(t *testing.T) {
	c := newDDBClient(t)
	item := `{"TableName":"tab","Item":{` + ddbKeyOf("a", "b") + `,"n":{"N":"0012.50"},"name":{"S":"x"}}}`
	for _, step := range []struct{ op, body, want string }{
		{"PutItem", item, `{}`},
		{"PutItem", item[:len(item)-1] + `,"ReturnValues":"ALL_OLD"}`, `{"Attributes":{"PK":{"S":"a"},"SK":{"S":"b"},"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + ddbKeyOf("a", "b") + `}}`, `{"Item":{"PK":{"S":"a"},"SK":{"S":"b"},"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + ddbKeyOf("a", "b") + `},"ProjectionExpression":"n, #x","ExpressionAttributeNames":{"#x":"name"}}`, `{"Item":{"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + ddbKeyOf("a", "c") + `}}`, `{}`},
		{"BatchGetItem", `{"RequestItems":{"tab":{"Keys":[{` + ddbKeyOf("a", "b") + `},{` + ddbKeyOf("a", "c") + `}],"ProjectionExpression":"n"}}}`, `{"Responses":{"tab":[{"n":{"N":"12.5"}}]},"UnprocessedKeys":{}}`},
		{"DeleteItem", `{"TableName":"tab","Key":{` + ddbKeyOf("a", "b") + `},"ReturnConsumedCapacity":"TOTAL"}`, `{"ConsumedCapacity":{"TableName":"tab","CapacityUnits":1}}`},
		{"Scan", `{"TableName":"tab"}`, `{"Count":0,"ScannedCount":0,"Items":[]}`},
		{"ListTables", `{}`, `{"TableNames":["tab"]}`},
		{"UpdateTimeToLive", `{"TableName":"tab","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"TTL"}}`, `{"TimeToLiveSpecification":{"AttributeName":"TTL","Enabled":true}}`},
		{"DescribeTimeToLive", `{"TableName":"tab"}`, `{"TimeToLiveDescription":{"AttributeName":"TTL","TimeToLiveStatus":"ENABLED"}}`},
	} {
		if failure, answer := c.do(step.op, step.body); failure != "" || answer != step.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", step.op, step.body, answer, step.want)
		}
	}
}

func TestTables(t *testing.T) {
	c := newDDBClient(t)
	const create = `{"TableName":"byNumber","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"n","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"n","AttributeType":"N"}]}`
	c.must("CreateTable", create, nil)
	if failure, _ := c.do("CreateTable", create); failure != "ResourceInUseException" {
		t.Errorf("the same table: %q", failure)
	}
	var out struct {
		Table struct{ TableStatus, TableName string }
	}
	c.must("DescribeTable", `{"TableName":"byNumber"}`, &out)
	if out.Table.TableStatus != "ACTIVE" {
		t.Errorf("%+v", out)
	}
	// One number, spelled twice, is one key.
	c.must("PutItem", `{"TableName":"byNumber","Item":{"n":{"N":"10"}}}`, nil)
	c.must("PutItem", `{"TableName":"byNumber","Item":{"n":{"N":"1.0e1"}}}`, nil)
	if n := len(c.d.Items("byNumber")); n != 1 {
		t.Errorf("%d items", n)
	}
	c.must("DeleteTable", `{"TableName":"byNumber"}`, nil)
	if failure, _ := c.do("DescribeTable", `{"TableName":"byNumber"}`); failure != "ResourceNotFoundException" {
		t.Errorf("a deleted table: %q", failure)
	}
	for _, index := range []string{"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} {
		if failure, answer := c.do("CreateTable", strings.Replace(create, "{", `{"`+index+`":[],`, 1)); failure == "" || !strings.Contains(answer, "not supported") {
			t.Errorf("%s: %s", index, answer)
		}
	}
}

// What this server can't do is refused by name: a test must not pass because a condition
// was ignored.
func TestUnsupportedIsRefused(t *testing.T) {
	c := newDDBClient(t)
	for _, test := range []struct{ op, body, param string }{
		{"PutItem", `"Item":{` + ddbKeyOf("a", "b") + `},"ConditionExpression":"attribute_exists(PK)"`, "ConditionExpression"},
		{"PutItem", `"Item":{` + ddbKeyOf("a", "b") + `},"Expected":{}`, "Expected"},
		{"DeleteItem", `"Key":{` + ddbKeyOf("a", "b") + `},"ConditionExpression":"attribute_exists(PK)"`, "ConditionExpression"},
		{"GetItem", `"Key":{` + ddbKeyOf("a", "b") + `},"AttributesToGet":["x"]`, "AttributesToGet"},
		{"Query", `"KeyConditions":{}`, "KeyConditions"},
		{"Query", `"KeyConditionExpression":"PK = :p","FilterExpression":"x = :p"`, "FilterExpression"},
		{"Query", `"IndexName":"index","KeyConditionExpression":"PK = :p"`, "IndexName"},
		{"Scan", `"FilterExpression":"x = :p"`, "FilterExpression"},
	} {
		failure, answer := c.do(test.op, `{"TableName":"tab",`+test.body+`}`)
		if failure != "ValidationException" || !strings.Contains(answer, test.param+" is not supported by lambdatest") {
			t.Errorf("%s %s: %s", test.op, test.body, answer)
		}
	}
	if failure, _ := c.do("UpdateItem", `{}`); failure != "UnknownOperationException" {
		t.Errorf("UpdateItem: %q", failure)
	}
}

func TestItems(t *testing.T) {
	c := newDDBClient(t)
	c.must("PutItem", `{"TableName":"tab","Item":{`+ddbKeyOf("a", "b")+`,"n":{"N":"1.50"}}}`, nil)
	items := c.d.Items("tab")
	if len(items) != 1 || items[0]["PK"].Text() != "a" || items[0]["n"]["N"] != "1.5" || c.d.Items("nope") != nil {
		t.Errorf("%v", items)
	}
	c.d.Empty("tab")
	c.d.Empty("nope")
	if items := c.d.Items("tab"); len(items) != 0 {
		t.Errorf("after Empty: %v", items)
	}
}

func TestHandedBack(t *testing.T) {
	c := newDDBClient(t)
	var writes []string
	for i := range 8 {
		writes = append(writes, ddbPut(ddbKeyOf("a", fmt.Sprint(i))))
	}
	serve := func(w http.ResponseWriter, r *http.Request, body []byte) {
		c.d.serve(w, r.WithContext(context.WithValue(r.Context(), handBackKey{}, 0.5)), body)
	}
	failure, answer := c.with(serve, "BatchWriteItem", ddbBatch(writes...))
	var out struct{ UnprocessedItems map[string][]json.RawMessage }
	if err := json.Unmarshal([]byte(answer), &out); err != nil || failure != "" {
		t.Fatal(answer)
	}
	if n := len(out.UnprocessedItems["tab"]); n != 4 || len(c.d.Items("tab")) != 4 {
		t.Errorf("%d handed back, %d written", n, len(c.d.Items("tab")))
	}
	// What comes back can be sent again as it is.
	again, _ := json.Marshal(map[string]any{"RequestItems": out.UnprocessedItems})
	if c.must("BatchWriteItem", string(again), nil); len(c.d.Items("tab")) != 8 {
		t.Errorf("%d items in the end", len(c.d.Items("tab")))
	}
}

// A client that doesn't read its answer holds up nobody else.
func TestSlowReader(t *testing.T) {
	c := newDDBClient(t)
	r, _ := http.NewRequest("POST", "/", nil)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	writing, release := make(chan bool), make(chan bool)
	go c.d.serve(stuckWriter{&bodyRecorder{header: make(http.Header)}, writing, release}, r, []byte("{}"))
	<-writing
	c.must("ListTables", "{}", nil)
	close(release)
}

type stuckWriter struct {
	*bodyRecorder
	writing, release chan bool
}

func (w stuckWriter) Write(p []byte) (int, error) {
	close(w.writing)
	<-w.release
	return len(p), nil
}
