// Package dynamodb is Amazon DynamoDB in memory, for tests. A lambdatest.Server has one as its
// field DynamoDB and answers real clients with it: the AWS CLI, every SDK, a function under
// test. A test makes tables and reads items with the methods of Service.
//
// # What it knows
//
// CreateTable, DescribeTable, ListTables, DeleteTable, UpdateTimeToLive, DescribeTimeToLive,
// PutItem, GetItem, DeleteItem, BatchWriteItem, BatchGetItem, Query and Scan, over the JSON 1.0
// protocol. Items, keys, numbers and requests have DynamoDB's limits. Query and Scan return
// pages of 1 MB. Errors have DynamoDB's types and messages.
//
// # What it doesn't
//
// Any other operation, indexes, streams and filter expressions are refused by name, never ignored: a
// test must not pass because a condition was not looked at. Of condition expressions,
// attribute_type, contains, size and paths into maps and lists are refused.
//
// A table is ACTIVE as soon as it is created and gone as soon as it is deleted. Every read is
// consistent, unless Service.Stale was called. No item expires. No request is throttled, unless
// Server.Inject says so.
package dynamodb

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"reduction/runtime/lambdatest/internal/front"
)

// A Service holds tables. Its methods are safe for concurrent use.
type Service struct {
	server front.Server
	mu     sync.Mutex
	tables map[string]*table
	stale  *rand.Rand // chooses how old the data of a read is; nil: all reads are consistent
}

// An Item is what a table holds: attribute values by their names.
type Item map[string]Value

// A Value is an attribute value. It is a map with one entry: from the name of its type on the
// wire to its content.
//
//	S string   B []byte     L  []Value    SS []string
//	N string   BOOL bool    M  Item       NS []string
//	           NULL true                  BS [][]byte
//
// Numbers are in DynamoDB's normal form: decimals without an exponent and without superfluous
// zeros.
type Value map[string]any

// Text returns the content of a value of type S or N, and "" for a value of any other type.
func (v Value) Text() string {
	if s, ok := v["S"].(string); ok {
		return s
	}
	n, _ := v["N"].(string)
	return n
}

// New returns a Service without tables. Package lambdatest calls it.
func New(server front.Server) *Service {
	return &Service{server: server, tables: make(map[string]*table)}
}

// CreateTable makes an on-demand table with a partition key PK and a sort key SK, both strings.
// It panics if the table exists.
func (s *Service) CreateTable(name string) {
	s.CreateTableWithKeys(name, Key{"PK", "S"}, Key{"SK", "S"})
}

// A Key is a key attribute of a table: its name, and its type, which is S, N or B.
type Key struct{ Name, Type string }

// CreateTableWithKeys is CreateTable for a table with other keys: a partition key, and a sort key
// or none.
func (s *Service) CreateTableWithKeys(name string, partition Key, sort ...Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tables[name] != nil {
		panic("dynamodb: table exists: " + name)
	}
	t := newTable(name, keyAttribute{partition.Name, partition.Type}, nil, s.server.Now())
	if len(sort) > 0 {
		t.sort = &keyAttribute{sort[0].Name, sort[0].Type}
	}
	s.tables[name] = t
}

// Items returns the items of a table, in the order of Scan. The items are the table's own:
// don't change them. A table that doesn't exist has no items.
func (s *Service) Items(table string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[table]
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

// Empty removes all items of a table. It does nothing if the table doesn't exist.
func (s *Service) Empty(table string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tables[table]; t != nil {
		clear(t.partitions)
		t.order, t.changes = nil, nil
	}
}

// operations are the operations by the name that follows the dot of X-Amz-Target.
var operations = map[string]func(*Service, *params) (any, error){
	"BatchGetItem":       (*Service).batchGetItem,
	"BatchWriteItem":     (*Service).batchWriteItem,
	"CreateTable":        (*Service).createTable,
	"DeleteItem":         (*Service).deleteItem,
	"DeleteTable":        (*Service).deleteTable,
	"DescribeTable":      (*Service).describeTable,
	"DescribeTimeToLive": (*Service).describeTimeToLive,
	"GetItem":            (*Service).getItem,
	"ListTables":         (*Service).listTables,
	"PutItem":            (*Service).putItem,
	"Query":              (*Service).query,
	"Scan":               (*Service).scan,
	"UpdateTimeToLive":   (*Service).updateTimeToLive,
}

// ServeHTTP answers one request, as DynamoDB would.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	front.ServeJSON(s.server, w, r, front.Call{Service: "dynamodb", Operation: operation}, refuse, s.serve)
}

// serve answers a request whose signature has been verified.
func (s *Service) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	if len(body) > maxRequest {
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	contentType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if r.Method != http.MethodPost || contentType != "application/x-amz-json-1.0" && contentType != "application/json" {
		// DynamoDB answers exactly this, with checksum and line feed.
		writeBody(w, http.StatusNotFound, []byte("<UnknownOperationException/>\n"))
		return
	}
	version, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	operation := operations[name]
	if version != "DynamoDB_20120810" || operation == nil {
		write(w, nil, &apiError{Type: coralErrors + "UnknownOperationException", Message: name + " is not supported by lambdatest"})
		return
	}
	p, err := parseRequest(body)
	if err != nil {
		write(w, nil, err)
		return
	}
	p.handsBack = func(i int) bool { return front.HandsBack(r, i) }
	s.mu.Lock()
	out, err := operation(s, p)
	s.mu.Unlock()
	// The answer is written without the lock: a client that reads slowly must not hold up the
	// others. Items in the answer stay as they are, since a table replaces items and never
	// changes them.
	write(w, out, err)
}

// table returns the table of a name.
func (s *Service) table(name string) (*table, error) {
	if t := s.tables[name]; t != nil {
		return t, nil
	}
	return nil, &apiError{Type: dynamodbErrors + "ResourceNotFoundException", Message: "Requested resource not found"}
}

// describedTable is table for operations on tables themselves. Their message is another one.
func (s *Service) describedTable(name string) (*table, error) {
	if t := s.tables[name]; t != nil {
		return t, nil
	}
	return nil, &apiError{Type: dynamodbErrors + "ResourceNotFoundException",
		Message: fmt.Sprintf("Requested resource not found: Table: %s not found", name)}
}

func (s *Service) names() []string { return slices.Sorted(maps.Keys(s.tables)) }
