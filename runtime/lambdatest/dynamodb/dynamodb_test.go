package dynamodb_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
	"reduction/runtime/lambdatest/internal/client"
)

// A ddbClient is a client of a server with the table tab. It checks what every answer must have.
type ddbClient struct {
	*client.Client
	t *testing.T
	s *lambdatest.Server
	d *dynamodb.Service
}

func newDDBClient(t *testing.T) ddbClient {
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	s.DynamoDB.CreateTable("tab")
	return ddbClient{client.New(t, s.Env(), "dynamodb"), t, s, s.DynamoDB}
}

func headersOf(op string) []string {
	return []string{"Content-Type: application/x-amz-json-1.0", "X-Amz-Target: DynamoDB_20120810." + op}
}

// do returns the name of an error, "" for success, and the answer.
func (c ddbClient) do(op, body string) (failure, answer string) {
	c.t.Helper()
	a := c.Do("POST", "/", body, headersOf(op)...)
	if a.Err != nil {
		c.t.Fatalf("%s: %v", op, a.Err)
	}
	if a.Status == 413 {
		return "413", ""
	}
	if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(a.Body))), 10); a.Header.Get("X-Amz-Crc32") != sum {
		c.t.Errorf("%s: checksum %q, want %s", op, a.Header.Get("X-Amz-Crc32"), sum)
	}
	if len(a.Header.Get("X-Amzn-Requestid")) != 52 {
		c.t.Errorf("%s: request ID %q", op, a.Header.Get("X-Amzn-Requestid"))
	}
	var e struct {
		Type string `json:"__type"`
	}
	if err := json.Unmarshal([]byte(a.Body), &e); err != nil {
		c.t.Fatalf("%s: %v in %s", op, err, a.Body)
	}
	_, failure, _ = strings.Cut(e.Type, "#")
	if (failure != "") != (a.Status != 200) {
		c.t.Errorf("%s: status %d with %q", op, a.Status, a.Body)
	}
	return failure, a.Body
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

// Limits of the Developer Guide, Constraints in Amazon DynamoDB, and of the API Reference,
// BatchWriteItem.
const (
	maxItem    = 400 << 10
	maxRequest = 16 << 20
)

func put(attributes string) string { return `{"PutRequest":{"Item":{` + attributes + `}}}` }

func keyOf(pk, sk string) string { return fmt.Sprintf(`"PK":{"S":%q},"SK":{"S":%q}`, pk, sk) }

func batch(writes ...string) string {
	return `{"RequestItems":{"tab":[` + strings.Join(writes, ",") + `]}}`
}

func TestBatchWriteItemRefuses(t *testing.T) {
	many := func(n int) (writes []string) {
		for i := range n {
			writes = append(writes, put(keyOf("a", fmt.Sprint(i))))
		}
		return writes
	}
	// An item's size: names and values (Developer Guide, DynamoDB item sizes and formats).
	full := strings.Repeat("x", maxItem-len("PK")-len("a")-len("SK")-len("b")-len("v"))
	const validation, serialization = "ValidationException", "SerializationException"
	for _, test := range []struct{ name, body, failure, message string }{
		{"one", batch(put(keyOf("a", "b"))), "", ""},
		{"25", batch(many(25)...), "", ""},
		{"26", batch(many(26)...), validation, "Member must have length less than or equal to 25"},
		{"none", batch(), validation, "Member must have length greater than or equal to 1"},
		{"no tables", `{"RequestItems":{}}`, validation, "greater than or equal to 1"},
		{"nothing", `{}`, validation, "Value null at 'requestItems'"},
		{"unknown table", `{"RequestItems":{"nope":[` + put(keyOf("a", "b")) + `]}}`, "ResourceNotFoundException", "Requested resource not found"},
		{"duplicate puts", batch(put(keyOf("a", "b")), put(keyOf("a", "b"))), validation, "Provided list of item keys contains duplicates"},
		{"put and delete", batch(put(keyOf("a", "b")), `{"DeleteRequest":{"Key":{`+keyOf("a", "b")+`}}}`), validation, "contains duplicates"},
		{"neither", batch(`{}`), validation, "must contain exactly one"},
		{"both", batch(`{"PutRequest":{"Item":{` + keyOf("a", "b") + `}},"DeleteRequest":{"Key":{` + keyOf("a", "b") + `}}}`), validation, "must contain exactly one"},
		{"empty put", batch(`{"PutRequest":{}}`), validation, "putRequest.item"},
		{"delete", batch(`{"DeleteRequest":{"Key":{` + keyOf("a", "b") + `}}}`), "", ""},
		{"delete by half a key", batch(`{"DeleteRequest":{"Key":{"PK":{"S":"a"}}}}`), validation, "does not match the schema"},
		{"delete by too much", batch(`{"DeleteRequest":{"Key":{` + keyOf("a", "b") + `,"x":{"S":"1"}}}}`), validation, "does not match the schema"},
		{"no sort key", batch(put(`"PK":{"S":"a"}`)), validation, "does not match the schema"},
		{"wrong key type", batch(put(`"PK":{"S":"a"},"SK":{"N":"1"}`)), validation, "does not match the schema"},
		{"empty partition key", batch(put(keyOf("", "b"))), validation, "cannot contain an empty string value. Key: PK"},
		{"empty sort key", batch(put(keyOf("a", ""))), validation, "cannot contain an empty string value. Key: SK"},
		{"longest keys", batch(put(keyOf(strings.Repeat("é", 1024), strings.Repeat("é", 512)))), "", ""},
		{"partition key too long", batch(put(keyOf(strings.Repeat("é", 1024)+"x", "b"))), validation, "Size of hashkey"},
		{"sort key too long", batch(put(keyOf("a", strings.Repeat("é", 512)+"x"))), validation, "Aggregated size of all range keys"},
		{"largest item", batch(put(keyOf("a", "b") + `,"v":{"S":"` + full + `"}`)), "", ""},
		{"item too large", batch(put(keyOf("a", "b") + `,"v":{"S":"` + full + `x"}`)), validation, "Item size has exceeded"},
		{"request too large", batch(put(keyOf("a", "b") + `,"v":{"S":"` + strings.Repeat("x", maxRequest) + `"}`)), "413", ""},
		{"no number", batch(put(keyOf("a", "b") + `,"n":{"N":"1,5"}`)), validation, "cannot be converted to a numeric value: 1,5"},
		{"a number unquoted", batch(put(keyOf("a", "b") + `,"n":{"N":1}`)), serialization, "NUMBER_VALUE cannot be converted to String"},
		{"two types", batch(put(keyOf("a", "b") + `,"n":{"N":"1","S":"1"}`)), validation, "more than one datatypes"},
		{"no type", batch(put(keyOf("a", "b") + `,"n":{}`)), validation, "is empty"},
		{"unknown type", batch(put(keyOf("a", "b") + `,"n":{"s":"case matters"}`)), validation, "is empty"},
		{"names in another case", `{"requestitems":{"tab":[` + put(keyOf("a", "b")) + `]}}`, validation, "'requestItems'"},
		{"no JSON", `{`, serialization, ""},
		{"JSON and more", batch(put(keyOf("a", "b"))) + "x", serialization, ""},
		{"not UTF-8", batch(put(keyOf("a", "b") + ",\"v\":{\"S\":\"\xff\"}")), serialization, ""},
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
		writes = append(writes, put(keyOf("a", fmt.Sprint(i))))
	}
	list := strings.Join(writes, ",")
	if failure, answer := c.do("BatchWriteItem", `{"RequestItems":{"tab":[`+list+`],"other":[`+list+`]}}`); failure != "ValidationException" {
		t.Errorf("26 in two tables: %s", answer)
	}
}

