package lambda

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"reduction/runtime/lambdatest/internal/front"
	"reduction/runtime/lambdatest/internal/signature"
)

// ServeMetrics answers one request to CloudWatch's API: GetMetricStatistics of the metric
// Invocations, in the Query protocol.
func (s *Service) ServeMetrics(w http.ResponseWriter, r *http.Request) {
	front.ServeJSON(s.server, w, r, front.Call{Service: "monitoring", Operation: "GetMetricStatistics"}, refuseMetrics,
		func(w http.ResponseWriter, r *http.Request, body []byte) {
			form, err := url.ParseQuery(string(body))
			if err != nil || form.Get("Action") != "GetMetricStatistics" {
				writeMetricsError(w, http.StatusBadRequest, "InvalidAction", "only GetMetricStatistics is supported by lambdatest")
				return
			}
			s.serveStatistics(w, form)
		})
}

func (s *Service) serveStatistics(w http.ResponseWriter, form url.Values) {
	from, err1 := time.Parse(time.RFC3339, form.Get("StartTime"))
	to, err2 := time.Parse(time.RFC3339, form.Get("EndTime"))
	var period int
	if _, err := fmt.Sscan(form.Get("Period"), &period); err != nil || err1 != nil || err2 != nil || period < 60 || period%60 != 0 {
		writeMetricsError(w, http.StatusBadRequest, "InvalidParameterValue", "StartTime, EndTime or Period")
		return
	}
	points := map[time.Time]int{}
	fn := s.Function(form.Get("Dimensions.member.1.Value"))
	if fn != nil && form.Get("Namespace") == "AWS/Lambda" && form.Get("MetricName") == "Invocations" && form.Get("Dimensions.member.1.Name") == "FunctionName" {
		for _, f := range fn.all() {
			f.mu.Lock()
			for _, at := range f.invoked {
				if !at.Before(from) && at.Before(to) {
					points[at.Truncate(time.Duration(period)*time.Second)]++
				}
			}
			f.mu.Unlock()
		}
	}
	var b strings.Builder
	b.WriteString(`<GetMetricStatisticsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><GetMetricStatisticsResult><Datapoints>`)
	for at, n := range points {
		fmt.Fprintf(&b, "<member><Timestamp>%s</Timestamp><Sum>%d.0</Sum><Unit>Count</Unit></member>", at.UTC().Format(time.RFC3339), n)
	}
	b.WriteString(`</Datapoints><Label>Invocations</Label></GetMetricStatisticsResult></GetMetricStatisticsResponse>`)
	w.Header().Set("Content-Type", "text/xml")
	w.Write([]byte(b.String()))
}

// countInvocation notes an invocation for the metric.
func (fn *Function) countInvocation() {
	fn.mu.Lock()
	defer fn.mu.Unlock()
	fn.invoked = front.AppendRecent(fn.invoked, fn.server.Now())
}

func refuseMetrics(w http.ResponseWriter, r *signature.Refusal) {
	writeMetricsError(w, cmp.Or(r.JSONStatus, http.StatusForbidden), r.Exception, r.JSONMessage)
}

func writeMetricsError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
}
