package endpoint

import "strings"

// partition is a part of AWS whose hosts have names of their own. Source: botocore's
// partitions.json.
type partition struct {
	name         string
	prefix       string // of its regions
	suffix       string // of its hosts
	dualSuffix   string // of its dual-stack hosts, but for those of S3
	s3FIPS       bool
	accountHosts bool // DynamoDB has a host for each account
}

var partitions = [...]partition{
	{"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false, true},
	{"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", true, true},
	{"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu", true, false},
	{"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", true, false},
	{"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", true, false},
	{"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", true, false},
	{"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", true, false},
	{"aws", "", "amazonaws.com", "api.aws", true, true}, // every other region
}

func partitionOf(region string) *partition {
	for i := range partitions {
		if strings.HasPrefix(region, partitions[i].prefix) {
			return &partitions[i]
		}
	}
	panic("aws: the last partition has every region")
}

// IsHostLabel reports whether s is a valid label of a host name. RFC 1123 §2.1.
func IsHostLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// RegionalHost returns the host of a service in a region. It is for services whose hosts follow
// AWS's usual pattern, such as Lambda and CloudWatch.
func RegionalHost(service, region string, fips, dualStack bool) string {
	p := partitionOf(region)
	suffix := p.suffix
	if fips {
		service += "-fips"
	}
	if dualStack {
		suffix = p.dualSuffix
	}
	return service + "." + region + "." + suffix
}
