package discordweb

import "context"

type violationList struct {
	Violations []violation `json:"violations"`
}

// violation is a request of a bot's that Discord would refuse as malformed.
type violation struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Body    string `json:"body"`
	Message string `json:"message"`
}

// violations lists what the bots did wrong.
func (w *Web) violations(context.Context, *caller, none) (violationList, error) {
	out := violationList{[]violation{}}
	for _, v := range w.sim.Violations() {
		out.Violations = append(out.Violations, violation{v.Method, v.Path, v.Body, v.Message})
	}
	return out, nil
}
