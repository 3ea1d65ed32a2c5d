package dynamodb

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// keyConditions parses a KeyConditionExpression:
//
//	conditions = condition ["AND" condition]
//	condition  = "(" conditions ")"
//	           | name ("=" | "<" | "<=" | ">" | ">=") :value
//	           | :value ("=" | ...) name
//	           | name "BETWEEN" :value "AND" :value
//	           | "begins_with" "(" name "," :value ")"
//
// Developer Guide, Key condition expressions for the Query operation.
func (e *expression) keyConditions(expression string) ([]condition, error) {
	e.load(expression)
	if len(e.tokens) == 0 {
		return nil, invalid("Invalid KeyConditionExpression: The expression can not be empty;")
	}
	conditions, err := e.conditions()
	if err == nil && len(e.tokens) > 0 {
		err = e.unexpected()
	}
	if _, ok := errors.AsType[*apiError](err); ok {
		return nil, err
	}
	if err != nil {
		return nil, invalid("Invalid KeyConditionExpression: " + err.Error())
	}
	seen := make(map[string]bool)
	for _, c := range conditions {
		if seen[c.name] {
			return nil, invalid("KeyConditionExpressions must only contain one condition per key")
		}
		seen[c.name] = true
		if c.op == "BETWEEN" && c.values[0].kind() == c.values[1].kind() && c.values[0].scalar() &&
			compareScalars(c.values[0], c.values[1]) > 0 {
			return nil, invalid("Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; " +
				fmt.Sprintf("lower bound operand: AttributeValue: {%s}, upper bound operand: AttributeValue: {%s}", c.values[0].show(), c.values[1].show()))
		}
	}
	return conditions, nil
}

func (e *expression) conditions() ([]condition, error) {
	all, err := e.condition()
	for err == nil && strings.EqualFold(e.peek(), "AND") {
		var more []condition
		e.next()
		more, err = e.condition()
		all = append(all, more...)
	}
	return all, err
}

func (e *expression) condition() ([]condition, error) {
	switch token := e.peek(); {
	case token == "(":
		e.next()
		inside, err := e.conditions()
		if err == nil && e.peek() != ")" {
			err = e.unexpected()
		}
		e.next()
		return inside, err
	case strings.EqualFold(token, "NOT"):
		return nil, notInKeyCondition("NOT")
	case len(e.tokens) > 1 && e.tokens[1] == "(":
		return e.function()
	case strings.HasPrefix(token, ":"):
		v, err := e.value()
		if err != nil {
			return nil, err
		}
		op := e.next()
		name, err := e.attribute()
		turned := map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]
		if err == nil && turned == "" {
			err = fmt.Errorf("Syntax error; token: %q", op)
		}
		return []condition{{name, turned, []Value{v}}}, err
	}
	name, err := e.attribute()
	if err != nil {
		return nil, err
	}
	switch op := e.peek(); {
	case slices.Contains([]string{"=", "<", "<=", ">", ">="}, op):
		e.next()
		v, err := e.value()
		return []condition{{name, op, []Value{v}}}, err
	case strings.EqualFold(op, "BETWEEN"):
		e.next()
		low, err := e.value()
		if err != nil {
			return nil, err
		}
		if err := e.expect("AND"); err != nil {
			return nil, err
		}
		high, err := e.value()
		return []condition{{name, "BETWEEN", []Value{low, high}}}, err
	case op == "<>", strings.EqualFold(op, "IN"):
		return nil, notInKeyCondition(strings.ToUpper(op))
	}
	return nil, e.syntax()
}

func (e *expression) function() ([]condition, error) {
	function := e.next()
	switch function {
	case "begins_with":
	case "attribute_exists", "attribute_not_exists", "attribute_type", "contains", "size":
		return nil, notInKeyCondition(function)
	default:
		return nil, fmt.Errorf("Invalid function name; function: %s", function)
	}
	e.next()
	name, err := e.attribute()
	if err != nil {
		return nil, err
	}
	if err := e.expect(","); err != nil {
		return nil, err
	}
	v, err := e.value()
	if err != nil {
		return nil, err
	}
	if v["S"] == nil && v["B"] == nil {
		return nil, fmt.Errorf("Incorrect operand type for operator or function; operator or function: begins_with, operand type: %s", v.kind())
	}
	return []condition{{name, function, []Value{v}}}, e.expect(")")
}

// notInKeyCondition is the error of an operator that only other expressions may have.
func notInKeyCondition(operator string) error {
	return invalid("Invalid operator used in KeyConditionExpression: " + operator)
}

// unexpected is syntax, unless the next token is OR, which a key condition may not have.
func (e *expression) unexpected() error {
	if strings.EqualFold(e.peek(), "OR") {
		return notInKeyCondition("OR")
	}
	return e.syntax()
}

// matches reports whether a key attribute meets the condition. Its type has been checked.
func (c *condition) matches(v Value) bool {
	if c.op == "begins_with" {
		if b, ok := v["B"].([]byte); ok {
			return bytes.HasPrefix(b, c.values[0]["B"].([]byte))
		}
		return strings.HasPrefix(v.Text(), c.values[0].Text())
	}
	order := compareScalars(v, c.values[0])
	switch c.op {
	case "=":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return order >= 0 && compareScalars(v, c.values[1]) <= 0
}

func (v Value) scalar() bool { return v["S"] != nil || v["N"] != nil || v["B"] != nil }

// show formats a value as DynamoDB's messages do: S:text.
func (v Value) show() string { return fmt.Sprintf("%s:%v", v.kind(), v[v.kind()]) }
