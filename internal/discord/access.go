package discord

import "github.com/cloud-engine/cloudengine/internal/project"

// access says whom a command, a button or a form is for, in the words of the
// documents; a level is one in the project that it is about. It decides nothing:
// that is the policy's. A test does everything as everybody, and compares.
type access string

// Whom things are for, from most people to fewest.
const (
	anybody      access = "everybody"
	seer         access = "`view`"
	deployer     access = "`deploy`"
	decider      access = "who asked for it, with `deploy`; `approve`"
	requester    access = "who asked for it, `approve`"
	approver     access = "`approve`"
	projectAdmin access = "admins of the project"
	guildAdmin   access = "admins of the server"
	owner        access = "whose it is"
)

// Above every level of a project: admins of the server, and nobody.
const (
	serverAdmin = project.Admin + 1
	nobody      = serverAdmin + 1
)

// least is what it takes of who has no part in it.
func (a access) least() project.Level {
	switch a {
	case anybody:
		return project.NoAccess
	case seer:
		return project.View
	case deployer:
		return project.Deploy
	case decider, requester, approver:
		return project.Approve
	case projectAdmin:
		return project.Admin
	case guildAdmin:
		return serverAdmin
	}
	return nobody
}

// leastOfOwner is what it takes of whose it is: of who asked for it, approved it,
// typed it, or had it.
func (a access) leastOfOwner() project.Level {
	switch a {
	case decider:
		return project.Deploy
	case requester, owner:
		return project.NoAccess
	}
	return a.least()
}
