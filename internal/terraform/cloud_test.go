package terraform_test

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// What clouds say is shown without what only they can read, with what to do about it.
// The texts are as the providers print them, with other names and ids.
func TestCloudErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		summary, detail string
		want            string // of the text
		do              string // the beginning of the advice
	}{
		"AWS, not allowed": {
			summary: "creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 403, RequestID: 4b0e2f6c-1f0a-4a0f-9a71-0d5f2a3b4c5d, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/ce is not authorized to perform: ec2:RunInstances. Encoded authorization failure message: p1EyykaD2fI3csh_sf-WvdHF",
			want:    "creating EC2 Instance: operation error EC2: RunInstances, UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/ce is not authorized to perform: ec2:RunInstances.",
			do:      "The credentials may not do this.",
		},
		"AWS, as it was": {
			summary: "reading EC2 Instance Type (t2.micro): UnauthorizedOperation: You are not authorized to perform this operation.\n\tstatus code: 403, request id: 0d394442-5c7b-456b-b1f4-45edd2d60b6b",
			want:    "reading EC2 Instance Type (t2.micro): UnauthorizedOperation: You are not authorized to perform this operation.",
			do:      "The credentials may not do this.",
		},
		"AWS, expired": {
			summary: "Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1c2d, api error ExpiredToken: The security token included in the request is expired",
			want:    "GetCallerIdentity, ExpiredToken: The security token included in the request is expired",
			do:      "The credentials have expired.",
		},
		"AWS, limit": {
			summary: "creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 9f8e, api error VpcLimitExceeded: The maximum number of VPCs has been reached.",
			want:    "CreateVpc, VpcLimitExceeded: The maximum number of VPCs has been reached.",
			do:      "A limit of the cloud's account is reached.",
		},
		"AWS, name": {
			summary: "creating S3 Bucket (logs): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: AB12, HostID: x/y+z=, BucketAlreadyExists: ",
			want:    "CreateBucket, BucketAlreadyExists:",
			do:      "The cloud has something of this name already.",
		},
		"Google, switched off": {
			summary: "Error creating Network: googleapi: Error 403: Compute Engine API has not been used in project 406281436678 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/compute.googleapis.com/overview?project=406281436678 then retry.\nDetails:\n[\n  {\n    \"@type\": \"type.googleapis.com/google.rpc.ErrorInfo\",\n    \"reason\": \"SERVICE_DISABLED\"\n  }\n]\n, accessNotConfigured",
			want:    "then retry.",
			do:      "The cloud's account has this service switched off.",
		},
		"Google, quota": {
			summary: "Error creating instance: googleapi: Error 403: Quota 'CPUS' exceeded. Limit: 24.0 in region us-central1., quotaExceeded",
			do:      "A limit of the cloud's account is reached.",
		},
		"Google, not allowed": {
			summary: "Error creating instance: googleapi: Error 403: Required 'compute.instances.create' permission for 'projects/p/zones/z/instances/i', forbidden",
			do:      "The credentials may not do this.",
		},
		"Azure, not allowed": {
			summary: "creating Resource Group \"web\": resources.GroupsClient#CreateOrUpdate: unexpected status 403 (403 Forbidden) with error: AuthorizationFailed: The client 'c' with object id 'o' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/write' over scope '/subscriptions/s'.",
			want:    "CreateOrUpdate: AuthorizationFailed: The client 'c'",
			do:      "The credentials may not do this.",
		},
		"Azure, wrong secret": {
			summary: "building account: could not acquire access token to parse claims: clientCredentialsToken: received HTTP status 401 with response: AADSTS7000215: Invalid client secret provided. Trace ID: 0a1b2c3d-0000-1111-2222-333344445555 Correlation ID: 9a8b7c6d-0000-1111-2222-333344445555 Timestamp: 2026-02-03 04:05:06Z",
			want:    "AADSTS7000215: Invalid client secret provided.",
			do:      "The cloud does not take the credentials",
		},
		"Azure, size": {
			detail: "Code=\"SkuNotAvailable\" Message=\"The requested VM size Standard_D2s_v5 is currently not available in location 'westeurope'.\"",
			do:     "The cloud has none of this size left here",
		},
		"Hetzner, token":  {summary: "the token you provided is invalid (unauthorized, 2a3b4c5d6e7f8091)", want: "the token you provided is invalid (unauthorized)", do: "The cloud does not take the credentials"},
		"Hetzner, reader": {summary: "API request failed", detail: "An unexpected error was encountered during an API request.\n\nthe token is only allowed to perform GET requests (token_readonly, 2a3b4c5d6e7f8091)\n\nError code: token_readonly\nStatus code: 403\n", want: "the token is only allowed to perform GET requests (token_readonly)", do: "The credentials may not do this."},
		"Hetzner, name":   {summary: "name is already used (uniqueness_error)", do: "The cloud has something of this name already."},
		"Hetzner, limit":  {summary: "server limit reached (resource_limit_exceeded)", do: "A limit of the cloud's account is reached."},
		"a plugin that crashes": {
			summary: "Plugin did not respond", detail: "The plugin encountered an error, and failed to respond to the plugin.(*GRPCProvider).ApplyResourceChange call.",
			do: "The plugin for this cloud broke down.",
		},
		"a plugin that was changed": {
			summary: "Required plugins are not installed", detail: "- registry.terraform.io/hashicorp/aws: the cached package for registry.terraform.io/hashicorp/aws 5.45.0 (in .terraform/providers) does not match any of the checksums recorded in the dependency lock file",
			do: "The plugin on the engine's host is not the one that was locked",
		},
		"a network that is away": {summary: "Post \"https://ec2.eu-central-1.amazonaws.com/\": dial tcp: lookup ec2: no such host", do: "The cloud did not answer in time."},
		"a mistake":              {summary: "Unsupported argument", detail: "An argument named \"sizes\" is not expected here.", do: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := terraform.Diagnostic{Severity: terraform.SeverityError, Summary: c.summary, Detail: c.detail}
			text := d.Text()
			if !strings.Contains(text, c.want) {
				t.Errorf("it says\n%s", text)
			}
			for _, noise := range []string{"RequestID", "HostID", "Encoded", "Correlation", "google.rpc", "unexpected status", "request id", "2a3b4c"} {
				if strings.Contains(text, noise) {
					t.Errorf("it says %q:\n%s", noise, text)
				}
			}
			if do := terraform.Advise([]terraform.Diagnostic{d}); !strings.HasPrefix(do, c.do) || c.do == "" && do != "" {
				t.Errorf("the advice is %q", do)
			}
		})
	}
}
