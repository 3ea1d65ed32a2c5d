package lambdatest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ddbChecks collects the constraints a request fails, for the one message that tells them
// all: "2 validation errors detected: Value ... at '...' failed to satisfy constraint: ...".
type ddbChecks []string

func (c *ddbChecks) fail(value, at, constraint string) {
	*c = append(*c, fmt.Sprintf("Value %s at '%s' failed to satisfy constraint: %s", value, at, constraint))
}

func (c ddbChecks) err() error {
	switch len(c) {
	case 0:
		return nil
	case 1:
		return ddbInvalid("1 validation error detected: " + c[0])
	}
	return ddbInvalid(fmt.Sprintf("%d validation errors detected: %s", len(c), strings.Join(c, "; ")))
}

// required notes a missing member and reports whether it is there.
func (c *ddbChecks) required(p *ddbParams, name, at string) bool {
	if !p.has(name) {
		c.fail("null", at, "Member must not be null")
	}
	return p.has(name)
}

// API Reference: names of tables have 3 to 255 characters of these.
var ddbName = regexp.MustCompile(`^[a-zA-Z0-9_.-]+$`)

func (c *ddbChecks) name(value, at string) {
	if !ddbName.MatchString(value) {
		c.fail("'"+value+"'", at, "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
	}
	c.length(value, at, 3, 255)
}

func (c *ddbChecks) length(value, at string, least, most int) {
	if len(value) < least {
		c.fail("'"+value+"'", at, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	}
	if len(value) > most {
		c.fail("'"+value+"'", at, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// mapKey checks a table's name where it is a key.
func (c *ddbChecks) mapKey(name, at string) {
	if len(name) < 3 || len(name) > 255 || !ddbName.MatchString(name) {
		c.fail("'{"+name+"=...}'", at, "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "+
			"Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]")
	}
}

// list checks how many there are of something. The value shown is not the whole list.
func (c *ddbChecks) list(list []any, at string, least, most int) {
	if len(list) < least {
		c.fail("'[]'", at, fmt.Sprintf("Member must have length greater than or equal to %d", least))
	}
	if len(list) > most {
		c.fail("'[...]'", at, fmt.Sprintf("Member must have length less than or equal to %d", most))
	}
}

// describedName is tableName for the operations on tables themselves, which word it their
// own way.
func (p *ddbParams) describedName(c *ddbChecks) (string, error) {
	name := p.str("TableName")
	switch {
	case *p.failed != nil:
		return "", *p.failed
	case !p.has("TableName"):
		return "", ddbInvalid("The parameter 'TableName' is required but was not present in the request")
	case !strings.HasPrefix(name, "arn:") && (len(name) < 3 || len(name) > 255):
		return "", ddbInvalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	return c.tableName(p), nil
}

// tableName returns the request's TableName, checked. An ARN stands for the name in it.
func (c *ddbChecks) tableName(p *ddbParams) string {
	name := p.str("TableName")
	if c.required(p, "TableName", "tableName") {
		if strings.HasPrefix(name, "arn:") {
			name = name[strings.LastIndexByte(name, '/')+1:]
		}
		c.name(name, "tableName")
	}
	return name
}

// enum returns a member that must be one of a set.
func (c *ddbChecks) enum(p *ddbParams, name, at string, set ...string) string {
	v := p.str(name)
	if p.has(name) && !slices.Contains(set, v) {
		c.fail("'"+v+"'", at, "Member must satisfy enum value set: ["+strings.Join(set, ", ")+"]")
	}
	return v
}

func (c *ddbChecks) capacity(p *ddbParams) *ddbCapacity {
	return &ddbCapacity{mode: c.enum(p, "ReturnConsumedCapacity", "returnConsumedCapacity", "INDEXES", "TOTAL", "NONE")}
}

// limit returns a Limit, 0 when there is none.
func (c *ddbChecks) limit(p *ddbParams, most int64) int64 {
	n, ok := p.integer("Limit")
	if ok && n < 1 {
		c.fail(fmt.Sprintf("'%d'", n), "limit", "Member must have value greater than or equal to 1")
	}
	if ok && most > 0 && n > most {
		c.fail(fmt.Sprintf("'%d'", n), "limit", fmt.Sprintf("Member must have value less than or equal to %d", most))
	}
	return n
}

// checked returns the first thing wrong with a request: a member of the wrong type, then
// constraints, then a parameter this server doesn't know.
func (p *ddbParams) checked(c ddbChecks, notHere ...string) error {
	if *p.failed != nil {
		return *p.failed
	}
	if err := c.err(); err != nil {
		return err
	}
	for _, name := range notHere {
		if p.has(name) {
			return ddbUnsupported(name)
		}
	}
	return nil
}
