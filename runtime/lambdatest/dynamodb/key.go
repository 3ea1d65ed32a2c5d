package dynamodb

import "fmt"

// The longest keys in bytes. Developer Guide, Constraints in Amazon DynamoDB, Partition keys and
// sort keys.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

var errKeySchema = invalid("The provided key element does not match the schema")

// checkItem checks an item against the key schema.
func (t *table) checkItem(item Item) error {
	for _, k := range t.keys() {
		v := item[k.name]
		if v == nil {
			return invalidParameter("Missing the key " + k.name + " in the item")
		}
		if v.kind() != k.kind {
			return invalidParameter("Type mismatch for key " + k.name + " expected: " + k.kind + " actual: " + v.kind())
		}
		if k.encode(item) == "" {
			return errEmptyKey(k)
		}
	}
	return t.checkKeySize(item)
}

// checkKey checks a key against the key schema. It must have the key attributes and no others.
func (t *table) checkKey(key Item) error {
	if len(key) != len(t.keys()) {
		return errKeySchema
	}
	for _, k := range t.keys() {
		if key[k.name].kind() != k.kind {
			return errKeySchema
		}
		if k.encode(key) == "" {
			return errEmptyKey(k)
		}
	}
	return t.checkKeySize(key)
}

func errEmptyKey(k keyAttribute) error {
	kind := map[string]string{"S": "string", "B": "binary"}[k.kind] // a number is never empty
	return invalid("One or more parameter values are not valid. The AttributeValue for a key attribute " +
		"cannot contain an empty " + kind + " value. Key: " + k.name)
}

func (t *table) checkKeySize(key Item) error {
	if t.partition.kind != "N" && len(t.partition.encode(key)) > maxPartitionKey {
		return invalidParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes") // DynamoDB's missing space
	}
	if t.sort != nil && t.sort.kind != "N" && len(t.sort.encode(key)) > maxSortKey {
		return invalidParameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// identity returns a string that is the same for two keys if and only if they are the same key.
func (t *table) identity(key Item) string {
	return fmt.Sprintf("%q %q", t.partition.encode(key), t.sort.encode(key))
}
