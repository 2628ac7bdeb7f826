package terraform_test

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestWatchStateOfAnApply(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.4", 4))
	mustStart(t, d, spec)
	var seen []terraform.State
	err := d.WatchState(withDeadline(t), terraform.StateMeta{}, func(s terraform.State) error {
		seen = append(seen, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last, _, err := d.State()
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 2 {
		t.Fatalf("%d states were handed on: none while it grew", len(seen))
	}
	for i, s := range seen[1:] {
		if s.Serial <= seen[i].Serial || s.Lineage != seen[i].Lineage {
			t.Errorf("state %+v came after %+v", s.StateMeta, seen[i].StateMeta)
		}
	}
	if got := seen[len(seen)-1]; got.StateMeta != last.StateMeta || string(got.Raw) != string(last.Raw) {
		t.Errorf("the last one handed on is %+v, on disk is %+v", got.StateMeta, last.StateMeta)
	}
	if resources(t, d) != 4 {
		t.Errorf("%d resources", resources(t, d))
	}
}

func stateText(lineage string, serial int) string {
	return fmt.Sprintf(`{"version":4,"terraform_version":"1.11.4","serial":%d,"lineage":%q,"resources":[]}`, serial, lineage)
}

// TestWatchStateHandsOnWhatIsNewAndWhole plays Terraform's writes, the torn
// ones too, and reads what was handed on.
func TestWatchStateHandsOnWhatIsNewAndWhole(t *testing.T) {
	t.Parallel()
	known := terraform.StateMeta{Lineage: "ours", Serial: 5}
	for name, tc := range map[string]struct {
		writes []string
		known  terraform.StateMeta
		want   uint64 // the last serial handed on, 0 for none
		err    error
	}{
		"newer":                     {[]string{stateText("ours", 6)}, known, 6, nil},
		"the same":                  {[]string{stateText("ours", 5)}, known, 0, nil},
		"older":                     {[]string{stateText("ours", 4)}, known, 0, nil},
		"none known":                {[]string{stateText("ours", 1)}, terraform.StateMeta{}, 1, nil},
		"serial zero, none known":   {[]string{stateText("ours", 1), stateText("ours", 0)}, terraform.StateMeta{}, 1, nil},
		"another lineage":           {[]string{stateText("theirs", 9)}, known, 0, terraform.ErrLineage},
		"torn":                      {[]string{stateText("ours", 9)[:40]}, known, 0, nil},
		"torn after a whole one":    {[]string{stateText("ours", 6), stateText("ours", 7)[:40]}, known, 6, nil},
		"emptied after a whole one": {[]string{stateText("ours", 6), ""}, known, 6, nil},
		"not a state":               {[]string{`{"serial":9,"lineage":"ours"}`}, known, 0, nil},
		"no file":                   {nil, known, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, nil)
			free := holdLock(t, d)
			seen := make(chan uint64, 10)
			done := make(chan error, 1)
			go func() {
				done <- d.WatchState(withDeadline(t), tc.known, func(s terraform.State) error {
					seen <- s.Serial
					return nil
				})
			}()
			var got uint64
			for i, text := range tc.writes {
				if err := os.WriteFile(d.File(terraform.StateFile), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if i == 0 && len(tc.writes) > 1 {
					got = <-seen // the whole one is seen before the torn one replaces it
				}
			}
			free()
			if err := <-done; !errors.Is(err, tc.err) {
				t.Fatalf("error is %v, want %v", err, tc.err)
			}
			close(seen)
			for s := range seen {
				got = s
			}
			if got != tc.want {
				t.Errorf("serial %d was handed on last, want %d", got, tc.want)
			}
		})
	}
}

func TestWatchStateReturnsTheErrorOfItsOwner(t *testing.T) {
	t.Parallel()
	d := mustDir(t, nil)
	if err := d.Write(nil, []byte(stateText("ours", 1))); err != nil {
		t.Fatal(err)
	}
	full := errors.New("the database is full")
	err := d.WatchState(withDeadline(t), terraform.StateMeta{}, func(terraform.State) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("error is %v", err)
	}
}

// TestLastState reads what Terraform leaves at its end, on a full disk and after a
// kill too.
func TestLastState(t *testing.T) {
	t.Parallel()
	known := terraform.StateMeta{Lineage: "ours", Serial: 5}
	const absent, process = "absent", "process.json"
	whole, cut := stateText("ours", 6), stateText("ours", 7)[:40]
	for name, tc := range map[string]struct {
		state, errored string
		known          terraform.StateMeta
		want           uint64 // 0: none
		left           bool   // there is something that cannot be used
	}{
		"whole":                              {whole, absent, known, 6, false},
		"none":                               {absent, absent, known, 0, false},
		"emptied":                            {"", absent, known, 0, false},
		"cut":                                {cut, absent, known, 0, true},
		"not a state":                        {"{}", absent, known, 0, true},
		"cut, errored":                       {cut, stateText("ours", 7), known, 7, false},
		"emptied, errored":                   {"", stateText("ours", 7), known, 7, false},
		"cut, errored, nothing known":        {cut, stateText("new", 1), terraform.StateMeta{}, 1, false},
		"cut, errored is older":              {cut, stateText("ours", 5), known, 0, true},
		"cut, errored is another's":          {cut, stateText("theirs", 9), known, 0, true},
		"cut, errored is cut":                {cut, cut, known, 0, true},
		"cut, errored is empty":              {cut, "", known, 0, true},
		"whole, errored is newer":            {whole, stateText("ours", 7), known, 7, false},
		"whole, errored is the same":         {whole, whole, known, 6, false},
		"whole, errored is older":            {whole, stateText("ours", 4), known, 6, false},
		"whole, errored is another's":        {whole, stateText("theirs", 9), known, 6, true},
		"whole and unknown, errored differs": {stateText("new", 1), stateText("theirs", 9), terraform.StateMeta{}, 1, true},
		"whole, errored is cut":              {whole, cut, known, 6, true},
		"older than known, errored between":  {stateText("ours", 3), stateText("ours", 4), known, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, nil)
			write := func(file, text string) {
				if text == absent {
					return
				}
				if err := os.WriteFile(d.File(file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write(terraform.StateFile, tc.state)
			write(terraform.ErroredFile, tc.errored)
			if s, ok, err := d.LastState(tc.known); ok || err != nil {
				t.Errorf("before Terraform was started: %+v, %v", s, err)
			}
			write(process, "{}")
			s, ok, err := d.LastState(tc.known)
			if ok != (tc.want != 0) || s.Serial != tc.want {
				t.Errorf("serial %d, %v, want %d", s.Serial, ok, tc.want)
			}
			if (err != nil) != tc.left {
				t.Errorf("error is %v", err)
			}
		})
	}
}
