package request

import "testing"

func TestQuotable(t *testing.T) {
	const user = "User: arn:aws:sts::123456789012:assumed-role/r/f is not authorized to perform: "
	for message, want := range map[string]bool{
		user + "s3:GetObject on resource: \"arn:aws:s3:::bucket/key\" because no identity-based policy allows the s3:GetObject action":               true,
		user + "dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/t with an explicit deny in a VPC endpoint policy": true,
		user + "dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/t":                                                true,
		"Requested resource not found: Table: t not found":                                                                                           true,
		"Access Denied": true,

		"":                     false,
		"Access Denied Asthma": false,
		"Requested resource not found: Table: Asthma not found":                                  false,
		user + "Asthma on resource: arn:aws:s3:::bucket":                                         false,
		"User: Asthma is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b":    false,
		user + "s3:GetObject on resource: arn:aws:s3:::b Asthma":                                 false,
		"The parameter cannot be converted to a numeric value: Asthma":                           false,
		"One or more parameter values were invalid: Size of hashkey has exceeded, value: Asthma": false,
	} {
		if got := quotable(message, "t"); got != want {
			t.Errorf("%s: %v", message, got)
		}
	}
}
