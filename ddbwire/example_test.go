package ddbwire_test

import (
	"fmt"
	"strconv"

	"reduction/ddbwire"
)

func ExampleBatch() {
	var b ddbwire.Batch
	b.Reset("recommendations")
	for _, hospital := range []string{"City Hospital", "General Hospital"} {
		err := b.Put(
			ddbwire.S("PK", "8286a188"),
			ddbwire.S("SK", "#diagnosis#Stroke#hospital#"+hospital),
			ddbwire.N("AverageRecoveryTime", "32.5"),
		)
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(b.Len(), "items,", len(b.Body()), "bytes")

	answer := `{"UnprocessedItems":{"recommendations":[{"PutRequest":{"Item":{
		"PK":{"S":"8286a188"},"SK":{"S":"#diagnosis#Stroke#hospital#City Hospital"},"AverageRecoveryTime":{"N":"32.5"}}}}]}}`
	n, err := b.Unprocessed([]byte(answer))
	fmt.Println(n, err)
	fmt.Printf("%s\n", b.Body())
	// Output:
	// 2 items, 315 bytes
	// 1 <nil>
	// {"RequestItems":{"recommendations":[{"PutRequest":{"Item":{"PK":{"S":"8286a188"},"SK":{"S":"#diagnosis#Stroke#hospital#City Hospital"},"AverageRecoveryTime":{"N":"32.5"}}}}]}}
}

// The same, attribute by attribute: nothing is allocated for an item.
func ExampleBatch_EndItem() {
	var b ddbwire.Batch
	b.Reset("recommendations")
	b.StartItem()
	b.String("PK", "8286a188")
	b.String("SK", "#diagnosis#", "Stroke", "#hospital#", "City Hospital")
	b.Number("AverageRecoveryTime", strconv.AppendFloat(nil, 32.5, 'f', -1, 64))
	fmt.Println(b.EndItem(), b.Len())

	b.StartItem()
	b.String("PK", "8286a188")
	b.String("SK", "")
	fmt.Println(b.EndItem(), b.Len())
	// Output:
	// <nil> 1
	// ddbwire: attribute SK: the key is empty 1
}

func ExampleParseError() {
	e := ddbwire.ParseError([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`))
	fmt.Println(e.Type)
	// Output: ResourceNotFoundException
}

// A table with other names and types of keys, and an item to delete.
func ExampleBatch_Delete() {
	b := ddbwire.Batch{Partition: ddbwire.StringKey("customer"), Sort: ddbwire.NumberKey("order")}
	b.Reset("orders")
	if err := b.Put(ddbwire.S("customer", "Ada"), ddbwire.N("order", "8"), ddbwire.BOOL("paid", false), ddbwire.B("signature", []byte{1, 2})); err != nil {
		fmt.Println(err)
	}
	if err := b.Delete(ddbwire.S("customer", "Ada"), ddbwire.N("order", "7")); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", b.Body())
	// Output:
	// {"RequestItems":{"orders":[{"PutRequest":{"Item":{"customer":{"S":"Ada"},"order":{"N":"8"},"paid":{"BOOL":false},"signature":{"B":"AQI="}}}},{"DeleteRequest":{"Key":{"customer":{"S":"Ada"},"order":{"N":"7"}}}}]}}
}
