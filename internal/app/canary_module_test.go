package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The blabber is a kind of resource that says all it knows in all the ways it can:
// its secrets, its credentials, and whatever it inherits.
const (
	blabberVariables = `
variable "name" {
  type     = string
  nullable = false
}

variable "mode" {
  description = "How it ends: ok, fail or refuse."
  type        = string
  default     = "ok"
  nullable    = false
}

variable "secret" {
  type      = string
  default   = %q
  sensitive = true
}

variable "pem" {
  type      = string
  default   = %q
  sensitive = true
}
`
	blabberMain = `# Blabber
# It cannot keep anything to itself.
resource "terraform_data" "this" {
  input = { secret = var.secret, pem = var.pem }

  lifecycle {
    precondition {
      condition     = var.mode != "refuse"
      error_message = "refused with ${nonsensitive(var.secret)}"
    }
  }

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh blab.sh"
    environment = {
      SECRET = nonsensitive(var.secret)
      PEM    = nonsensitive(var.pem)
      IN_URL = urlencode(nonsensitive(var.secret))
      JSON   = jsonencode({ password = nonsensitive(var.secret) })
      MODE   = var.mode
    }
  }

  provisioner "local-exec" {
    when        = destroy
    working_dir = path.module
    command     = "sh blab.sh"
    environment = {
      SECRET = nonsensitive(self.input.secret)
      PEM    = nonsensitive(self.input.pem)
    }
  }
}

resource "terraform_data" "each" {
  for_each = toset([nonsensitive(var.secret)])
  input    = { (each.key) = "at https://me:${each.key}@host" }
}
`
	blabberOutputs = `
output "password" {
  value     = var.secret
  sensitive = true
}

output "blabbed" {
  value = "it is ${nonsensitive(var.secret)}, see"
}
`
	// What it says of itself it says of the control too, which is no secret.
	blabberScript = `
control=%q
blab() {
	printf 'as it is: %%s\n' "$1"
	printf '%%s' "$1" | base64 -w0; echo
	printf 'it is as part of a longer text that is wrapped: %%s, and then it goes on for a while.' "$1" | base64
	printf 'x%%s' "$1" | base64 -w0; echo
	printf 'xy%%s' "$1" | base64 -w0; echo
	printf '%%s' "$1" | od -An -v -tx1 | tr -d ' \n'; echo
	printf '%%s' "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F | fold -w 60; echo
	printf 'in a URL: postgres://me:%%s@host/db\n' "$1"
	printf '%%s\n' "$1" | sed 's/^/        /'
	printf 'in two parts: '; printf '%%s' "$1" | head -c 14; sleep 0.5; printf '%%s\n' "$1" | tail -c +15
}
env
set
tr '\0' '\n' < /proc/$PPID/environ
blab "$control"
blab "$SECRET"
blab "$PEM"
blab "$CLOUD_TOKEN"
echo "$IN_URL"
echo "$JSON"
cat "$CLOUD_FILE"
if [ "$MODE" = fail ]; then
	blab "$SECRET" >&2
	for i in 0 1 2 3 4 5 6 7 8 9; do # Terraform repeats the last 8 KiB: they begin within a secret
		for j in 0 1 2 3 4 5 6 7 8 9; do echo "$SECRET$SECRET$CLOUD_TOKEN$CLOUD_TOKEN"; done
	done
	echo "failed with $SECRET and $CLOUD_TOKEN" >&2
	exit 3
fi
if [ -n "$MODE" ]; then
	: > %[2]s.begun
	while ! [ -e %[2]s.open ]; do sleep 0.1; done
fi
`
)

// writeBlabber writes the kind into a folder of templates.
func writeBlabber(t *testing.T, folder, secret, pem, control, gate string) {
	t.Helper()
	dir := filepath.Join(folder, "sandbox", "blabber")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"variables.tf": fmt.Sprintf(blabberVariables, secret, pem), "main.tf": blabberMain, "outputs.tf": blabberOutputs,
		"blab.sh": fmt.Sprintf(blabberScript, control, gate),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.TrimPrefix(content, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
