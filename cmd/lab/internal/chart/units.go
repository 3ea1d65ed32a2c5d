package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A unit is how an axis and its values are written.
type unit struct {
	axis  string // beside the axis; "" if the ticks have the unit
	value func(float64) string
	tick  func(float64) string
}

// The units that have a form of their own. Any other unit stands behind its numbers.
const (
	unitMs      = "ms"
	unitDollars = "$ a million"
	unitTimes   = "times"
)

func unitOf(name string) unit {
	switch name {
	case unitMs:
		return unit{"", duration, shortDuration}
	case unitDollars:
		return unit{"", cli.Dollars, shortDollars}
	case unitTimes:
		times := func(v float64) string { return short(v) + "×" }
		return unit{"", func(v float64) string { return significant(v) + "×" }, times}
	}
	behind := strings.TrimRight(" "+name, " ")
	return unit{name, func(v float64) string { return significant(v) + behind }, short}
}

// duration writes milliseconds, or seconds if there are many.
func duration(ms float64) string {
	switch {
	case ms >= 9995:
		return fmt.Sprintf("%.1f s", ms/1e3)
	case ms >= 999.5:
		return fmt.Sprintf("%.2f s", ms/1e3)
	}
	return cli.Milliseconds(ms)
}

// shortDuration writes the milliseconds of a tick.
func shortDuration(ms float64) string {
	switch {
	case ms == 0:
		return "0"
	case ms < 1:
		return short(ms*1e3) + " µs"
	case ms >= 1e3:
		return short(ms/1e3) + " s"
	}
	return short(ms) + " ms"
}

func shortDollars(v float64) string {
	if v < 9.995 && v >= 0.095 {
		return cli.Dollars(v)
	}
	return "$" + short(v)
}

// short writes a round number, with commas.
func short(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return cli.Thousands(int64(v))
	}
	return strconv.FormatFloat(round(v), 'f', -1, 64)
}

// significant writes three digits, or a whole number.
func significant(v float64) string {
	switch a := math.Abs(v); {
	case a >= 999.5:
		return cli.Thousands(int64(math.Round(v)))
	case a >= 99.95 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 9.995:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.0995:
		return fmt.Sprintf("%.2f", v)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}
