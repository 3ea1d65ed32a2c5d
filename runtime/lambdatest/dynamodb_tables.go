package lambdatest

import (
	"fmt"
	"slices"
	"strings"
)

// Parameters of CreateTable that make a table this server hasn't.
var ddbTableExtras = []string{"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}

func (d *DynamoDB) createTable(p *ddbParams) (any, error) {
	var c ddbChecks
	name, err := p.describedName(&c)
	if err != nil {
		return nil, err
	}
	c.required(p, "KeySchema", "keySchema")
	c.required(p, "AttributeDefinitions", "attributeDefinitions")
	mode := c.enum(p, "BillingMode", "billingMode", "PROVISIONED", "PAY_PER_REQUEST")
	types, names := p.attributeTypes(&c)
	keys := p.keySchema(&c)
	throughput := p.object("ProvisionedThroughput", "ProvisionedThroughput")
	reads, _ := throughput.integer("ReadCapacityUnits")
	writes, _ := throughput.integer("WriteCapacityUnits")
	if err := p.checked(c, ddbTableExtras...); err != nil {
		return nil, err
	}
	if stream := p.object("StreamSpecification", "StreamSpecification"); stream.boolean("StreamEnabled", false) {
		return nil, ddbUnsupported("StreamSpecification")
	}

	provisioned := mode != "PAY_PER_REQUEST"
	if provisioned && (reads < 1 || writes < 1) {
		return nil, ddbParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	if !provisioned && throughput.m != nil {
		return nil, ddbParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	if err := checkKeySchema(keys, types, names); err != nil {
		return nil, err
	}
	if d.tables[name] != nil {
		return nil, &ddbError{Type: ddbType + "ResourceInUseException", Message: "Table already exists: " + name}
	}

	var sort *ddbKey
	if len(keys) == 2 {
		sort = &ddbKey{keys[1].name, types[keys[1].name]}
	}
	t := newDDBTable(name, ddbKey{keys[0].name, types[keys[0].name]}, sort)
	t.provisioned = provisioned
	t.reads, t.writes = reads, writes
	d.tables[name] = t
	return map[string]any{"TableDescription": d.describe(t, "CREATING")}, nil
}

// attributeTypes reads AttributeDefinitions: types by name, and the names in order.
func (p *ddbParams) attributeTypes(c *ddbChecks) (types map[string]string, names []string) {
	types = make(map[string]string)
	for i, raw := range p.list("AttributeDefinitions") {
		def := p.asObject(raw, "AttributeDefinition")
		at := fmt.Sprintf("attributeDefinitions.%d.member.", i+1)
		if c.required(def, "AttributeName", at+"attributeName") {
			c.length(def.str("AttributeName"), at+"attributeName", 1, 255)
		}
		if c.required(def, "AttributeType", at+"attributeType") {
			c.enum(def, "AttributeType", at+"attributeType", "B", "N", "S")
		}
		types[def.str("AttributeName")] = def.str("AttributeType")
		names = append(names, def.str("AttributeName"))
	}
	return types, names
}

// keySchema reads KeySchema; kind is HASH or RANGE here.
func (p *ddbParams) keySchema(c *ddbChecks) (keys []ddbKey) {
	list := p.list("KeySchema")
	if p.has("KeySchema") {
		c.list(list, "keySchema", 1, 2)
	}
	for i, raw := range list {
		key := p.asObject(raw, "KeySchemaElement")
		at := fmt.Sprintf("keySchema.%d.member.", i+1)
		if c.required(key, "AttributeName", at+"attributeName") {
			c.length(key.str("AttributeName"), at+"attributeName", 1, 255)
		}
		if c.required(key, "KeyType", at+"keyType") {
			c.enum(key, "KeyType", at+"keyType", "HASH", "RANGE")
		}
		keys = append(keys, ddbKey{key.str("AttributeName"), key.str("KeyType")})
	}
	return keys
}

func checkKeySchema(keys []ddbKey, types map[string]string, defined []string) error {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	if len(names) > len(defined) {
		return ddbInvalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	for _, name := range names {
		if types[name] == "" {
			return ddbParameter(fmt.Sprintf("Some index key attributes are not defined in AttributeDefinitions. "+
				"Keys: [%s], AttributeDefinitions: [%s]", strings.Join(names, ", "), strings.Join(defined, ", ")))
		}
	}
	switch {
	case len(names) == 2 && names[0] == names[1]:
		return ddbInvalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case keys[0].kind != "HASH":
		return ddbInvalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && keys[1].kind != "RANGE":
		return ddbInvalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	case len(names) != len(defined):
		return ddbParameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

// describe returns a table as DescribeTable shows it.
func (d *DynamoDB) describe(t *ddbTable, status string) map[string]any {
	items, size := t.counts()
	var attributes, schema []map[string]string
	for i, k := range t.keys() {
		attributes = append(attributes, map[string]string{"AttributeName": k.name, "AttributeType": k.kind})
		schema = append(schema, map[string]string{"AttributeName": k.name, "KeyType": []string{"HASH", "RANGE"}[i]})
	}
	out := map[string]any{
		"TableName":            t.name,
		"TableArn":             fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", d.s.Region, accountID, t.name),
		"TableId":              t.id,
		"TableStatus":          status,
		"CreationDateTime":     float64(t.created.UnixMilli()) / 1e3,
		"AttributeDefinitions": attributes,
		"KeySchema":            schema,
		"ItemCount":            items,
		"TableSizeBytes":       size,
		"ProvisionedThroughput": map[string]any{
			"NumberOfDecreasesToday": 0, "ReadCapacityUnits": t.reads, "WriteCapacityUnits": t.writes},
		"DeletionProtectionEnabled": false,
	}
	if !t.provisioned {
		out["BillingModeSummary"] = map[string]any{"BillingMode": "PAY_PER_REQUEST",
			"LastUpdateToPayPerRequestDateTime": float64(t.created.UnixMilli()) / 1e3}
	}
	return out
}

func (d *DynamoDB) describeTable(p *ddbParams) (any, error) {
	var c ddbChecks
	name, err := p.describedName(&c)
	if err != nil {
		return nil, err
	}
	if err := p.checked(c); err != nil {
		return nil, err
	}
	t, err := d.describedTable(name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": d.describe(t, "ACTIVE")}, nil
}

func (d *DynamoDB) deleteTable(p *ddbParams) (any, error) {
	var c ddbChecks
	name, err := p.describedName(&c)
	if err != nil {
		return nil, err
	}
	if err := p.checked(c); err != nil {
		return nil, err
	}
	t, err := d.describedTable(name)
	if err != nil {
		return nil, err
	}
	delete(d.tables, name)
	return map[string]any{"TableDescription": d.describe(t, "DELETING")}, nil
}

func (d *DynamoDB) listTables(p *ddbParams) (any, error) {
	var c ddbChecks
	limit := c.limit(p, 100)
	start := p.str("ExclusiveStartTableName")
	if p.has("ExclusiveStartTableName") {
		c.name(start, "exclusiveStartTableName")
	}
	if err := p.checked(c); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = 100
	}
	names := slices.DeleteFunc(d.names(), func(name string) bool { return name <= start })
	out := map[string]any{}
	if int64(len(names)) > limit {
		names = names[:limit]
		out["LastEvaluatedTableName"] = names[limit-1]
	}
	out["TableNames"] = append([]string{}, names...) // never null
	return out, nil
}

func (d *DynamoDB) updateTimeToLive(p *ddbParams) (any, error) {
	var c ddbChecks
	name, err := p.describedName(&c)
	if err != nil {
		return nil, err
	}
	c.required(p, "TimeToLiveSpecification", "timeToLiveSpecification")
	spec := p.object("TimeToLiveSpecification", "TimeToLiveSpecification")
	if spec.m != nil {
		c.required(spec, "Enabled", "timeToLiveSpecification.enabled")
		if c.required(spec, "AttributeName", "timeToLiveSpecification.attributeName") {
			c.length(spec.str("AttributeName"), "timeToLiveSpecification.attributeName", 1, 255)
		}
	}
	attribute, enabled := spec.str("AttributeName"), spec.boolean("Enabled", false)
	if err := p.checked(c); err != nil {
		return nil, err
	}
	t, err := d.describedTable(name)
	if err != nil {
		return nil, err
	}
	switch {
	case enabled && t.ttl != "":
		return nil, ddbInvalid("TimeToLive is already enabled")
	case !enabled && t.ttl == "":
		return nil, ddbInvalid("TimeToLive is already disabled")
	case !enabled && t.ttl != attribute:
		return nil, ddbInvalid("TimeToLive is active on a different AttributeName: current AttributeName is " + t.ttl)
	case enabled:
		t.ttl = attribute
	default:
		t.ttl = ""
	}
	return map[string]any{"TimeToLiveSpecification": map[string]any{"AttributeName": attribute, "Enabled": enabled}}, nil
}

func (d *DynamoDB) describeTimeToLive(p *ddbParams) (any, error) {
	var c ddbChecks
	name, err := p.describedName(&c)
	if err != nil {
		return nil, err
	}
	if err := p.checked(c); err != nil {
		return nil, err
	}
	t, err := d.describedTable(name)
	if err != nil {
		return nil, err
	}
	description := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if t.ttl != "" {
		description = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": t.ttl}
	}
	return map[string]any{"TimeToLiveDescription": description}, nil
}
