package main

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	arrowcsv "github.com/apache/arrow-go/v18/arrow/csv"
	"github.com/jszwec/csvutil"
	miniocsv "github.com/minio/csvparser"
	"github.com/tonistiigi/go-csvvalue"

	"reduction/csvfast"
	"reduction/internal/job"
)

// readers are used as well as their documentation says they can be: records reused where
// there is such a switch, a buffer of 64 KiB where they bring none of their own.
var readers = []reader{
	{"reduction", withReduction},
	{"csvfast+maps", withCSVFast},
	{"encoding/csv", withStandard},
	{"minio/csvparser", withMinio},
	{"go-csvvalue", withCSVValue},
	{"csvutil", withCSVUtil},
	{"arrow-go", withArrow},
}

const bufferSize = 64 << 10

// withReduction is the whole of ours: scanner and table.
func withReduction(in io.Reader) ([]group, error) {
	r := job.NewReducer(job.Options{})
	if _, err := r.ReadFrom(in); err != nil {
		return nil, err
	}
	var all []group
	var mean []byte
	groups := r.Groups()
	for i := range groups {
		g := &groups[i]
		mean = g.AppendMean(mean[:0])
		m, err := strconv.ParseFloat(string(mean), 64)
		if err != nil {
			return nil, err
		}
		all = append(all, group{g.Diagnosis, g.Hospital, g.Treatment, m, g.Count})
	}
	return all, nil
}

// withCSVFast is our scanner, record by record, with everybody's maps.
func withCSVFast(in io.Reader) ([]group, error) {
	t := newTally()
	s := csvfast.NewScanner(in)
	s.Next() // the header
	for s.Next() {
		days, err := strconv.ParseInt(string(s.Field(3)), 10, 64)
		if err != nil {
			return nil, err
		}
		add(t, s.Field(0), s.Field(1), s.Field(2), days)
	}
	return t.result(), s.Err()
}

// stringsReader is what encoding/csv and its descendants are.
type stringsReader interface{ Read() ([]string, error) }

func reduceStrings(r stringsReader) ([]group, error) {
	if _, err := r.Read(); err != nil { // the header
		return nil, err
	}
	t := newTally()
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return t.result(), nil
		}
		if err != nil {
			return nil, err
		}
		days, err := strconv.ParseInt(rec[3], 10, 64)
		if err != nil {
			return nil, err
		}
		add(t, rec[0], rec[1], rec[2], days)
	}
}

func withStandard(in io.Reader) ([]group, error) {
	r := csv.NewReader(bufio.NewReaderSize(in, bufferSize))
	r.ReuseRecord = true
	r.FieldsPerRecord = 4
	return reduceStrings(r)
}

// withMinio is encoding/csv as MinIO has changed it for S3 Select.
func withMinio(in io.Reader) ([]group, error) {
	r := miniocsv.NewReader(bufio.NewReaderSize(in, bufferSize))
	r.ReuseRecord = true
	r.FieldsPerRecord = 4
	return reduceStrings(r)
}

// withCSVValue parses line by line: a line break inside quotes is beyond it.
func withCSVValue(in io.Reader) ([]group, error) {
	t := newTally()
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, bufferSize), 1<<20)
	lines.Scan() // the header
	var rec []string
	for lines.Scan() {
		var err error
		if rec, err = csvvalue.Fields(lines.Text(), rec[:0]); err != nil {
			return nil, err
		}
		if len(rec) != 4 {
			return nil, csv.ErrFieldCount
		}
		days, err := strconv.ParseInt(rec[3], 10, 64)
		if err != nil {
			return nil, err
		}
		add(t, rec[0], rec[1], rec[2], days)
	}
	return t.result(), lines.Err()
}

// withCSVUtil decodes encoding/csv's records into a struct.
func withCSVUtil(in io.Reader) ([]group, error) {
	r := csv.NewReader(bufio.NewReaderSize(in, bufferSize))
	r.ReuseRecord = true
	d, err := csvutil.NewDecoder(r)
	if err != nil {
		return nil, err
	}
	var row struct {
		Hospital, Diagnosis, Treatment string
		Days                           int64 `csv:"Recovery Time"`
	}
	t := newTally()
	for {
		if err := d.Decode(&row); err == io.EOF {
			return t.result(), nil
		} else if err != nil {
			return nil, err
		}
		add(t, row.Hospital, row.Diagnosis, row.Treatment, row.Days)
	}
}

// withArrow makes columns of some thousand rows, given the schema.
func withArrow(in io.Reader) ([]group, error) {
	const chunk = 8 << 10
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "Hospital", Type: arrow.BinaryTypes.String},
		{Name: "Diagnosis", Type: arrow.BinaryTypes.String},
		{Name: "Treatment", Type: arrow.BinaryTypes.String},
		{Name: "Recovery Time", Type: arrow.PrimitiveTypes.Int64},
	}, nil)
	r := arrowcsv.NewReader(bufio.NewReaderSize(in, bufferSize), schema, arrowcsv.WithHeader(true), arrowcsv.WithChunk(chunk))
	defer r.Release()
	t := newTally()
	for r.Next() {
		rec := r.RecordBatch()
		h, d := rec.Column(0).(*array.String), rec.Column(1).(*array.String)
		tr, days := rec.Column(2).(*array.String), rec.Column(3).(*array.Int64)
		for i := range int(rec.NumRows()) {
			add(t, h.Value(i), d.Value(i), tr.Value(i), days.Value(i))
		}
	}
	return t.result(), r.Err()
}
