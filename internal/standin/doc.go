// Package standin is a Terraform provider that stands in for a cloud's own: it
// serves the schema of the real one, so that modules are validated, planned,
// applied and destroyed with the real names and types, on machines that reach no
// cloud. What a schema does not tell comes from a table per cloud, in rules/: what
// the cloud computes, what cannot change in place, what goes together, what the
// cloud refuses and in which words.
//
// It creates nothing. Tests count what it would have created (LedgerVariable) and
// let it fail (FaultsVariable). Mirror builds its program, plugin/, and lays out a
// folder from which Terraform installs it as hashicorp/aws and so on.
//
// The package must not know the engine: it is a stranger, as a cloud is.
package standin

// Variables of the environment by which tests steer a stand-in; Terraform hands
// its environment to its providers.
const (
	// LedgerVariable names a file that gets a line for everything that is created,
	// updated and destroyed: "created aws_vpc vpc-0c1d…".
	LedgerVariable = "STANDIN_LEDGER"
	// FaultsVariable holds a JSON object that says what goes wrong where, such as
	// {"aws_instance": "quota"}; see the type faults.
	FaultsVariable = "STANDIN_FAULTS"
)
