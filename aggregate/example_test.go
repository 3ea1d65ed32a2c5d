package aggregate_test

import (
	"fmt"

	"reduction/aggregate"
)

var layout = aggregate.Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}

func ExampleTable() {
	t := aggregate.NewTable(layout)
	for _, row := range [][4]string{
		{"City Hospital", "Asthma", "Therapy A", "12.5"},
		{"City Hospital", "Asthma", "Therapy B", "7"},
		{"City Hospital", "Asthma", "Therapy B", "8"},
		{"Hilltop Hospital", "Asthma", "Therapy A", "31"},
	} {
		if err := t.Add([]byte(row[0]), []byte(row[1]), []byte(row[2]), []byte(row[3])); err != nil {
			fmt.Println(err)
		}
	}
	for _, g := range t.Groups() {
		fmt.Printf("%s, %s: %d rows, mean %s, mostly %s\n", g.Hospital, g.Diagnosis, g.Count, g.AppendMean(nil), g.Treatment)
	}
	// Output:
	// City Hospital, Asthma: 3 rows, mean 9.166666666666666, mostly Therapy B
	// Hilltop Hospital, Asthma: 1 rows, mean 31, mostly Therapy A
}

// The positions that end fields come from a scanner.
func ExampleTable_AddBlock() {
	data := []byte("H,D,T,5\nH,D,T,x\nH,D,T,8\n")
	ends := []uint32{1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23}

	t := aggregate.NewTable(layout)
	t.Bad = func(e *aggregate.RowError) error {
		fmt.Println(e)
		return nil // leave the row out
	}
	used, err := t.AddBlock(aggregate.Block{data, ends, 2, 43}) // behind a header of 43 bytes
	fmt.Println(used, err, t.Rows())
	// Output:
	// aggregate: record 3 at byte 51, field 4: not a decimal number
	// 12 <nil> 2
}

// Parts of a file, read at the same time, make one table, whatever the order.
func ExampleTable_Merge() {
	first, second := aggregate.NewTable(layout), aggregate.NewTable(layout)
	first.Add([]byte("H"), []byte("D"), []byte("T"), []byte("1"))
	second.Add([]byte("H"), []byte("D"), []byte("T"), []byte("2"))
	if err := second.Merge(first); err != nil {
		fmt.Println(err)
	}
	g := second.Groups()[0]
	fmt.Printf("%d rows, mean %s\n", g.Count, g.AppendMean(nil))
	// Output: 2 rows, mean 1.5
}

func ExampleGroup() {
	t := aggregate.NewTable(layout)
	t.Add([]byte("H"), []byte("D"), []byte("b"), []byte("1"))
	t.Add([]byte("H"), []byte("D"), []byte("a"), []byte("0.999999999"))
	g := t.Groups()[0]
	fmt.Printf("%s %s\n", g.Treatment, g.AppendMean(nil)) // of two, the smaller in byte order
	// Output: a 0.9999999995
}

func ExampleDict() {
	d := aggregate.Dict{Decode: func(dst, raw []byte) ([]byte, error) {
		if n := len(raw); n >= 2 && raw[0] == '"' {
			raw = raw[1 : n-1]
		}
		return append(dst, raw...), nil
	}}
	for _, raw := range []string{`Asthma`, `"COPD"`, `"Asthma"`, `COPD`} {
		id, _ := d.ID([]byte(raw))
		fmt.Println(id, d.Name(id))
	}
	// Output:
	// 0 Asthma
	// 1 COPD
	// 0 Asthma
	// 1 COPD
}

func ExampleRowError() {
	t := aggregate.NewTable(layout)
	fmt.Println(t.Add([]byte("H"), []byte("D"), []byte("T"), []byte("NaN")))
	// Output: aggregate: record 1 at byte 0, field 4: not a decimal number
}

// Binary floating point would say 0.30000000000000004, and lose the cent beside a million.
func ExampleSum() {
	var sum aggregate.Sum
	for _, price := range []string{"0.1", "0.2", "1e6", "-1000000"} {
		n, err := aggregate.ParseNumber([]byte(price), '.')
		if err != nil {
			fmt.Println(err)
			return
		}
		sum.Add(n)
	}
	total, ok := sum.Number()
	fmt.Printf("%s %v, mean %s\n", total.Append(nil), ok, sum.AppendMean(nil, 4))
	// Output: 0.3 true, mean 0.075
}

// Groups by one name, in a map of one's own.
func ExampleDict_ID() {
	var cities aggregate.Dict
	var population []aggregate.Sum // by id
	for _, row := range [][2]string{{"Accra", "1.9"}, {"Quito", "1.8"}, {"Accra", "0.1"}} {
		id, err := cities.ID([]byte(row[0]))
		if err != nil {
			fmt.Println(err)
			return
		}
		n, err := aggregate.ParseNumber([]byte(row[1]), '.')
		if err != nil {
			fmt.Println(err)
			return
		}
		if int(id) == len(population) {
			population = append(population, aggregate.Sum{})
		}
		population[id].Add(n)
	}
	for id := range population {
		millions, _ := population[id].Number()
		fmt.Printf("%s %s\n", cities.Name(uint32(id)), millions.Append(nil))
	}
	// Output:
	// Accra 2
	// Quito 1.8
}
