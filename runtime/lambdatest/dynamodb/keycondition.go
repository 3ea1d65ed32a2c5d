package dynamodb

import "slices"

// A keyCondition is one condition of a KeyConditionExpression.
type keyCondition struct {
	name   string
	op     string // = < <= > >= BETWEEN begins_with
	values []Value
}

// keyConditions parses a KeyConditionExpression: conditions on key attributes with AND between them.
// Developer Guide, Key condition expressions for the Query operation.
func (e *expression) keyConditions(expression string) ([]keyCondition, error) {
	c, err := e.condition("KeyConditionExpression", expression)
	if err != nil {
		return nil, err
	}
	return c.appendKeyConditions(nil)
}

// turned are the comparisons with their operands exchanged.
var turned = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (c *condition) appendKeyConditions(list []keyCondition) (_ []keyCondition, err error) {
	k := keyCondition{op: c.op}
	switch c.op {
	case "AND":
		for _, part := range c.parts {
			if list, err = part.appendKeyConditions(list); err != nil {
				return nil, err
			}
		}
		return list, nil
	case "=", "<", "<=", ">", ">=":
		if c.operands[0].value != nil {
			k.op = turned[c.op]
		}
	case "BETWEEN", "begins_with":
		if c.operands[0].value != nil {
			return nil, errKeyCondition(c.op + " operator must have the key attribute as its first operand")
		}
	default:
		return nil, invalid("Invalid operator used in KeyConditionExpression: " + c.op)
	}
	for _, o := range c.operands {
		switch {
		case o.value != nil:
			k.values = append(k.values, o.value)
		case k.name != "":
			return nil, errKeyCondition("Multiple attribute names used in one condition")
		default:
			k.name = o.name
		}
	}
	if k.name == "" {
		return nil, errKeyCondition("No key attribute specified")
	}
	if slices.ContainsFunc(list, func(other keyCondition) bool { return other.name == k.name }) {
		return nil, invalid("KeyConditionExpressions must only contain one condition per key")
	}
	return append(list, k), nil
}

func errKeyCondition(reason string) error {
	return invalid("Invalid condition in KeyConditionExpression: " + reason)
}

// matches reports whether a key attribute meets the condition.
func (k *keyCondition) matches(v Value) bool { return compares(k.op, v, k.values...) }
