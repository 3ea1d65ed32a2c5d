package ddbwire

import (
	"strings"

	"reduction/internal/json"
)

// AppendGetItem appends the body of a GetItem request: a consistent read of one item.
func AppendGetItem(dst []byte, table, pk, sk string) []byte {
	dst = json.AppendString(append(dst, `{"TableName":`...), table)
	dst = json.AppendString(append(dst, `,"Key":{"`+PartitionKey+`":{"S":`...), pk)
	dst = json.AppendString(append(dst, `},"`+SortKey+`":{"S":`...), sk)
	return append(dst, `}},"ConsistentRead":true}`...)
}

// AppendQuery appends the body of a Query request: a consistent read of all items of a partition
// key. `aws dynamodb query --cli-input-json` accepts it, too.
func AppendQuery(dst []byte, table, pk string) []byte {
	dst = json.AppendString(append(dst, `{"TableName":`...), table)
	dst = append(dst, `,"ConsistentRead":true,"KeyConditionExpression":"`+PartitionKey+` = :pk"`...)
	dst = json.AppendString(append(dst, `,"ExpressionAttributeValues":{":pk":{"S":`...), pk)
	return append(dst, `}}}`...)
}

// ReadItem reads the answer to GetItem. It returns the attributes of types S and N by their names,
// or nil if there is no such item.
func ReadItem(response []byte) (item map[string]string, err error) {
	err = texts(response, func(path, value string) {
		name, ok := strings.CutPrefix(path, ".Item.")
		name, kind, _ := strings.Cut(name, ".")
		if !ok || kind != "S" && kind != "N" {
			return
		}
		if item == nil {
			item = make(map[string]string)
		}
		item[name] = value
	})
	return item, err
}

// AppendPutItem appends the body of a PutItem request for the batch's first item, which must be one
// to put. DynamoDB stores the item only if the condition is met. The condition is a
// ConditionExpression; it may use the number by its name, such as ":n".
func (b *Batch) AppendPutItem(dst []byte, condition string, number Attr) []byte {
	const before, after = `{"PutRequest":{"Item":`, "}}"
	item := b.text(b.items[0].span)
	dst = json.AppendString(append(dst, `{"TableName":`...), b.table)
	dst = append(append(dst, `,"Item":`...), item[len(before):len(item)-len(after)]...)
	dst = json.AppendString(append(dst, `,"ConditionExpression":`...), condition)
	return append(dst, `,"ExpressionAttributeValues":{"`+number.name+`":{"N":"`+number.value+`"}}}`...)
}
