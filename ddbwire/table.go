package ddbwire

import (
	"errors"
	"slices"

	"reduction/internal/json"
)

// ErrTableKeys says that a table has other keys than items are written with here.
var ErrTableKeys = errors.New("ddbwire: the table's keys are not " + PartitionKey + " and " + SortKey + ", both strings")

// AppendDescribeTable appends the body of a DescribeTable request.
func AppendDescribeTable(dst []byte, table string) []byte {
	dst = json.AppendString(append(dst, `{"TableName":`...), table)
	return append(dst, '}')
}

// CheckTable reads the answer to DescribeTable. It returns nil where the table's keys are those that
// items are written with, ErrTableKeys where they are not, and ErrAnswer where it cannot tell. API
// Reference, TableDescription:
//
//	{"Table":{"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},...],
//	 "AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"},...]}}
func CheckTable(response []byte) error {
	var keys, texts []string // as HASH PK; attributes of type S
	s := json.NewScanner(response)
	for member := range s.Object() {
		if string(member) != "Table" {
			continue
		}
		for member := range s.Object() {
			switch string(member) {
			case "KeySchema":
				for range s.Array() {
					name, kind := attribute(s, "KeyType")
					keys = append(keys, kind+" "+name)
				}
			case "AttributeDefinitions":
				for range s.Array() {
					if name, kind := attribute(s, "AttributeType"); kind == "S" {
						texts = append(texts, name)
					}
				}
			}
		}
	}
	if err := s.End(); err != nil {
		return &answerError{err}
	}
	if len(keys) == 0 {
		return ErrAnswer
	}
	if len(keys) != 2 || !slices.Contains(keys, "HASH "+PartitionKey) || !slices.Contains(keys, "RANGE "+SortKey) || !slices.Contains(texts, PartitionKey) || !slices.Contains(texts, SortKey) {
		return ErrTableKeys
	}
	return nil
}

// attribute reads an object that says something of an attribute.
func attribute(s *json.Scanner, what string) (name, value string) {
	for member := range s.Object() {
		switch string(member) {
		case "AttributeName":
			name = string(s.Text())
		case what:
			value = string(s.Text())
		}
	}
	return name, value
}
