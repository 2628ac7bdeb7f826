// Package doctor checks, one after the other, everything that the bot needs
// before it can serve: its configuration, Discord, the clock, the data
// directory, Terraform, Postgres and the key. It says for each what was found
// and, where something is wrong, what to do.
//
// It looks and changes nothing: no migration runs, no command is registered,
// no message is sent. It never prints a secret, and it must not know how the
// bot is built and started (package app): it speaks to each part by itself, so
// that one broken part hides no other.
package doctor
