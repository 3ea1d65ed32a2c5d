package ddbwire

import "strings"

// Error is an error as DynamoDB sends it. Developer Guide, "Error handling with DynamoDB".
type Error struct {
	Type    string // such as "ValidationException"; "" where the body was no error's
	Message string

	// ThrottlingReasons are the reasons of a throttled request, each before the ARN of the table
	// or index that it is about, or behind it.
	ThrottlingReasons []string
}

func (e *Error) Error() string {
	s := "ddbwire: " + e.Type
	if e.Type == "" {
		s = "ddbwire: an answer that is no error of DynamoDB's"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// ParseError reads the body of an answer that is no success. It never returns nil: of a
// body that is not DynamoDB's, a proxy's say, the Type is empty.
//
//	{"__type":"com.amazonaws.dynamodb.v20120810#ValidationException","message":"..."}
func ParseError(body []byte) *Error {
	var e Error
	err := texts(body, func(path, value string) {
		switch path {
		case ".__type":
			e.Type = value[strings.LastIndexByte(value, '#')+1:]
		case ".message", ".Message": // which of the two depends on the exception
			e.Message = value
		case ".ThrottlingReasons.reason", ".throttlingReasons.reason", ".ThrottlingReasons.resource", ".throttlingReasons.resource":
			e.ThrottlingReasons = append(e.ThrottlingReasons, value)
		}
	})
	if err != nil {
		return new(Error)
	}
	return &e
}
