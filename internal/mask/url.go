package mask

import "strings"

// maxAuthority bounds how far a password in a URL is looked for.
const maxAuthority = 4 << 10

// passwords returns where the passwords of URLs stand in a text:
// "scheme://user:password@host". A password may hold what should have been
// escaped, such as a slash or a colon.
func passwords(text string) (found []span) {
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return found
		}
		at += i + len("://")
		authority := text[at:min(len(text), at+maxAuthority)]
		if end := strings.IndexAny(authority, " \t\r\n\"'`<>"); end >= 0 {
			authority = authority[:end]
		}
		if next := strings.Index(authority, "://"); next >= 0 {
			authority = authority[:next]
		}
		user, rest, ok := strings.Cut(authority, ":")
		if !ok || strings.ContainsAny(user, "/?#@") {
			continue
		}
		password := rest[:max(0, strings.LastIndexByte(rest, '@'))]
		if password == "" || isPort(password) {
			continue
		}
		start := at + len(user) + 1
		found = append(found, span{start, start + len(password)})
	}
}

// isPort reports whether what stands between a colon and an "@" is the port and
// the path of a URL without a user: "https://host:8443/a@b".
func isPort(s string) bool {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	return digits > 0 && digits < len(s) && strings.ContainsRune("/?#", rune(s[digits]))
}
