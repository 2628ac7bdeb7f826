package standin

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
)

// faults says what goes wrong, by place: a resource's type when it is created or
// updated ("aws_instance"), or destroyed ("aws_instance destroy"), a data source when
// it is read ("data.aws_ami"), and the provider when it is configured ("provider").
//
// What happens is the name of one of the cloud's faults ("quota"), "hang" until
// Terraform is interrupted, "crash", or else a text for Terraform to show.
type faults map[string]string

func readFaults(raw string) (faults, error) {
	if raw == "" {
		return nil, nil
	}
	var f faults
	if err := json.Unmarshal([]byte(raw), &f); err != nil {
		return nil, fmt.Errorf("%s is no JSON object of texts: %w", FaultsVariable, err)
	}
	return f, nil
}

// fail does what is to go wrong at a place.
func (s *server) fail(place string, f *filler) []*tfprotov5.Diagnostic {
	what, ok := s.faults[place]
	switch {
	case !ok:
		return nil
	case what == "hang":
		<-s.stop
		return failure(f.typ+": request was canceled: context canceled", "")
	case what == "crash":
		panic("runtime error: invalid memory address or nil pointer dereference") // as real ones do
	}
	if known, ok := s.rules.Faults[what]; ok {
		what = known
	}
	summary, detail, _ := strings.Cut(f.template(what), "\n\n")
	return failure(summary, detail)
}

// ledger is the file that counts; none where it is empty.
type ledger string

// write adds a line, which other processes do not break: it is one write.
func (l ledger) write(what, typ, id string) error {
	if l == "" {
		return nil
	}
	f, err := os.OpenFile(string(l), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "%s %s %s\n", what, typ, id); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return f.Close()
}
