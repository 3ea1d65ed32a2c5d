package aggregate

import (
	"strings"
	"testing"
)

// FuzzTable holds every way into a table, with every layout, against the oracle.
func FuzzTable(f *testing.F) {
	for _, csv := range []string{
		"H,D,T,5\nH,D,T,6\n",
		"H,D,a,5\r\n\r\n\"H\",D,b,\"6\"\r\nH,D,,-0.5\n",
		"H,D,T,5,x\nH,D\n\nH,D,T\n,,,\n,,,1\n,,,2\r\n",
		"H,D,T,5,x\rH,\r\r\r\r\n\r\r\r\n,H,,,\n,D\n\nH,2\r\n", // one '\r' is blank, two are not
		"H,D,a,5\r\n\"\"\r\nH,D,a,6\n\"\",,,\"\"\n",           // a field in quotes is empty, too
		strings.Repeat("General Hospital,Chronic Kidney Disease,Medication A,31\n", 5) + "a\r,b\r,c\r,1\r\n",
		strings.Join(testNames, ",D,T,1\n") + ",D,T,1\n",
		"H,D,T," + strings.Join(testNumbers, "\nH,D,T,") + "\n",
		"H,D,T," + strings.Join(badFields[:20], "\nH,D,T,") + "\n",
	} {
		f.Add([]byte(csv), uint8(0), uint8(0))
		f.Add([]byte(csv), uint8(1), uint8(27))
	}
	f.Fuzz(func(t *testing.T, csv []byte, extra, order uint8) {
		l := Layout{Fields: 4 + int(extra%4)}
		at := []int{0, 1, 2, 3, 4, 5, 6}[:l.Fields]
		take := func() int { // the next column, as order says
			i := int(order) % len(at)
			c := at[i]
			at = append(at[:i:i], at[i+1:]...)
			order /= 3
			return c
		}
		l.Hospital, l.Diagnosis, l.Treatment, l.RecoveryTime = take(), take(), take(), take()
		check(t, csv, l)
	})
}
