package prices

import (
	"regexp"
	"strconv"
	"strings"
)

// Keys of machines, by what comes before and after the size. AWS doubles by words,
// then by a number before "xlarge"; the others count vCPUs.
var (
	awsSize   = regexp.MustCompile(`^(ec2\.instance/[^/.]+\.)(medium|large|xlarge|[0-9]+xlarge)(/.+)$`)
	gcpSize   = regexp.MustCompile(`^(compute\.instance/.+-)([0-9]+)()$`)
	azureSize = regexp.MustCompile(`^(vm/Standard_[A-Z]+)([0-9]+)([a-z]*(?:_v[0-9]+)?/.+)$`)
)

var awsTwice = map[string]string{"medium": "large", "large": "xlarge", "xlarge": "2xlarge"}

// double returns the key of the machine that is twice the size, by its name.
func double(key string) (string, bool) {
	if m := awsSize.FindStringSubmatch(key); m != nil {
		if twice, ok := awsTwice[m[2]]; ok {
			return m[1] + twice + m[3], true
		}
		n, err := strconv.Atoi(strings.TrimSuffix(m[2], "xlarge"))
		return m[1] + strconv.Itoa(2*n) + "xlarge" + m[3], err == nil
	}
	for _, size := range []*regexp.Regexp{gcpSize, azureSize} {
		if m := size.FindStringSubmatch(key); m != nil {
			n, err := strconv.Atoi(m[2])
			return m[1] + strconv.Itoa(2*n) + m[3], err == nil
		}
	}
	return "", false
}

// isCompute reports whether a key is that of a machine: none is free.
func isCompute(key string) bool {
	for _, prefix := range []string{"ec2.instance/", "rds.instance/", "elasticache.node/", "compute.instance/", coreKey, "vm/"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
