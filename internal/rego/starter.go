package rego

import (
	"embed"
	"strings"
)

//go:embed starter/*.rego
var starterFiles embed.FS

// addStarter adds the starter packages that the folder does not replace, and
// their tests.
func (p *parsed) addStarter() error {
	var found sources
	found.walk(starterFiles, "starter", func(name string) string { return "(built in) " + name })
	starter := found.parse()
	if len(found.faults) > 0 {
		return newLoadError(found.faults)
	}
	own := map[string]bool{}
	for _, m := range p.modules {
		own[m.Package.Path.String()] = true
	}
	replaced := map[string]bool{} // by file, so that its tests go with it
	for _, s := range starter.sources {
		m := starter.modules[s.file]
		if own[m.Package.Path.String()] {
			replaced[strings.TrimSuffix(s.name, extension)] = true
			continue
		}
		p.modules[s.file] = m
		p.sources = append(p.sources, s)
	}
	for _, t := range starter.tests {
		if !replaced[strings.TrimSuffix(t.name, testExtension)] {
			p.tests = append(p.tests, t)
		}
	}
	return nil
}
