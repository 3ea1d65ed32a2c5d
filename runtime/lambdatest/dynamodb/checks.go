package dynamodb

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// checks collects the constraints that a request violates. DynamoDB tells all of them in one
// message: "2 validation errors detected: Value ... at '...' failed to satisfy constraint: ...".
type checks []string

func (c *checks) fail(value, at, constraint string) {
	*c = append(*c, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, at, constraint))
}

func (c checks) err() error {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: " + c[0])
	}
	return invalid(fmt.Sprintf("%d validation errors detected: %s", len(c), strings.Join(c, "; ")))
}

// required checks that a member is present, and reports whether it is.
func (c *checks) required(p *params, name, at string) bool {
	if !p.has(name) {
		c.fail("null", at, "Member must not be null")
	}
	return p.has(name)
}

// API Reference, CreateTable: names of tables have 3 to 255 of these characters.
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)

func (c *checks) name(value, at string) {
	if !namePattern.MatchString(value) {
		c.fail("'"+value+"'", at, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	c.length(value, at, 3, 255)
}

func (c *checks) length(value, at string, least, most int) {
	if len(value) < least {
		c.fail("'"+value+"'", at, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	}
	if len(value) > most {
		c.fail("'"+value+"'", at, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// mapKey checks the name of a table that is the key of a map.
func (c *checks) mapKey(name, at string) {
	if len(name) < 3 || len(name) > 255 || !namePattern.MatchString(name) {
		c.fail("'{"+name+"=...}'", at, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "+
			"Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]")
	}
}

// list checks the length of a list. DynamoDB's message shows all of the list, this one doesn't.
func (c *checks) list(list []any, at string, least, most int) {
	if len(list) < least {
		c.fail("'[]'", at, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	}
	if len(list) > most {
		c.fail("'[...]'", at, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// describedName is tableName for operations on tables themselves. Their messages are others.
func (c *checks) describedName(p *params) (string, error) {
	name := p.str("TableName")
	switch {
	case *p.failed != nil:
		return "", *p.failed
	case !p.has("TableName"):
		return "", invalid("The parameter 'TableName' is required but was not present in the request")
	case !strings.HasPrefix(name, "arn:") && (len(name) < 3 || len(name) > 255):
		return "", invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return c.tableName(p), nil
}

// tableName checks the request's TableName and returns it. Of an ARN it returns the name.
func (c *checks) tableName(p *params) string {
	name := p.str("TableName")
	if c.required(p, "TableName", "tableName") {
		if strings.HasPrefix(name, "arn:") {
			name = name[strings.LastIndexByte(name, '/')+1:]
		}
		c.name(name, "tableName")
	}
	return name
}

// enum returns a member, which must be one of a set.
func (c *checks) enum(p *params, name, at string, set ...string) string {
	v := p.str(name)
	if p.has(name) && !slices.Contains(set, v) {
		c.fail("'"+v+"'", at, "Member must satisfy enum value set: ["+strings.Join(set, ", ")+"]")
	}
	return v
}

func (c *checks) capacity(p *params) *capacity {
	return &capacity{mode: c.enum(p, "ReturnConsumedCapacity", "returnConsumedCapacity", "INDEXES", "TOTAL", "NONE")}
}

// integer returns a member that is a number, 0 if it is absent, and whether it is present.
func (c *checks) integer(p *params, name, at string, least, most int64) (n int64, ok bool) {
	n, ok = p.integer(name)
	if ok && n < least {
		c.fail(fmt.Sprintf("'%d'", n), at, fmt.Sprintf("Member must have value greater than or equal to %d", least))
	}
	if ok && n > most {
		c.fail(fmt.Sprintf("'%d'", n), at, fmt.Sprintf("Member must have value less than or equal to %d", most))
	}
	return n, ok
}

// err returns the first error of a request: a member of the wrong type, then a violated
// constraint, then a parameter that this package doesn't support.
func (p *params) err(c checks, notSupported ...string) error {
	if *p.failed != nil {
		return *p.failed
	}
	if err := c.err(); err != nil {
		return err
	}
	for _, name := range notSupported {
		if p.has(name) {
			return unsupported(name)
		}
	}
	return nil
}
