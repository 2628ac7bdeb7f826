package terraform

import (
	"regexp"
	"strings"
)

// requestNoise is what clouds add to an error for their own support: ids of the
// request, and what only they can read. It would fill the screen of a phone.
var requestNoise = []struct{ noise, instead string }{
	// AWS: "https response error StatusCode: 403, RequestID: …, HostID: …, api error X: …"
	{`https response error StatusCode: \d+, RequestID: [^,]*, (HostID: [^,]*, )?(api error )?`, ""},
	{`(?s)\s*Encoded authorization failure message: \S+`, ""},
	{`\s*status code: \d+, request id: [0-9A-Za-z-]+(, host id: \S+)?`, ""},
	// Azure: "unexpected status 403 (403 Forbidden) with error: X", "… Trace ID: … Correlation ID: … Timestamp: …"
	{`unexpected status \d+( \([^)]*\))? with (OData )?error: `, ""},
	{`\s*Trace ID: [0-9a-f-]+\s+Correlation ID: [0-9a-f-]+\s+Timestamp: [0-9:. ZT-]+`, ""},
	// Google Cloud: a text, and then the same as JSON.
	{`(?s)\nDetails:\s*\n\[\s*\n.*?\n\s*\]`, ""},
	// Hetzner Cloud: "name is already used (uniqueness_error, 2a3b4c5d6e7f)"
	{`\(([a-z_]+), [0-9a-f]{16,32}\)`, "($1)"},
	{`An unexpected error was encountered during an API request\.\s*`, ""},
	{`\s*Error code: [a-z_]+\s*Status code: \d+`, ""},
}

var quietly = func() []func(string) string {
	var out []func(string) string
	for _, n := range requestNoise {
		pattern := regexp.MustCompile(n.noise)
		out = append(out, func(s string) string { return pattern.ReplaceAllString(s, n.instead) })
	}
	return out
}()

// quiet leaves out of an error what only the cloud's support can use.
func quiet(text string) string {
	for _, fn := range quietly {
		text = fn(text)
	}
	return strings.TrimSpace(text)
}

// advice is what to do about errors that clouds and their plugins report, the most
// telling first. Sources: the error codes in the clouds' API references, and how the
// providers aws, google, azurerm and hcloud report them.
var advice = []struct{ says, do string }{
	{`ExpiredToken|RequestExpired|token (has|is) expired|invalid_grant|AADSTS700082|AADSTS7000222|TokenExpired`,
		"The credentials have expired. Whoever runs the engine renews the project's credentials profile; then plan again."},
	{`InvalidClientTokenId|AuthFailure|SignatureDoesNotMatch|UnrecognizedClientException|InvalidAccessKeyId|AADSTS\d+|invalid_client|InvalidAuthenticationToken|\(unauthorized[,)]|Error 401|could not (find default|acquire access token|configure)|[Nn]o valid credential sources?|could not find default credentials|unable to build authorizer`,
		"The cloud does not take the credentials, or there are none. Whoever runs the engine checks the project's credentials profile; then plan again."},
	{`SERVICE_DISABLED|accessNotConfigured|has not been used in project \S+ before or it is disabled|MissingSubscriptionRegistration|OptInRequired|SubscriptionNotRegistered`,
		"The cloud's account has this service switched off. Somebody who administers the account switches it on, which the text says how; then plan again."},
	// Before quotas: clouds call both a limit that was exceeded.
	{`Throttling|RequestLimitExceeded|TooManyRequests|rateLimitExceeded|rate_limit_exceeded|Error 429|SlowDown`,
		"The cloud had more requests than it takes, and the plugin gave up trying. Plan again in some minutes."},
	{`[Qq]uota|LimitExceeded|resource_limit_exceeded|limit reached|TooMany(Buckets|Vpcs|Addresses)|AddressLimit|exceeding approved`,
		"A limit of the cloud's account is reached. Delete what is not needed any more, choose a smaller size, or have the limit raised by the cloud; then plan again."},
	{`InsufficientInstanceCapacity|InsufficientDBInstanceCapacity|ZONE_RESOURCE_POOL_EXHAUSTED|SkuNotAvailable|AllocationFailed|ZonalAllocationFailed|resource_unavailable|does not have enough resources available`,
		"The cloud has none of this size left here at the moment. Choose another size or another region, or plan again later."},
	{`BucketAlreadyExists|BucketAlreadyOwnedByYou|AlreadyExists|already exists|uniqueness_error|AlreadyTaken|alreadyExists|is already (used|taken|in use)|\.Duplicate|Duplicate[A-Z]|NameNotAvailable|bucket name is not available|Conflict: .*name`,
		"The cloud has something of this name already. Give the resource another name, or delete what is in the way if it is nobody's; then plan again."},
	{`UnauthorizedOperation|token_readonly|AccessDenied|not authorized to perform|AuthorizationFailed|does not have authorization|does not have permission|Required '[^']+' permission|PERMISSION_DENIED|\(forbidden[,)]|Forbidden|Error 403|LinkedAuthorizationFailed`,
		"The credentials may not do this. Somebody who administers the cloud's account gives them the permission that the text names; then plan again."},
	{`not (available|supported|offered|valid) in (this |the |your )?(requested |current )?(region|location|availability zone|zone)|does not exist in zone|LocationNotAvailableForResourceType|NoRegisteredProviderFound|Unsupported: |InvalidAvailabilityZone`,
		"The cloud does not offer this in the region. Choose another region or another size; then plan again."},
	{`DependencyViolation|resourceInUse|in use by|InUseBy|still in use|has dependent|DeleteConflict|deletion[_ ]protection|protected \(protected\)|cannot be deleted`,
		"Something still needs it, or it is protected. Remove or edit that first, and apply; then plan again."},
	{`does(n't| not) match any of the\s+checksums`,
		"The plugin on the engine's host is not the one that was locked, so it was not started. Whoever runs the engine finds out who changed it, and deletes it there: it is fetched anew when you plan again."},
	{`[Pp]lugin (did not respond|encountered an error|crashed)|GRPCProvider\)\.\w+ request was cancelled|panic: |rpc error: code = Unavailable|Failed to load plugin|timeout while waiting for plugin`,
		"The plugin for this cloud broke down. What it was doing may have been done: plan again, which shows what is there."},
	{`timeout while waiting for|context deadline exceeded|i/o timeout|no such host|connection (refused|reset)|TLS handshake`,
		"The cloud did not answer in time. What was begun may have been done: plan again, which shows what is there."},
}

var adviceOn = func() []func(string) (string, bool) {
	var out []func(string) (string, bool)
	for _, a := range advice {
		pattern := regexp.MustCompile(a.says)
		out = append(out, func(s string) (string, bool) { return a.do, pattern.MatchString(s) })
	}
	return out
}()

// Advice is what to do about an error of a cloud; empty where that is not known.
func (d Diagnostic) Advice() string {
	if d.Severity != SeverityError {
		return ""
	}
	text := d.Summary + "\n" + d.Detail
	for _, on := range adviceOn {
		if do, ok := on(text); ok {
			return do
		}
	}
	return ""
}

// Advise is what to do about the first of some diagnostics that something is known of.
func Advise(diagnostics []Diagnostic) string {
	for _, d := range diagnostics {
		if do := d.Advice(); do != "" {
			return do
		}
	}
	return ""
}
