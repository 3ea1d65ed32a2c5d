package dynamodb

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// A predicate says whether an item meets a condition. The item is nil where there is none.
type predicate func(Item) bool

// writeCondition parses the request's ConditionExpression, which is its only expression. Without
// one, every item meets the condition.
//
//	any       = all {"OR" all}
//	all       = one {"AND" one}
//	one       = "NOT" one | "(" any ")"
//	          | "attribute_exists" "(" name ")" | "attribute_not_exists" "(" name ")"
//	          | "begins_with" "(" operand "," operand ")"
//	          | operand ("=" | "<>" | "<" | "<=" | ">" | ">=") operand
//	          | operand "BETWEEN" operand "AND" operand
//	          | operand "IN" "(" operand {"," operand} ")"
//	operand   = name | :value
//
// Developer Guide, Comparison operator and function reference.
func (p *params) writeCondition() (predicate, error) {
	e, err := p.expression("ConditionExpression")
	if err != nil {
		return nil, err
	}
	if !p.has("ConditionExpression") {
		return func(Item) bool { return true }, nil
	}
	e.load(p.str("ConditionExpression"))
	if len(e.tokens) == 0 {
		return nil, invalid("Invalid ConditionExpression: The expression can not be empty;")
	}
	meets, err := e.anyOf()
	if err == nil && len(e.tokens) > 0 {
		err = e.syntax()
	}
	if err != nil {
		return nil, invalid("Invalid ConditionExpression: " + err.Error())
	}
	return meets, e.unused()
}

// errCondition is the error of a write whose condition is not met.
var errCondition = &apiError{Type: dynamodbErrors + "ConditionalCheckFailedException", Message: "The conditional request failed"}

func (e *expression) anyOf() (predicate, error) {
	meets, err := e.allOf()
	for err == nil && strings.EqualFold(e.peek(), "OR") {
		e.next()
		a := meets
		var b predicate
		b, err = e.allOf()
		meets = func(i Item) bool { return a(i) || b(i) }
	}
	return meets, err
}

func (e *expression) allOf() (predicate, error) {
	meets, err := e.one()
	for err == nil && strings.EqualFold(e.peek(), "AND") {
		e.next()
		a := meets
		var b predicate
		b, err = e.one()
		meets = func(i Item) bool { return a(i) && b(i) }
	}
	return meets, err
}

func (e *expression) one() (predicate, error) {
	switch token := e.peek(); {
	case strings.EqualFold(token, "NOT"):
		e.next()
		inner, err := e.one()
		return func(i Item) bool { return !inner(i) }, err
	case token == "(":
		e.next()
		inner, err := e.anyOf()
		if err == nil {
			err = e.expect(")")
		}
		return inner, err
	case len(e.tokens) > 1 && e.tokens[1] == "(":
		return e.conditionFunction()
	}
	return e.comparison()
}

func (e *expression) conditionFunction() (predicate, error) {
	function := e.next()
	e.next()
	var meets predicate
	switch function {
	case "attribute_exists", "attribute_not_exists":
		name, err := e.attribute()
		if err != nil {
			return nil, err
		}
		meets = func(i Item) bool { return (i[name] != nil) == (function == "attribute_exists") }
	case "begins_with":
		operands, err := e.operands(2)
		if err != nil {
			return nil, err
		}
		meets = func(i Item) bool {
			s, ok1 := operands[0](i)["S"].(string)
			start, ok2 := operands[1](i)["S"].(string)
			return ok1 && ok2 && strings.HasPrefix(s, start)
		}
	case "attribute_type", "contains", "size":
		return nil, errors.New(function + " is not supported by lambdatest")
	default:
		return nil, fmt.Errorf("Invalid function name; function: %s", function)
	}
	return meets, e.expect(")")
}

func (e *expression) comparison() (predicate, error) {
	left, err := e.operand()
	if err != nil {
		return nil, err
	}
	switch op := e.peek(); {
	case slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, op):
		e.next()
		right, err := e.operand()
		return func(i Item) bool { return compares(left(i), op, right(i)) }, err
	case strings.EqualFold(op, "BETWEEN"):
		e.next()
		low, err := e.operand()
		if err != nil {
			return nil, err
		}
		if err := e.expect("AND"); err != nil {
			return nil, err
		}
		high, err := e.operand()
		return func(i Item) bool { return compares(left(i), ">=", low(i)) && compares(left(i), "<=", high(i)) }, err
	case strings.EqualFold(op, "IN"):
		e.next()
		if err := e.expect("("); err != nil {
			return nil, err
		}
		list, err := e.operands(0)
		if err != nil {
			return nil, err
		}
		return func(i Item) bool {
			return slices.ContainsFunc(list, func(o operand) bool { return compares(left(i), "=", o(i)) })
		}, e.expect(")")
	}
	return nil, e.syntax()
}

// An operand is an attribute of the item, nil where it has none, or a value of the request.
type operand func(Item) Value

func (e *expression) operand() (operand, error) {
	if strings.HasPrefix(e.peek(), ":") {
		v, err := e.value()
		return func(Item) Value { return v }, err
	}
	name, err := e.attribute()
	return func(i Item) Value { return i[name] }, err
}

// operands parses a list of n operands, or of one at least where n is 0.
func (e *expression) operands(n int) (list []operand, err error) {
	for {
		o, err := e.operand()
		if err != nil {
			return nil, err
		}
		list = append(list, o)
		if len(list) == n || n == 0 && e.peek() != "," {
			return list, nil
		}
		if err := e.expect(","); err != nil {
			return nil, err
		}
	}
}

// compares compares two values. Values of different types, or one that is not there, are unequal
// and in no order.
func compares(a Value, op string, b Value) bool {
	equal := a != nil && b != nil && reflect.DeepEqual(a, b)
	switch op {
	case "=":
		return equal
	case "<>":
		return !equal
	}
	if a == nil || b == nil || a.kind() != b.kind() || !a.scalar() {
		return false
	}
	order := compareScalars(a, b)
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
