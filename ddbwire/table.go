package ddbwire

import (
	"errors"
	"slices"

	"reduction/internal/json"
)

// ErrTableKeys says that a table's keys are not PartitionKey and SortKey.
var ErrTableKeys = errors.New("ddbwire: the table's keys are not " + PartitionKey + " and " + SortKey + ", both strings")

// AppendDescribeTable appends the body of a DescribeTable request.
func AppendDescribeTable(dst []byte, table string) []byte {
	dst = json.AppendString(append(dst, `{"TableName":`...), table)
	return append(dst, '}')
}

// CheckTable reads the answer to DescribeTable. It returns nil if the table's keys are the strings
// PartitionKey and SortKey, ErrTableKeys if they are not, and ErrAnswer if the answer does not say.
// API Reference, TableDescription:
//
//	{"Table":{"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},...],
//	 "AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},...]}}
func CheckTable(response []byte) error {
	var keys, kinds, names, types []string
	err := texts(response, func(path, value string) {
		switch path {
		case ".Table.KeySchema.AttributeName":
			keys = append(keys, value)
		case ".Table.KeySchema.KeyType":
			kinds = append(kinds, value)
		case ".Table.AttributeDefinitions.AttributeName":
			names = append(names, value)
		case ".Table.AttributeDefinitions.AttributeType":
			types = append(types, value)
		}
	})
	if err != nil {
		return err
	}
	if len(keys) == 0 || len(keys) != len(kinds) || len(names) != len(types) {
		return ErrAnswer
	}
	for _, want := range [...]struct{ name, kind string }{{PartitionKey, "HASH"}, {SortKey, "RANGE"}} {
		key, attribute := slices.Index(keys, want.name), slices.Index(names, want.name)
		if len(keys) != 2 || key < 0 || kinds[key] != want.kind || attribute < 0 || types[attribute] != "S" {
			return ErrTableKeys
		}
	}
	return nil
}

// texts visits every string of an answer. The path of a string is the names of the members that it
// is in, with a dot before each. Arrays add nothing to the path.
func texts(response []byte, visit func(path, value string)) error {
	s := json.NewScanner(response)
	if s.Peek() != json.Object {
		return ErrAnswer
	}
	visitTexts(s, "", visit)
	if err := s.End(); err != nil {
		return &answerError{err}
	}
	return nil
}

func visitTexts(s *json.Scanner, path string, visit func(path, value string)) {
	switch s.Peek() {
	case json.Object:
		for member := range s.Object() {
			visitTexts(s, path+"."+string(member), visit)
		}
	case json.Array:
		for range s.Array() {
			visitTexts(s, path, visit)
		}
	case json.String:
		visit(path, string(s.Text()))
	}
}
