package lambdatest

import "fmt"

// Developer Guide, Constraints in Amazon DynamoDB, Partition keys and sort keys.
const (
	ddbMaxHash = 2048
	ddbMaxSort = 1024
)

var errDDBKeySchema = ddbInvalid("The provided key element does not match the schema")

// checkItem holds an item to the table's key schema.
func (t *ddbTable) checkItem(item Item) error {
	for _, k := range t.keys() {
		v := item[k.name]
		if v == nil {
			return ddbParameter("Missing the key " + k.name + " in the item")
		}
		if v.kind() != k.kind {
			return ddbParameter("Type mismatch for key " + k.name + " expected: " + k.kind + " actual: " + v.kind())
		}
		if t.encode(&k, item) == "" {
			return emptyDDBKey(k)
		}
	}
	return t.checkKeySize(item)
}

// checkKey holds a key, which has the key attributes and nothing else, to the schema.
func (t *ddbTable) checkKey(key Item) error {
	if len(key) != len(t.keys()) {
		return errDDBKeySchema
	}
	for _, k := range t.keys() {
		if key[k.name].kind() != k.kind {
			return errDDBKeySchema
		}
		if t.encode(&k, key) == "" {
			return emptyDDBKey(k)
		}
	}
	return t.checkKeySize(key)
}

func emptyDDBKey(k ddbKey) error {
	kind := map[string]string{"S": "string", "B": "binary"}[k.kind] // a number is never empty
	return ddbInvalid("One or more parameter values are not valid. The AttributeValue for a key attribute " +
		"cannot contain an empty " + kind + " value. Key: " + k.name)
}

func (t *ddbTable) checkKeySize(key Item) error {
	if t.hash.kind != "N" && len(t.encode(&t.hash, key)) > ddbMaxHash {
		return ddbParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes") // the service's space
	}
	if t.sort != nil && t.sort.kind != "N" && len(t.encode(t.sort, key)) > ddbMaxSort {
		return ddbParameter("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// identity returns a string that two keys share when they are the same key.
func (t *ddbTable) identity(key Item) string {
	return fmt.Sprintf("%q %q", t.encode(&t.hash, key), t.encode(t.sort, key))
}
