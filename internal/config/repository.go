package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Repository is a folder in a Git repository, at a ref.
type Repository struct {
	URL    string // as Git takes it; it may have a password in it
	Folder string // slash-separated, below the top; empty: the top
	Ref    string // a branch, a tag or a commit
}

// gitPrefix is how Terraform, too, tells a repository from a folder.
const gitPrefix = "git::"

var gitRef = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._/+-]*$`)

// parseRepository reads git::https://host/path.git//folder?ref=v1.2, or nothing of
// what is a folder of this machine.
func parseRepository(s string) (*Repository, error) {
	address, ok := strings.CutPrefix(s, gitPrefix)
	if !ok {
		return nil, nil
	}
	errAddress := errors.New("should be a folder, or a repository such as git::https://git.example.com/kinds.git//folder?ref=v1.2")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "ssh" && u.Scheme != "file" || u.Host == "" && u.Scheme != "file" || u.Path == "" {
		return nil, errAddress // the error of the URL would show a password
	}
	r := &Repository{Ref: u.Query().Get("ref")}
	if !gitRef.MatchString(r.Ref) || strings.Contains(r.Ref, "..") {
		return nil, errors.New("should name a branch, a tag or a commit: ?ref=v1.2")
	}
	u.RawQuery = ""
	u.Path, r.Folder, _ = strings.Cut(u.Path, "//")
	if r.Folder = path.Clean("/" + r.Folder)[1:]; r.Folder != "" && !filepath.IsLocal(r.Folder) {
		return nil, errAddress
	}
	r.URL = u.String()
	return r, nil
}

// Key names the repository at its ref among others.
func (r Repository) Key() string {
	sum := sha256.Sum256([]byte(r.URL + " " + r.Ref))
	return hex.EncodeToString(sum[:8])
}

// RepositoriesDir is where the copies of repositories are kept.
func (c Config) RepositoriesDir() string { return filepath.Join(c.DataDir, "repositories") }

// setTemplates takes a folder, or a repository that is copied into one.
func setTemplates(c *Config, s string) error {
	r, err := parseRepository(s)
	if err != nil || r != nil {
		c.Repository = r
		return err
	}
	return setPath(&c.Templates, s)
}

// place says where the copy of the repository lies, once the data directory is known.
func (c *Config) place() {
	if c.Repository != nil {
		c.Templates = filepath.Join(c.RepositoriesDir(), c.Repository.Key(), filepath.FromSlash(c.Repository.Folder))
	}
}
