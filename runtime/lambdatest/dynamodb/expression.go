package dynamodb

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// An expression parses the expressions of a request, one after the other: conditions, and
// projections of top-level attributes. It knows the names and values that the request defines,
// and which of them its expressions have used.
type expression struct {
	names  map[string]string // ExpressionAttributeNames
	values map[string]Value  // ExpressionAttributeValues
	used   map[string]bool

	tokens []string // that are still to be parsed
}

var (
	placeholderPattern = regexp.MustCompile(`^[#:][0-9a-zA-Z_]+$`)
	tokenPattern       = regexp.MustCompile(`\s*([#:]?[0-9a-zA-Z_]+|<>|<=|>=|[=<>(),.\[\]]|\S)`)
	wordPattern        = regexp.MustCompile(`^[a-zA-Z][0-9a-zA-Z_]*$`)
)

// expression prepares to parse the request's expressions. members may hold one each.
func (p *params) expression(members ...string) (*expression, error) {
	e := &expression{used: make(map[string]bool), values: make(map[string]Value)}
	e.names = p.strings("ExpressionAttributeNames")
	raw := p.asMap(p.m["ExpressionAttributeValues"], "AttributeValue")
	if *p.failed != nil {
		return nil, *p.failed
	}
	some := slices.ContainsFunc(members, p.has)
	switch {
	case e.names != nil && !some:
		return nil, invalid("ExpressionAttributeNames can only be specified when using expressions")
	case raw != nil && !some:
		return nil, invalid("ExpressionAttributeValues can only be specified when using expressions")
	case e.names != nil && len(e.names) == 0:
		return nil, invalid("ExpressionAttributeNames must not be empty")
	case raw != nil && len(raw) == 0:
		return nil, invalid("ExpressionAttributeValues must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(e.names)) {
		if !strings.HasPrefix(key, "#") || !placeholderPattern.MatchString(key) {
			return nil, invalid(fmt.Sprintf("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", key))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if !strings.HasPrefix(key, ":") || !placeholderPattern.MatchString(key) {
			return nil, invalid(fmt.Sprintf("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", key))
		}
		v, err := p.value(raw[key], 0)
		if err != nil {
			if e, ok := errors.AsType[*apiError](err); ok {
				return nil, invalid("ExpressionAttributeValues contains invalid value: " + e.Message + " for key " + key)
			}
			return nil, err
		}
		e.values[key] = v
	}
	return e, nil
}

// unused returns an error if no expression has used one of the names or values.
func (e *expression) unused() error {
	for _, of := range []struct {
		param string
		keys  []string
	}{
		{"ExpressionAttributeNames", slices.Sorted(maps.Keys(e.names))},
		{"ExpressionAttributeValues", slices.Sorted(maps.Keys(e.values))},
	} {
		idle := slices.DeleteFunc(of.keys, func(key string) bool { return e.used[key] })
		if len(idle) > 0 {
			return invalid("Value provided in " + of.param + " unused in expressions: keys: {" + strings.Join(idle, ", ") + "}")
		}
	}
	return nil
}

// load splits an expression into tokens.
func (e *expression) load(expression string) {
	e.tokens = e.tokens[:0]
	for _, m := range tokenPattern.FindAllStringSubmatch(expression, -1) {
		e.tokens = append(e.tokens, m[1])
	}
}

func (e *expression) peek() string {
	if len(e.tokens) == 0 {
		return "<EOF>"
	}
	return e.tokens[0]
}

func (e *expression) next() string {
	token := e.peek()
	if len(e.tokens) > 0 {
		e.tokens = e.tokens[1:]
	}
	return token
}

// take takes a token if it is want. It ignores the case of words.
func (e *expression) take(want string) bool {
	if !strings.EqualFold(e.peek(), want) {
		return false
	}
	e.next()
	return true
}

// expect takes a token, which must be want.
func (e *expression) expect(want string) error {
	if !e.take(want) {
		return e.syntax()
	}
	return nil
}

func (e *expression) syntax() error {
	return fmt.Errorf("Syntax error; token: %q", e.peek())
}

// attribute takes the name of a top-level attribute, or the placeholder of one.
func (e *expression) attribute() (string, error) {
	token := e.peek()
	switch {
	case strings.HasPrefix(token, "#"):
		name, ok := e.names[token]
		if !ok {
			return "", fmt.Errorf("An expression attribute name used in the document path is not defined; attribute name: %s", token)
		}
		e.used[token] = true
		e.next()
		return name, e.topLevel()
	case reserved[strings.ToUpper(token)]:
		return "", fmt.Errorf("Attribute name is a reserved keyword; reserved keyword: %s", token)
	case wordPattern.MatchString(token):
		e.next()
		return token, e.topLevel()
	}
	return "", e.syntax()
}

func (e *expression) topLevel() error {
	if e.peek() == "." || e.peek() == "[" {
		return fmt.Errorf("document paths are not supported by lambdatest")
	}
	return nil
}

// value takes the placeholder of a value.
func (e *expression) value() (Value, error) {
	token := e.peek()
	if !strings.HasPrefix(token, ":") {
		return nil, e.syntax()
	}
	v := e.values[token]
	if v == nil {
		return nil, fmt.Errorf("An expression attribute value used in expression is not defined; attribute value: %s", token)
	}
	e.used[token] = true
	e.next()
	return v, nil
}

// projection parses a ProjectionExpression that is the request's only expression. It returns
// nil if all attributes are wanted.
func (p *params) projection() ([]string, error) {
	e, err := p.expression("ProjectionExpression")
	if err != nil {
		return nil, err
	}
	paths, err := e.projection(p)
	if err != nil {
		return nil, err
	}
	return paths, e.unused()
}

// projection parses the request's ProjectionExpression, a list of attributes.
func (e *expression) projection(p *params) (paths []string, err error) {
	expression := p.str("ProjectionExpression")
	if !p.has("ProjectionExpression") || *p.failed != nil {
		return nil, *p.failed
	}
	if paths, err = e.paths(expression); err != nil {
		return nil, invalid("Invalid ProjectionExpression: " + err.Error())
	}
	return paths, nil
}

func (e *expression) paths(expression string) (paths []string, err error) {
	e.load(expression)
	if len(e.tokens) == 0 {
		return nil, fmt.Errorf("The expression can not be empty;")
	}
	for {
		name, err := e.attribute()
		if err != nil {
			return nil, err
		}
		if slices.Contains(paths, name) {
			return nil, fmt.Errorf("Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [%s], path two: [%s]", name, name)
		}
		paths = append(paths, name)
		if len(e.tokens) == 0 {
			return paths, nil
		}
		if err := e.expect(","); err != nil {
			return nil, err
		}
	}
}

// project returns the named attributes of an item.
func project(item Item, paths []string) Item {
	if paths == nil || item == nil {
		return item
	}
	out := make(Item)
	for _, name := range paths {
		if v := item[name]; v != nil {
			out[name] = v
		}
	}
	return out
}
