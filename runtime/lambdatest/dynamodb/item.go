package dynamodb

// conditionParameters change what a write does, or its answer. This package doesn't support them.
var conditionParameters = []string{"Expected", "ConditionalOperator", "ReturnValuesOnConditionCheckFailure"}

type itemOutput struct {
	Item             Item              `json:",omitempty"`
	Attributes       Item              `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`
}

func (s *Service) putItem(p *params) (any, error) {
	var c checks
	name := c.tableName(p)
	c.required(p, "Item", "item")
	used := c.capacity(p)
	returns := c.enum(p, "ReturnValues", "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	raw := p.asMap(p.m["Item"], "AttributeValue")
	if err := p.err(c, conditionParameters...); err != nil {
		return nil, err
	}
	item, err := p.item(raw, 0)
	if err != nil {
		return nil, err
	}
	if returns != "" && returns != "ALL_OLD" && returns != "NONE" {
		return nil, invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	if item.size() > maxItem {
		return nil, errItemSize
	}
	condition, err := p.writeCondition()
	if err != nil {
		return nil, err
	}
	t, err := s.table(name)
	if err != nil {
		return nil, err
	}
	if err := t.checkItem(item); err != nil {
		return nil, err
	}
	if !condition.meets(t.get(item)) {
		return nil, errCondition
	}
	old := s.put(t, item)
	used.write(name, old, item)
	out := itemOutput{ConsumedCapacity: used.one()}
	if returns == "ALL_OLD" {
		out.Attributes = old
	}
	return out, nil
}

var errItemSize = invalid("Item size has exceeded the maximum allowed size")

func (s *Service) deleteItem(p *params) (any, error) {
	var c checks
	name := c.tableName(p)
	c.required(p, "Key", "key")
	used := c.capacity(p)
	returns := c.enum(p, "ReturnValues", "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	raw := p.asMap(p.m["Key"], "AttributeValue")
	if err := p.err(c, conditionParameters...); err != nil {
		return nil, err
	}
	if returns != "" && returns != "ALL_OLD" && returns != "NONE" {
		return nil, invalid("ReturnValues can only be ALL_OLD or NONE")
	}
	condition, err := p.writeCondition()
	if err != nil {
		return nil, err
	}
	t, key, err := s.keyed(p, name, raw)
	if err != nil {
		return nil, err
	}
	if !condition.meets(t.get(key)) {
		return nil, errCondition
	}
	old := s.delete(t, key)
	used.write(name, old, nil)
	out := itemOutput{ConsumedCapacity: used.one()}
	if returns == "ALL_OLD" {
		out.Attributes = old
	}
	return out, nil
}

func (s *Service) getItem(p *params) (any, error) {
	var c checks
	name := c.tableName(p)
	c.required(p, "Key", "key")
	used := c.capacity(p)
	consistent := p.boolean("ConsistentRead", false)
	raw := p.asMap(p.m["Key"], "AttributeValue")
	if err := p.err(c, "AttributesToGet"); err != nil {
		return nil, err
	}
	// DynamoDB checks the values, then the expression, then table and key schema.
	if _, err := p.item(raw, 0); err != nil {
		return nil, err
	}
	paths, err := p.projection()
	if err != nil {
		return nil, err
	}
	t, key, err := s.keyed(p, name, raw)
	if err != nil {
		return nil, err
	}
	item := s.asRead(t, consistent).get(key)
	used.read(name, item.size(), consistent)
	return itemOutput{Item: project(item, paths), ConsumedCapacity: used.one()}, nil
}

// keyed returns the table of a request and the key, which fits the key schema.
func (s *Service) keyed(p *params, name string, raw map[string]any) (*table, Item, error) {
	key, err := p.item(raw, 0)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.table(name)
	if err != nil {
		return nil, nil, err
	}
	return t, key, t.checkKey(key)
}
