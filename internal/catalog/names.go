package catalog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// nameRule says in words what validName accepts.
const nameRule = "1 to 31 characters: small letters, digits and dashes, a letter first, no dash last"

// maxName is the longest name of a resource, in characters.
const maxName = 31

var namePattern = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$`)

func validName(s string) bool { return namePattern.MatchString(s) }

// ModuleName is what the root module calls a resource: compute_vm-web, and
// compute_vm-web_us-east-1 in a region that is not the stack's own, which is "".
func ModuleName(kind, name, region string) string {
	if region != "" {
		region = plan.RegionMark + region
	}
	return kind + "-" + name + region
}

// OutputName is what the root module calls an output of a module:
// compute_vm-web-address. Kinds and outputs have no dash, so that it can be
// taken apart again; a name may.
func OutputName(module, output string) string { return module + "-" + output }

// SplitOutput turns the name of a root output back into the resource's label
// and the output of its kind: compute_vm-web-address is compute_vm.web, address, and
// compute_vm-web_us-east-1-address is compute_vm.web@us-east-1, address.
func SplitOutput(root string) (label, output string, ok bool) {
	kind, rest, ok := strings.Cut(root, "-")
	if !ok {
		return "", "", false
	}
	i := strings.LastIndexByte(rest, '-')
	if i <= 0 || i == len(rest)-1 || !folderPattern.MatchString(kind) {
		return "", "", false
	}
	name, region, away := strings.Cut(rest[:i], plan.RegionMark)
	if !validName(name) || away && !regionPattern.MatchString(region) {
		return "", "", false
	}
	if away {
		name += "@" + region
	}
	return kind + "." + name, rest[i+1:], true
}

// upper are the words that people write in capitals.
var upper = map[string]string{
	"vpc": "VPC", "vm": "VM", "id": "ID", "ip": "IP", "ips": "IPs", "cidr": "CIDR", "cidrs": "CIDRs", "dns": "DNS", "cpu": "CPU",
	"vcpu": "vCPU", "url": "URL", "tls": "TLS", "ssh": "SSH", "ttl": "TTL", "nat": "NAT", "http": "HTTP",
	"https": "HTTPS", "aws": "AWS", "gcp": "GCP", "arn": "ARN", "iam": "IAM", "acl": "ACL",
}

// units are the last words of a variable's name that say what it is counted in.
var units = map[string]string{
	"gib": "GiB", "mib": "MiB", "tib": "TiB", "gb": "GB", "mb": "MB", "tb": "TB", "seconds": "seconds",
	"minutes": "minutes", "hours": "hours", "days": "days", "percent": "%",
}

// humanize turns an identifier into words: storage_gib is "Storage (GiB)".
func humanize(identifier string) string {
	words := strings.FieldsFunc(identifier, func(r rune) bool { return r == '_' || r == '-' })
	unit := ""
	if n := len(words); n > 1 {
		if u, ok := units[words[n-1]]; ok {
			unit, words = " ("+u+")", words[:n-1]
		}
	}
	for i, w := range words {
		if u, ok := upper[w]; ok {
			words[i] = u
		} else if i == 0 {
			r, size := utf8.DecodeRuneInString(w)
			words[i] = string(unicode.ToUpper(r)) + w[size:]
		}
	}
	return strings.Join(words, " ") + unit
}

// clip shortens s to at most n characters and shows that it did.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return strings.TrimRightFunc(string(r[:n-1]), unicode.IsSpace) + "…"
}
