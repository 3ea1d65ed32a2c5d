package dynamodb

import (
	"fmt"
	"slices"
	"strings"

	"reduction/runtime/lambdatest/internal/front"
)

// tableExtras are parameters of CreateTable that this package doesn't support.
var tableExtras = []string{"GlobalSecondaryIndexes", "LocalSecondaryIndexes"}

func (s *Service) createTable(p *params) (any, error) {
	var c checks
	name, err := c.describedName(p)
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
	if err := p.err(c, tableExtras...); err != nil {
		return nil, err
	}
	if stream := p.object("StreamSpecification", "StreamSpecification"); stream.boolean("StreamEnabled", false) {
		return nil, unsupported("StreamSpecification")
	}

	provisioned := mode != "PAY_PER_REQUEST"
	if provisioned && (reads < 1 || writes < 1) {
		return nil, invalidParameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	if !provisioned && throughput.m != nil {
		return nil, invalidParameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	if err := checkKeySchema(keys, types, names); err != nil {
		return nil, err
	}
	if s.tables[name] != nil {
		return nil, &apiError{Type: dynamodbErrors + "ResourceInUseException", Message: "Table already exists: " + name}
	}

	var sort *keyAttribute
	if len(keys) == 2 {
		sort = &keyAttribute{keys[1].name, types[keys[1].name]}
	}
	t := newTable(name, keyAttribute{keys[0].name, types[keys[0].name]}, sort, s.server.Now())
	t.provisioned = provisioned
	t.reads, t.writes = reads, writes
	s.tables[name] = t
	return map[string]any{"TableDescription": s.describe(t, "CREATING")}, nil
}

// attributeTypes reads AttributeDefinitions. It returns the types by name, and the names in order.
func (p *params) attributeTypes(c *checks) (types map[string]string, names []string) {
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

// keySchema reads KeySchema. In what it returns, kind is HASH or RANGE.
func (p *params) keySchema(c *checks) (keys []keyAttribute) {
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
		keys = append(keys, keyAttribute{key.str("AttributeName"), key.str("KeyType")})
	}
	return keys
}

func checkKeySchema(keys []keyAttribute, types map[string]string, defined []string) error {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	if len(names) > len(defined) {
		return invalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	for _, name := range names {
		if types[name] == "" {
			return invalidParameter(fmt.Sprintf("Some index key attributes are not defined in AttributeDefinitions. "+
				"Keys: [%s], AttributeDefinitions: [%s]", strings.Join(names, ", "), strings.Join(defined, ", ")))
		}
	}
	switch {
	case len(names) == 2 && names[0] == names[1]:
		return invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case keys[0].kind != "HASH":
		return invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && keys[1].kind != "RANGE":
		return invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	case len(names) != len(defined):
		return invalidParameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

// describe returns a table as DescribeTable shows it.
func (s *Service) describe(t *table, status string) map[string]any {
	items, size := t.counts()
	var attributes, schema []map[string]string
	for i, k := range t.keys() {
		attributes = append(attributes, map[string]string{"AttributeName": k.name, "AttributeType": k.kind})
		schema = append(schema, map[string]string{"AttributeName": k.name, "KeyType": []string{"HASH", "RANGE"}[i]})
	}
	out := map[string]any{
		"TableName":            t.name,
		"TableArn":             fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", s.server.Region(), front.AccountID, t.name),
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

// describedBy returns the table that a request names, if that is all that it says.
func (s *Service) describedBy(p *params) (*table, error) {
	var c checks
	name, err := c.describedName(p)
	if err == nil {
		err = p.err(c)
	}
	if err != nil {
		return nil, err
	}
	return s.describedTable(name)
}

func (s *Service) describeTable(p *params) (any, error) {
	t, err := s.describedBy(p)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Table": s.describe(t, "ACTIVE")}, nil
}

func (s *Service) deleteTable(p *params) (any, error) {
	t, err := s.describedBy(p)
	if err != nil {
		return nil, err
	}
	delete(s.tables, t.name)
	return map[string]any{"TableDescription": s.describe(t, "DELETING")}, nil
}

func (s *Service) listTables(p *params) (any, error) {
	var c checks
	limit, _ := c.integer(p, "Limit", "limit", 1, 100)
	start := p.str("ExclusiveStartTableName")
	if p.has("ExclusiveStartTableName") {
		c.name(start, "exclusiveStartTableName")
	}
	if err := p.err(c); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = 100
	}
	names := slices.DeleteFunc(s.names(), func(name string) bool { return name <= start })
	out := map[string]any{}
	if int64(len(names)) > limit {
		names = names[:limit]
		out["LastEvaluatedTableName"] = names[limit-1]
	}
	out["TableNames"] = append([]string{}, names...) // never null
	return out, nil
}

func (s *Service) updateTimeToLive(p *params) (any, error) {
	var c checks
	name, err := c.describedName(p)
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
	if err := p.err(c); err != nil {
		return nil, err
	}
	t, err := s.describedTable(name)
	if err != nil {
		return nil, err
	}
	switch {
	case enabled && t.ttl != "":
		return nil, invalid("TimeToLive is already enabled")
	case !enabled && t.ttl == "":
		return nil, invalid("TimeToLive is already disabled")
	case !enabled && t.ttl != attribute:
		return nil, invalid("TimeToLive is active on a different AttributeName: current AttributeName is " + t.ttl)
	case enabled:
		t.ttl = attribute
	default:
		t.ttl = ""
	}
	return map[string]any{"TimeToLiveSpecification": map[string]any{"AttributeName": attribute, "Enabled": enabled}}, nil
}

func (s *Service) describeTimeToLive(p *params) (any, error) {
	t, err := s.describedBy(p)
	if err != nil {
		return nil, err
	}
	description := map[string]any{"TimeToLiveStatus": "DISABLED"}
	if t.ttl != "" {
		description = map[string]any{"TimeToLiveStatus": "ENABLED", "AttributeName": t.ttl}
	}
	return map[string]any{"TimeToLiveDescription": description}, nil
}
