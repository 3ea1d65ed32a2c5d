package dynamodb

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A condition is a condition expression, or a part of one.
type condition struct {
	op       string       // AND, OR, NOT, a comparison, BETWEEN, IN, or a function's name
	parts    []*condition // of AND, OR and NOT
	operands []operand    // of all others
}

// An operand is an attribute of the item, or a value of the request.
type operand struct {
	name  string
	value Value // nil: it is the attribute
}

func (o operand) of(item Item) Value {
	if o.value != nil {
		return o.value
	}
	return item[o.name]
}

// condition parses the request's parameter param.
//
//	any       = all {"OR" all}
//	all       = one {"AND" one}
//	one       = "NOT" one | "(" any ")"
//	          | function "(" operand {"," operand} ")"
//	          | operand ("=" | "<>" | "<" | "<=" | ">" | ">=") operand
//	          | operand "BETWEEN" operand "AND" operand
//	          | operand "IN" "(" operand {"," operand} ")"
//	operand   = name | :value
//
// Developer Guide, Comparison operator and function reference.
func (e *expression) condition(param, expression string) (*condition, error) {
	e.load(expression)
	if len(e.tokens) == 0 {
		return nil, invalid("Invalid " + param + ": The expression can not be empty;")
	}
	c, err := e.anyOf()
	if err == nil && len(e.tokens) > 0 {
		err = e.syntax()
	}
	if err != nil {
		return nil, invalid("Invalid " + param + ": " + err.Error())
	}
	return c, nil
}

func (e *expression) anyOf() (*condition, error) { return e.joined("OR", e.allOf) }
func (e *expression) allOf() (*condition, error) { return e.joined("AND", e.one) }

// joined parses one part or more, with a word between them.
func (e *expression) joined(word string, part func() (*condition, error)) (*condition, error) {
	all := &condition{op: word}
	for {
		c, err := part()
		if err != nil {
			return nil, err
		}
		all.parts = append(all.parts, c)
		if e.take(word) {
			continue
		}
		if len(all.parts) == 1 {
			return c, nil
		}
		return all, nil
	}
}

func (e *expression) one() (*condition, error) {
	switch {
	case e.take("NOT"):
		c, err := e.one()
		return &condition{op: "NOT", parts: []*condition{c}}, err
	case e.take("("):
		c, err := e.anyOf()
		if err == nil {
			err = e.expect(")")
		}
		return c, err
	case len(e.tokens) > 1 && e.tokens[1] == "(":
		return e.function()
	}
	return e.comparison()
}

