package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxModule bounds what one kind brings into every run directory.
const maxModule = 1 << 20

// providerFile describes a provider, beside the folders of its kinds.
const providerFile = "provider.json"

// pluginLock is Terraform's dependency lock of the plugins that provider.json names.
const pluginLock = ".terraform.lock.hcl"

// folderPattern keeps folder names usable as parts of Terraform identifiers:
// without a dash, so that <kind>-<name> can be taken apart again.
var folderPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)

// loader gathers what the sources hold.
type loader struct {
	providers map[string]*providerDraft
	sources   int
	problems  []Problem
}

// providerDraft is a provider while later sources may still change it.
type providerDraft struct {
	provider Provider
	known    bool   // a provider.json was read
	source   string // of it
	kinds    map[string]module
	seenIn   string // for the problem of a provider that nobody describes
}

// module is the files of a kind before they are understood.
type module struct {
	source, folder string
	order          int // of its source: later ones give way where modules clash
	files          map[string][]byte
	problems       []Problem
}

// read takes one source in.
func (l *loader) read(src Source) error {
	entries, err := fs.ReadDir(src.FS, ".")
	if err != nil {
		return fmt.Errorf("read templates of %s: %w", src.Name, err)
	}
	l.sources++
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || !isDir(src.FS, e.Name(), e) {
			continue
		}
		if !folderPattern.MatchString(e.Name()) {
			l.problem(src, e.Name(), "the name of a provider has small letters, digits and underscores")
			continue
		}
		l.readProvider(src, e.Name())
	}
	return nil
}

func (l *loader) readProvider(src Source, name string) {
	draft := l.providers[name]
	if draft == nil {
		draft = &providerDraft{kinds: map[string]module{}, seenIn: path.Join(src.Name, name)}
		l.providers[name] = draft
	}
	file := path.Join(name, providerFile)
	switch raw, err := fs.ReadFile(src.FS, file); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		l.problem(src, file, "cannot be read: %v", err)
	default:
		if p, err := parseProvider(name, raw); err != nil {
			l.problem(src, file, "%v", err)
		} else {
			p.Plugins.Lock = l.readLock(src, name)
			draft.provider, draft.known, draft.source = p, true, src.Name
		}
	}
	entries, err := fs.ReadDir(src.FS, name)
	if err != nil {
		l.problem(src, name, "cannot be read: %v", err)
		return
	}
	for _, e := range entries {
		folder := path.Join(name, e.Name())
		if strings.HasPrefix(e.Name(), ".") || !isDir(src.FS, folder, e) {
			continue
		}
		if !folderPattern.MatchString(e.Name()) {
			l.problem(src, folder, "the name of a kind has small letters, digits and underscores")
			continue
		}
		m := readModule(src, folder)
		m.order = l.sources
		draft.kinds[e.Name()] = m
	}
}

// readLock reads the dependency lock beside a provider.json, if there is one.
func (l *loader) readLock(src Source, provider string) []byte {
	file := path.Join(provider, pluginLock)
	raw, err := fs.ReadFile(src.FS, file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.problem(src, file, "cannot be read: %v", err)
	}
	return raw
}

func (l *loader) problem(src Source, file, format string, args ...any) {
	p := problems{source: src.Name}
	p.file(file, format, args...)
	l.problems = append(l.problems, p.list...)
}

// finish understands the modules and wires the kinds of each provider.
func (l *loader) finish() *Catalog {
	c := &Catalog{kinds: map[string][]Kind{}, problems: l.problems}
	for _, name := range slices.Sorted(maps.Keys(l.providers)) {
		draft := l.providers[name]
		if !draft.known {
			c.problems = append(c.problems, Problem{
				File: path.Join(draft.seenIn, providerFile), Reason: "is missing or unusable: without regions the provider is not offered",
			})
			continue
		}
		kinds, found := draft.understand()
		c.providers = append(c.providers, draft.provider)
		c.kinds[name] = kinds
		c.problems = append(c.problems, found...)
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return c
}

// understand turns the modules of a provider into kinds.
func (d *providerDraft) understand() ([]Kind, []Problem) {
	var kinds []Kind
	var found []Problem
	for _, name := range slices.Sorted(maps.Keys(d.kinds)) {
		m := d.kinds[name]
		p := &problems{source: m.source, list: m.problems}
		k := parseKind(d.provider, name, m, p)
		found = append(found, p.list...)
		if !p.fatal() {
			kinds = append(kinds, k)
		}
	}
	kinds, unfillable := wireAll(kinds)
	found = append(found, unfillable...)
	found = append(found, d.checkPlaces(kinds)...)
	slices.SortStableFunc(kinds, func(a, b Kind) int {
		return cmp.Compare(d.provider.rank(a.Name), d.provider.rank(b.Name))
	})
	return kinds, found
}

// rank puts the kinds that provider.json names first, in its order.
func (p Provider) rank(kind string) int {
	if i := slices.Index(p.order, kind); i >= 0 {
		return i
	}
	return len(p.order)
}

// isDir follows links, which is how Kubernetes mounts a configuration.
func isDir(fsys fs.FS, name string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := fs.Stat(fsys, name)
	return err == nil && info.IsDir()
}

// readModule reads what a kind's folder holds. Documentation stays behind: it
// must not change the hash of what people approve.
func readModule(src Source, folder string) module {
	m := module{source: src.Name, folder: folder, files: map[string][]byte{}}
	p := problems{source: src.Name}
	size := 0
	err := fs.WalkDir(src.FS, folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") && name != folder {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if info, err := fs.Stat(src.FS, name); err != nil || !info.Mode().IsRegular() || isLeftBehind(name) {
			return err
		}
		raw, err := fs.ReadFile(src.FS, name)
		if err != nil {
			return err
		}
		if size += len(raw); size > maxModule {
			return fmt.Errorf("the module is larger than %d KiB", maxModule>>10)
		}
		m.files[strings.TrimPrefix(name, folder+"/")] = raw
		return nil
	})
	if err != nil {
		p.file(folder, "cannot be read: %v", err)
	}
	m.problems = p.list
	return m
}

func isLeftBehind(name string) bool {
	switch ext := path.Ext(name); ext {
	case ".md", ".tfstate", ".backup", ".tfvars", ".tfplan":
		return true
	}
	return strings.HasSuffix(name, ".tftest.hcl")
}
