package lambdatest

// Parameters of DynamoDB's that change what a write does, and that this server hasn't.
var ddbConditions = []string{"ConditionExpression", "Expected", "ConditionalOperator"}

type ddbItemOut struct {
	Item             Item         `json:",omitempty"`
	Attributes       Item         `json:",omitempty"`
	ConsumedCapacity *ddbConsumed `json:",omitempty"`
}

func (d *DynamoDB) putItem(p *ddbParams) (any, error) {
	var c ddbChecks
	name := c.tableName(p)
	c.required(p, "Item", "item")
	capacity := c.capacity(p)
	returns := c.enum(p, "ReturnValues", "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	raw := p.asMap(p.m["Item"], "AttributeValue")
	if err := p.checked(c, ddbConditions...); err != nil {
		return nil, err
	}
	item, err := p.item(raw, 0)
	if err != nil {
		return nil, err
	}
	if returns != "" && returns != "ALL_OLD" && returns != "NONE" {
		return nil, ddbInvalid("ReturnValues can only be ALL_OLD or NONE")
	}
	if item.size() > ddbMaxItem {
		return nil, errDDBItemSize
	}
	t, err := d.table(name)
	if err != nil {
		return nil, err
	}
	if err := t.checkItem(item); err != nil {
		return nil, err
	}
	old := t.put(item)
	capacity.write(name, old, item)
	out := ddbItemOut{ConsumedCapacity: capacity.one()}
	if returns == "ALL_OLD" {
		out.Attributes = old
	}
	return out, nil
}

var errDDBItemSize = ddbInvalid("Item size has exceeded the maximum allowed size")

func (d *DynamoDB) deleteItem(p *ddbParams) (any, error) {
	var c ddbChecks
	name := c.tableName(p)
	c.required(p, "Key", "key")
	capacity := c.capacity(p)
	returns := c.enum(p, "ReturnValues", "returnValues", "ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW")
	raw := p.asMap(p.m["Key"], "AttributeValue")
	if err := p.checked(c, ddbConditions...); err != nil {
		return nil, err
	}
	if returns != "" && returns != "ALL_OLD" && returns != "NONE" {
		return nil, ddbInvalid("ReturnValues can only be ALL_OLD or NONE")
	}
	t, key, err := d.keyed(p, name, raw)
	if err != nil {
		return nil, err
	}
	old := t.delete(key)
	capacity.write(name, old, nil)
	out := ddbItemOut{ConsumedCapacity: capacity.one()}
	if returns == "ALL_OLD" {
		out.Attributes = old
	}
	return out, nil
}

func (d *DynamoDB) getItem(p *ddbParams) (any, error) {
	var c ddbChecks
	name := c.tableName(p)
	c.required(p, "Key", "key")
	capacity := c.capacity(p)
	consistent := p.boolean("ConsistentRead", false)
	raw := p.asMap(p.m["Key"], "AttributeValue")
	if err := p.checked(c, "AttributesToGet"); err != nil {
		return nil, err
	}
	// The order of the service: values, then the expression, then table and schema.
	if _, err := p.item(raw, 0); err != nil {
		return nil, err
	}
	paths, err := p.projection()
	if err != nil {
		return nil, err
	}
	t, key, err := d.keyed(p, name, raw)
	if err != nil {
		return nil, err
	}
	item := t.get(key)
	capacity.read(name, item.size(), consistent)
	return ddbItemOut{Item: project(item, paths), ConsumedCapacity: capacity.one()}, nil
}

// keyed returns the table of a request and its key, held to the schema.
func (d *DynamoDB) keyed(p *ddbParams, name string, raw map[string]any) (*ddbTable, Item, error) {
	key, err := p.item(raw, 0)
	if err != nil {
		return nil, nil, err
	}
	t, err := d.table(name)
	if err != nil {
		return nil, nil, err
	}
	return t, key, t.checkKey(key)
}
