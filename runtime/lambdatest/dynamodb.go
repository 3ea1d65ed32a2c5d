package lambdatest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// DynamoDB is the DynamoDB of a Server: tables in memory behind the JSON 1.0 protocol.
//
// It knows CreateTable, DescribeTable, ListTables, DeleteTable, UpdateTimeToLive,
// DescribeTimeToLive, PutItem, GetItem, DeleteItem, BatchWriteItem, BatchGetItem, Query and
// Scan. What DynamoDB has beyond that (indexes, streams, transactions, update, condition and
// filter expressions) is refused by name, never ignored. Deleted tables are gone at once and
// created ones ACTIVE at once; reads are always consistent; nothing expires.
type DynamoDB struct {
	s      *Server
	mu     sync.Mutex
	tables map[string]*ddbTable
}

// An Item is what a table holds: attribute values by name.
type Item map[string]Value

// A Value is one attribute value: a map with a single entry, its type's name on the wire (S,
// N, B, BOOL, NULL, SS, NS, BS, L or M) and its content (string, string, []byte, bool, true,
// []string, []string, [][]byte, []Value or Item). Numbers are in DynamoDB's normal form:
// plain decimals without superfluous zeros.
type Value map[string]any

// Text returns the content of a value of type S or N, "" for any other.
func (v Value) Text() string {
	if s, ok := v["S"].(string); ok {
		return s
	}
	n, _ := v["N"].(string)
	return n
}

func newDynamoDB(s *Server) *DynamoDB {
	return &DynamoDB{s: s, tables: make(map[string]*ddbTable)}
}

// CreateTable makes an on-demand table with a partition key PK and a sort key SK, both
// strings. It panics when the table exists.
func (d *DynamoDB) CreateTable(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tables[name] != nil {
		panic("lambdatest: table exists: " + name)
	}
	d.tables[name] = newDDBTable(name, ddbKey{"PK", "S"}, &ddbKey{"SK", "S"})
}

// Items returns the items of a table, in no meaningful order but always the same one: that
// of Scan. They are the table's own: don't change them. A table that doesn't exist has none.
func (d *DynamoDB) Items(table string) []Item {
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.tables[table]
	if t == nil {
		return nil
	}
	var items []Item
	for _, p := range t.ordered() {
		for _, rec := range t.sorted(p) {
			items = append(items, rec.item)
		}
	}
	return items
}

// Empty removes all items of a table; one that doesn't exist has none.
func (d *DynamoDB) Empty(table string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.tables[table]; t != nil {
		clear(t.partitions)
		t.order = nil
	}
}

// ddbOps are the operations by the name after the dot of X-Amz-Target.
var ddbOps = map[string]func(*DynamoDB, *ddbParams) (any, error){
	"BatchGetItem":       (*DynamoDB).batchGetItem,
	"BatchWriteItem":     (*DynamoDB).batchWriteItem,
	"CreateTable":        (*DynamoDB).createTable,
	"DeleteItem":         (*DynamoDB).deleteItem,
	"DeleteTable":        (*DynamoDB).deleteTable,
	"DescribeTable":      (*DynamoDB).describeTable,
	"DescribeTimeToLive": (*DynamoDB).describeTimeToLive,
	"GetItem":            (*DynamoDB).getItem,
	"ListTables":         (*DynamoDB).listTables,
	"PutItem":            (*DynamoDB).putItem,
	"Query":              (*DynamoDB).query,
	"Scan":               (*DynamoDB).scan,
	"UpdateTimeToLive":   (*DynamoDB).updateTimeToLive,
}

// serve answers one request, whose signature has been verified.
func (d *DynamoDB) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if len(body) > ddbMaxRequest {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	contentType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if r.Method != http.MethodPost || contentType != "application/x-amz-json-1.0" && contentType != "application/json" {
		// What the real service answers, checksum, line feed and all.
		writeDDBBody(w, http.StatusNotFound, []byte("<UnknownOperationException/>\n"))
		return
	}
	version, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	do := ddbOps[op]
	if version != "DynamoDB_20120810" || do == nil {
		writeDDB(w, nil, &ddbError{Type: coralService + "UnknownOperationException"})
		return
	}
	params, err := parseDDB(body)
	if err != nil {
		writeDDB(w, nil, err)
		return
	}
	params.handBack = func(i int) bool { return handBack(r, i) }
	d.mu.Lock()
	out, err := do(d, params)
	d.mu.Unlock()
	// A client that reads slowly must not hold up the others. Items are replaced, never
	// changed, so those in the answer stay as they are.
	writeDDB(w, out, err)
}

// table returns the table a request names.
func (d *DynamoDB) table(name string) (*ddbTable, error) {
	if t := d.tables[name]; t != nil {
		return t, nil
	}
	return nil, &ddbError{Type: ddbType + "ResourceNotFoundException", Message: "Requested resource not found"}
}

// describedTable is table for the operations on tables themselves, whose message differs.
func (d *DynamoDB) describedTable(name string) (*ddbTable, error) {
	if t := d.tables[name]; t != nil {
		return t, nil
	}
	return nil, &ddbError{Type: ddbType + "ResourceNotFoundException",
		Message: fmt.Sprintf("Requested resource not found: Table: %s not found", name)}
}

func (d *DynamoDB) names() []string { return slices.Sorted(maps.Keys(d.tables)) }