// functions are the functions that are conditions, with the numbers of their operands.
var functions = map[string]int{"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}

func (e *expression) function() (*condition, error) {
	c := &condition{op: e.next()}
	n, known := functions[c.op]
	switch {
	case c.op == "size": // an operand
		return nil, errors.New("size is not supported by lambdatest")
	case !known:
		return nil, fmt.Errorf("Invalid function name; function: %s", c.op)
	}
	e.next()
	if err := cmp.Or(e.operands(c), e.expect(")")); err != nil {
		return nil, err
	}
	switch {
	case len(c.operands) != n:
		return nil, fmt.Errorf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", c.op, len(c.operands))
	case c.op == "begins_with":
		return c, c.check("S", "B")
	case c.operands[0].value != nil:
		return nil, fmt.Errorf("Operator or function requires a document path; operator or function: %s", c.op)
	}
	return c, nil
}

func (e *expression) comparison() (*condition, error) {
	c := new(condition)
	if err := e.operand(c); err != nil {
		return nil, err
	}
	var err error
	switch c.op = strings.ToUpper(e.peek()); c.op {
	case "=", "<>":
		e.next()
		return c, e.operand(c)
	case "<", "<=", ">", ">=":
		e.next()
		err = e.operand(c)
	case "BETWEEN":
		e.next()
		err = cmp.Or(e.operand(c), e.expect("AND"), e.operand(c))
	case "IN":
		e.next()
		return c, cmp.Or(e.expect("("), e.operands(c), e.expect(")"))
	default:
		return nil, e.syntax()
	}
	if err == nil {
		err = cmp.Or(c.check("S", "N", "B"), c.checkBounds())
	}
	return c, err
}

// operand parses an operand of c.
func (e *expression) operand(c *condition) (err error) {
	var o operand
	if strings.HasPrefix(e.peek(), ":") {
		o.value, err = e.value()
	} else {
		o.name, err = e.attribute()
	}
	c.operands = append(c.operands, o)
	return err
}

// operands parses a list of operands of c.
func (e *expression) operands(c *condition) error {
	for {
		if err := e.operand(c); err != nil || !e.take(",") {
			return err
		}
	}
}

// check returns an error if a value among the operands is of another type than these.
func (c *condition) check(kinds ...string) error {
	for _, o := range c.operands {
		if o.value != nil && !slices.Contains(kinds, o.value.kind()) {
			return fmt.Errorf("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", c.op, o.value.kind())
		}
	}
	return nil
}

// checkBounds returns an error if the bounds of BETWEEN are two values in the wrong order.
func (c *condition) checkBounds() error {
	if c.op != "BETWEEN" {
		return nil
	}
	low, high := c.operands[1].value, c.operands[2].value
	if !compares(">", low, high) {
		return nil
	}
	return fmt.Errorf("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "+
		"lower bound operand: AttributeValue: {%s}, upper bound operand: AttributeValue: {%s}", low.show(), high.show())
}

// show formats a value as DynamoDB's messages do: S:text.
func (v Value) show() string { return fmt.Sprintf("%s:%v", v.kind(), v[v.kind()]) }

// writeCondition parses the request's ConditionExpression, which is its only expression. It returns
// nil if there is none.
func (p *params) writeCondition() (*condition, error) {
	e, err := p.expression("ConditionExpression")
	if err != nil || !p.has("ConditionExpression") {
		return nil, err
	}
	c, err := e.condition("ConditionExpression", p.str("ConditionExpression"))
	if err != nil {
		return nil, err
	}
	if err := c.supported(); err != nil {
		return nil, err
	}
	return c, e.unused()
}

// errCondition is the error of a write whose condition is not met.
var errCondition = &apiError{Type: dynamodbErrors + "ConditionalCheckFailedException", Message: "The conditional request failed"}

// supported returns an error if meets doesn't know a function of the condition.
func (c *condition) supported() error {
	if c.op == "attribute_type" || c.op == "contains" {
		return unsupported(c.op)
	}
	for _, part := range c.parts {
		if err := part.supported(); err != nil {
			return err
		}
	}
	return nil
}

// meets reports whether an item meets the condition. The item is nil where there is none. Every item
// meets a condition that is nil.
func (c *condition) meets(item Item) bool {
	if c == nil {
		return true
	}
	switch c.op {
	case "OR":
		return slices.ContainsFunc(c.parts, func(part *condition) bool { return part.meets(item) })
	case "AND":
		return !slices.ContainsFunc(c.parts, func(part *condition) bool { return !part.meets(item) })
	case "NOT":
		return !c.parts[0].meets(item)
	case "attribute_exists":
		return item[c.operands[0].name] != nil
	case "attribute_not_exists":
		return item[c.operands[0].name] == nil
	}
	var values []Value
	for _, o := range c.operands {
		values = append(values, o.of(item))
	}
	return compares(c.op, values[0], values[1:]...)
}

// compares compares a value with one or more others. Values of different types, or one that is nil,
// are unequal and in no order.
func compares(op string, v Value, others ...Value) bool {
	other := others[0]
	switch op {
	case "=":
		return v != nil && reflect.DeepEqual(v, other)
	case "<>":
		return !compares("=", v, other)
	case "IN":
		return slices.ContainsFunc(others, func(other Value) bool { return compares("=", v, other) })
	case "BETWEEN":
		return compares(">=", v, other) && compares("<=", v, others[1])
	case "begins_with":
		return beginsWith(v, other)
	}
	if v.kind() != other.kind() || !v.scalar() {
		return false
	}
	order := compareScalars(v, other)
	switch op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func beginsWith(v, start Value) bool {
	switch start := start[start.kind()].(type) {
	case string:
		s, ok := v["S"].(string)
		return ok && strings.HasPrefix(s, start)
	case []byte:
		b, ok := v["B"].([]byte)
		return ok && bytes.HasPrefix(b, start)
	}
	return false
}

func (v Value) scalar() bool { return v["S"] != nil || v["N"] != nil || v["B"] != nil }
