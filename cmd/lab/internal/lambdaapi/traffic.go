package lambdaapi

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"reduction/cmd/lab/internal/account"
)

// Recent is how far back Traffic looks for invocations: a day and an hour, so that it finds those of
// a daily schedule.
const Recent = 25 * time.Hour

// Traffic returns what shows that somebody uses a function, a sentence each. What cannot be found
// out is an error.
func (c *Client) Traffic(ctx context.Context, name string) (signs []string, err error) {
	add := func(format string, args ...any) { signs = append(signs, fmt.Sprintf(format, args...)) }
	var mappings struct {
		EventSourceMappings []struct{ EventSourceArn, State string }
	}
	if err := c.get(ctx, "ListEventSourceMappings", "/2015-03-31/event-source-mappings", "FunctionName="+name, &mappings); err != nil {
		return nil, err
	}
	for _, m := range mappings.EventSourceMappings {
		add("an event source mapping reads %s for it (%s)", m.EventSourceArn, m.State)
	}

	var policy struct{ Policy string }
	switch err := c.get(ctx, "GetPolicy", functions+"/"+name+"/policy", "", &policy); {
	case err == nil && !isEmptyPolicy(policy.Policy):
		add("its resource policy lets others invoke it")
	case err != nil && !Has(err, NotFound):
		return nil, err
	}

	var aliases struct {
		Aliases []struct{ Name, FunctionVersion string }
	}
	if err := c.get(ctx, "ListAliases", functions+"/"+name+"/aliases", "FunctionVersion=%24LATEST", &aliases); err != nil {
		return nil, err
	}
	for _, a := range aliases.Aliases {
		if a.FunctionVersion == "$LATEST" {
			add("its alias %s is $LATEST", a.Name)
		}
	}

	var urls struct {
		FunctionUrlConfigs []struct{ FunctionUrl string }
	}
	if err := c.get(ctx, "ListFunctionUrlConfigs", "/2021-10-31/functions/"+name+"/urls", "", &urls); err != nil {
		return nil, err
	}
	for _, u := range urls.FunctionUrlConfigs {
		add("it has the function URL %s", u.FunctionUrl)
	}

	var reserved struct{ ReservedConcurrentExecutions *int }
	if err := c.get(ctx, "GetFunctionConcurrency", "/2019-09-30/functions/"+name+"/concurrency", "", &reserved); err != nil {
		return nil, err
	}
	if n := reserved.ReservedConcurrentExecutions; n != nil {
		add("%d concurrent executions are reserved for it", *n)
	}

	var provisioned struct {
		ProvisionedConcurrencyConfigs []struct{ FunctionArn string }
	}
	if err := c.get(ctx, "ListProvisionedConcurrencyConfigs", "/2019-09-30/functions/"+name+"/provisioned-concurrency", "List=ALL", &provisioned); err != nil {
		return nil, err
	}
	for _, p := range provisioned.ProvisionedConcurrencyConfigs {
		add("%s has provisioned concurrency", p.FunctionArn)
	}

	invocations, err := c.Invocations(ctx, name, Recent)
	if err != nil {
		return nil, err
	}
	if invocations > 0 {
		add("CloudWatch counts %.0f invocations in the last %.0f hours (those of an earlier measurement, too)", invocations, Recent.Hours())
	}
	return signs, nil
}

// isEmptyPolicy reports whether a policy has a list of statements without any. What cannot be read is
// not empty.
func isEmptyPolicy(text string) bool {
	var policy struct{ Statement []json.RawMessage }
	return json.Unmarshal([]byte(text), &policy) == nil && policy.Statement != nil && len(policy.Statement) == 0
}

// Invocations returns how often a function was invoked in the past, as CloudWatch has counted it.
func (c *Client) Invocations(ctx context.Context, name string, past time.Duration) (float64, error) {
	now := c.Now().UTC().Truncate(time.Minute)
	form := url.Values{
		"Action": {"GetMetricStatistics"}, "Version": {"2010-08-01"},
		"Namespace": {"AWS/Lambda"}, "MetricName": {"Invocations"}, "Statistics.member.1": {"Sum"}, "Period": {"3600"},
		"Dimensions.member.1.Name": {"FunctionName"}, "Dimensions.member.1.Value": {name},
		"StartTime": {now.Add(-past).Format(time.RFC3339)}, "EndTime": {now.Add(2 * time.Minute).Format(time.RFC3339)},
	}
	response, err := c.Do(ctx, &account.Request{Operation: "GetMetricStatistics", Service: "monitoring", Method: http.MethodPost, Path: "/",
		ContentType: "application/x-www-form-urlencoded", Body: []byte(form.Encode())})
	if err != nil {
		return 0, err
	}
	var answer struct {
		Sums []float64 `xml:"GetMetricStatisticsResult>Datapoints>member>Sum"`
	}
	if err := xml.Unmarshal(response.Body, &answer); err != nil {
		return 0, fmt.Errorf("GetMetricStatistics: the answer is not what was expected: %w", err)
	}
	total := 0.0
	for _, sum := range answer.Sums {
		total += sum
	}
	return total, nil
}

// Versions returns the numbers of a function's published versions.
func (c *Client) Versions(ctx context.Context, name string) ([]*Configuration, error) {
	var all []*Configuration
	for marker := ""; ; {
		var page struct {
			Versions   []*Configuration
			NextMarker string
		}
		if err := c.get(ctx, "ListVersionsByFunction", functions+"/"+name+"/versions", marker, &page); err != nil {
			return nil, err
		}
		for _, v := range page.Versions {
			if v.Version != "$LATEST" {
				all = append(all, v)
			}
		}
		if page.NextMarker == "" {
			return all, nil
		}
		marker = "Marker=" + url.QueryEscape(page.NextMarker)
	}
}