func TestOperations(t *testing.T) {
	c := newDDBClient(t)
	item := `{"TableName":"tab","Item":{` + keyOf("a", "b") + `,"n":{"N":"0012.50"},"name":{"S":"x"}}}`
	for _, step := range []struct{ op, body, want string }{
		{"PutItem", item, `{}`},
		{"PutItem", item[:len(item)-1] + `,"ReturnValues":"ALL_OLD"}`, `{"Attributes":{"PK":{"S":"a"},"SK":{"S":"b"},"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + keyOf("a", "b") + `}}`, `{"Item":{"PK":{"S":"a"},"SK":{"S":"b"},"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + keyOf("a", "b") + `},"ProjectionExpression":"n, #x","ExpressionAttributeNames":{"#x":"name"}}`, `{"Item":{"n":{"N":"12.5"},"name":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"tab","Key":{` + keyOf("a", "c") + `}}`, `{}`},
		{"BatchGetItem", `{"RequestItems":{"tab":{"Keys":[{` + keyOf("a", "b") + `},{` + keyOf("a", "c") + `}],"ProjectionExpression":"n"}}}`, `{"Responses":{"tab":[{"n":{"N":"12.5"}}]},"UnprocessedKeys":{}}`},
		{"DeleteItem", `{"TableName":"tab","Key":{` + keyOf("a", "b") + `},"ReturnConsumedCapacity":"TOTAL"}`, `{"ConsumedCapacity":{"TableName":"tab","CapacityUnits":1}}`},
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

// What the package doesn't support is refused by name: a test must not pass because a condition
// was ignored.
func TestUnsupportedIsRefused(t *testing.T) {
	c := newDDBClient(t)
	for _, test := range []struct{ op, body, param string }{
		{"PutItem", `"Item":{` + keyOf("a", "b") + `},"ConditionExpression":"contains(PK, SK)"`, "contains"},
		{"PutItem", `"Item":{` + keyOf("a", "b") + `},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`, "ReturnValuesOnConditionCheckFailure"},
		{"PutItem", `"Item":{` + keyOf("a", "b") + `},"Expected":{}`, "Expected"},
		{"DeleteItem", `"Key":{` + keyOf("a", "b") + `},"Expected":{}`, "Expected"},
		{"GetItem", `"Key":{` + keyOf("a", "b") + `},"AttributesToGet":["x"]`, "AttributesToGet"},
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
	if failure, answer := c.do("UpdateItem", `{}`); failure != "UnknownOperationException" || !strings.Contains(answer, "UpdateItem is not supported by lambdatest") {
		t.Errorf("UpdateItem: %s", answer)
	}
}

func TestItems(t *testing.T) {
	c := newDDBClient(t)
	c.must("PutItem", `{"TableName":"tab","Item":{`+keyOf("a", "b")+`,"n":{"N":"1.50"}}}`, nil)
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
		writes = append(writes, put(keyOf("a", fmt.Sprint(i))))
	}
	c.s.Inject(lambdatest.Script(lambdatest.Fault{Kind: lambdatest.HandBack, Share: 0.5}))
	failure, answer := c.do("BatchWriteItem", batch(writes...))
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
	r := c.Request("POST", "/", "{}", headersOf("ListTables")...)
	r.RequestURI = "/"
	w := stuckWriter{httptest.NewRecorder(), make(chan bool), make(chan bool)}
	go c.d.ServeHTTP(w, r)
	<-w.writing
	c.must("ListTables", "{}", nil)
	close(w.release)
}

type stuckWriter struct {
	http.ResponseWriter
	writing, release chan bool
}

func (w stuckWriter) Write(p []byte) (int, error) {
	close(w.writing)
	<-w.release
	return len(p), nil
}
