package rego

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const (
	extension     = ".rego"
	testExtension = "_test.rego"

	// maxSource bounds one file: policies are written by hand.
	maxSource = 1 << 20
)

// source is one file.
type source struct {
	name string // slash-separated, from the folder: the same wherever the folder is
	file string // as it can be opened
	text []byte
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, testExtension) }

func bySourceName(a, b source) int { return strings.Compare(a.name, b.name) }

// sources gathers the files of a folder, and what is wrong with them.
type sources struct {
	files  []source
	faults []Fault
}

// readFolder reads an operator's folder.
func (s *sources) readFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return newLoadError([]Fault{{File: dir, Text: "there is no such folder. CLOUDENGINE_POLICIES names the folder with the policies; leave it empty for none"}})
	case err != nil:
		return newLoadError([]Fault{{File: dir, Text: fmt.Sprintf("the folder of CLOUDENGINE_POLICIES cannot be read: %v", cause(err))}})
	case !info.IsDir():
		return newLoadError([]Fault{{File: dir, Text: "CLOUDENGINE_POLICIES names a folder, and this is a file"}})
	}
	s.walk(os.DirFS(dir), ".", func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) })
	return nil
}

// walk reads the files below a folder. Links to files are followed (Kubernetes
// mounts files so); a link to a folder could lead anywhere, even back, and to
// pass over it in silence would be to pass over policies: it is a fault.
func (s *sources) walk(fsys fs.FS, folder string, file func(string) string) {
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		s.fault(file(folder), 0, 0, "the folder cannot be read: %v", cause(err))
		return
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() {
			s.walk(fsys, name, file)
			continue
		}
		info, err := fs.Stat(fsys, name)
		linked := e.Type()&fs.ModeSymlink != 0
		switch {
		case linked && err == nil && info.IsDir():
			s.fault(file(name), 0, 0, "links to folders are not followed: put the folder itself here")
		case !strings.HasSuffix(name, extension):
		case err != nil:
			s.fault(file(name), 0, 0, "cannot be read: %v", cause(err))
		case !info.Mode().IsRegular():
			s.fault(file(name), 0, 0, "is not a file")
		case info.Size() > maxSource:
			s.fault(file(name), 0, 0, "is larger than %d KiB", maxSource>>10)
		default:
			s.read(fsys, name, file(name))
		}
	}
}

func (s *sources) read(fsys fs.FS, name, file string) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		s.fault(file, 0, 0, "cannot be read: %v", cause(err))
		return
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // some editors put it there
	if at := invalid(text); at >= 0 {
		before := text[:at]
		line := bytes.Count(before, []byte("\n"))
		s.fault(file, line+1, at-bytes.LastIndexByte(before, '\n'), "is not UTF-8: byte %#02x", text[at])
		return
	}
	s.files = append(s.files, source{name: name, file: file, text: text})
}

func (s *sources) fault(file string, line, col int, format string, args ...any) {
	s.faults = append(s.faults, Fault{File: file, Line: line, Col: col, Text: fmt.Sprintf(format, args...)})
}

// invalid is the offset of the first byte that is not UTF-8, -1 where all is.
func invalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// cause leaves out the path, which the fault already has.
func cause(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
