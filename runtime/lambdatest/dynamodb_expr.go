package lambdatest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A ddbExpr parses the expressions of a request: key conditions and projections of
// top-level attributes. It knows which names and values a request defines and which of them
// its expressions used.
type ddbExpr struct {
	names  map[string]string // ExpressionAttributeNames
	values map[string]Value  // ExpressionAttributeValues
	used   map[string]bool

	tokens []string
}

// A ddbCondition is one condition of a KeyConditionExpression.
type ddbCondition struct {
	name   string
	op     string // = < <= > >= BETWEEN begins_with
	values []Value
}

var (
	ddbPlaceholder = regexp.MustCompile(`^[#:][0-9a-zA-Z_]+$`)
	ddbToken       = regexp.MustCompile(`\s*([#:]?[0-9a-zA-Z_]+|<>|<=|>=|[=<>(),.\[\]]|\S)`)
	ddbWord        = regexp.MustCompile(`^[a-zA-Z][0-9a-zA-Z_]*$`)
)

// expr prepares the parsing of the request's expressions; params are the members that may
// hold one.
func (p *ddbParams) expr(params ...string) (*ddbExpr, error) {
	e := &ddbExpr{used: make(map[string]bool), values: make(map[string]Value)}
	e.names = p.strings("ExpressionAttributeNames")
	raw := p.asMap(p.m["ExpressionAttributeValues"], "AttributeValue")
	if *p.failed != nil {
		return nil, *p.failed
	}
	some := slices.ContainsFunc(params, p.has)
	switch {
	case e.names != nil && !some:
		return nil, ddbInvalid("ExpressionAttributeNames can only be specified when using expressions")
	case raw != nil && !some:
		return nil, ddbInvalid("ExpressionAttributeValues can only be specified when using expressions")
	case e.names != nil && len(e.names) == 0:
		return nil, ddbInvalid("ExpressionAttributeNames must not be empty")
	case raw != nil && len(raw) == 0:
		return nil, ddbInvalid("ExpressionAttributeValues must not be empty")
	}
	for _, key := range slices.Sorted(maps.Keys(e.names)) {
		if key[:min(1, len(key))] != "#" || !ddbPlaceholder.MatchString(key) {
			return nil, ddbInvalid(fmt.Sprintf("ExpressionAttributeNames contains invalid key: Syntax error; key: %q", key))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if key[:min(1, len(key))] != ":" || !ddbPlaceholder.MatchString(key) {
			return nil, ddbInvalid(fmt.Sprintf("ExpressionAttributeValues contains invalid key: Syntax error; key: %q", key))
		}
		v, err := p.value(raw[key], 0)
		if err != nil {
			if e, ok := err.(*ddbError); ok {
				return nil, ddbInvalid("ExpressionAttributeValues contains invalid value: " + e.Message + " for key " + key)
			}
			return nil, err
		}
		e.values[key] = v
	}
	return e, nil
}

// unused returns the error of a name or value that no expression used.
func (e *ddbExpr) unused() error {
	for _, of := range []struct {
		param string
		keys  []string
	}{
		{"ExpressionAttributeNames", slices.Sorted(maps.Keys(e.names))},
		{"ExpressionAttributeValues", slices.Sorted(maps.Keys(e.values))},
	} {
		idle := slices.DeleteFunc(of.keys, func(key string) bool { return e.used[key] })
		if len(idle) > 0 {
			return ddbInvalid("Value provided in " + of.param + " unused in expressions: keys: {" + strings.Join(idle, ", ") + "}")
		}
	}
	return nil
}

func (e *ddbExpr) load(expression string) {
	e.tokens = e.tokens[:0]
	for _, m := range ddbToken.FindAllStringSubmatch(expression, -1) {
		e.tokens = append(e.tokens, m[1])
	}
}

func (e *ddbExpr) peek() string {
	if len(e.tokens) == 0 {
		return "<EOF>"
	}
	return e.tokens[0]
}

func (e *ddbExpr) next() string {
	token := e.peek()
	if len(e.tokens) > 0 {
		e.tokens = e.tokens[1:]
	}
	return token
}

// expect takes a token that must be the given one, words in any case.
func (e *ddbExpr) expect(want string) error {
	if !strings.EqualFold(e.peek(), want) {
		return e.syntax()
	}
	e.next()
	return nil
}

func (e *ddbExpr) syntax() error {
	return fmt.Errorf("Syntax error; token: %q", e.peek())
}

// attribute takes the name of a top-level attribute.
func (e *ddbExpr) attribute() (string, error) {
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
	case ddbReserved[strings.ToUpper(token)]:
		return "", fmt.Errorf("Attribute name is a reserved keyword; reserved keyword: %s", token)
	case ddbWord.MatchString(token):
		e.next()
		return token, e.topLevel()
	}
	return "", e.syntax()
}

func (e *ddbExpr) topLevel() error {
	if e.peek() == "." || e.peek() == "[" {
		return fmt.Errorf("document paths are not supported by lambdatest")
	}
	return nil
}

// value takes a value's placeholder.
func (e *ddbExpr) value() (Value, error) {
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

// projection parses a request's only expression, a ProjectionExpression; nil is all.
func (p *ddbParams) projection() ([]string, error) {
	e, err := p.expr("ProjectionExpression")
	if err != nil {
		return nil, err
	}
	paths, err := e.projection(p)
	if err != nil {
		return nil, err
	}
	return paths, e.unused()
}

// projection parses a list of attributes.
func (e *ddbExpr) projection(p *ddbParams) (paths []string, err error) {
	expression := p.str("ProjectionExpression")
	if !p.has("ProjectionExpression") || *p.failed != nil {
		return nil, *p.failed
	}
	if paths, err = e.paths(expression); err != nil {
		return nil, ddbInvalid("Invalid ProjectionExpression: " + err.Error())
	}
	return paths, nil
}

func (e *ddbExpr) paths(expression string) (paths []string, err error) {
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
