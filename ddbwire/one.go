package ddbwire

import "reduction/internal/json"

// AppendGetItem appends the body of a GetItem request: a consistent read of one item.
func AppendGetItem(dst []byte, table, pk, sk string) []byte {
	dst = json.AppendString(append(dst, `{"TableName":`...), table)
	dst = json.AppendString(append(dst, `,"Key":{"`+PartitionKey+`":{"S":`...), pk)
	dst = json.AppendString(append(dst, `},"`+SortKey+`":{"S":`...), sk)
	return append(dst, `}},"ConsistentRead":true}`...)
}

// ReadItem reads the answer to GetItem: the attributes of types S and N by their names, or nil where
// there is no such item.
func ReadItem(response []byte) (map[string]string, error) {
	var item map[string]string
	s := json.NewScanner(response)
	for member := range s.Object() {
		if string(member) != "Item" || s.Null() {
			continue
		}
		item = make(map[string]string)
		for name := range s.Object() {
			name := string(name)
			for kind := range s.Object() {
				if string(kind) == "S" || string(kind) == "N" {
					item[name] = string(s.Text())
				}
			}
		}
	}
	if err := s.End(); err != nil {
		return nil, &answerError{err}
	}
	return item, nil
}

// AppendPutItem appends the body of a PutItem request for the batch's first item. The item is stored
// only where the condition is met, a ConditionExpression, in which values have their names.
func (b *Batch) AppendPutItem(dst []byte, condition string, values ...Attr) []byte {
	const around = `{"PutRequest":{"Item":`
	item := b.text(b.items[0].span)
	dst = json.AppendString(append(dst, `{"TableName":`...), b.table)
	dst = append(append(dst, `,"Item":`...), item[len(around):len(item)-len("}}")]...)
	dst = json.AppendString(append(dst, `,"ConditionExpression":`...), condition)
	for i, v := range values {
		if i == 0 {
			dst = append(dst, `,"ExpressionAttributeValues":{`...)
		} else {
			dst = append(dst, ',')
		}
		dst = json.AppendString(dst, v.name)
		if v.number {
			dst = append(dst, `:{"N":`...)
		} else {
			dst = append(dst, `:{"S":`...)
		}
		dst = append(json.AppendString(dst, v.value), '}')
	}
	if len(values) > 0 {
		dst = append(dst, '}')
	}
	return append(dst, '}')
}
