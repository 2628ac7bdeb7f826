# What the starter policies share. Your own policies may use it too:
# `import data.starter.plan`.
package starter.plan

# Resources that the plan creates, changes or imports. What stands untouched is
# not held against a plan, or nothing could be changed beside it.
made contains rc if {
	some rc in input.plan.resource_changes
	rc.mode == "managed"
	some action in rc.change.actions
	action in {"create", "update"}
}

made contains rc if {
	some rc in input.plan.resource_changes
	rc.mode == "managed"
	rc.change.importing
	rc.change.after != null
}

# Resources that the plan destroys, also to make them anew.
destroyed contains rc if {
	some rc in input.plan.resource_changes
	rc.mode == "managed"
	"delete" in rc.change.actions
}

# What is made, in the words of its kind: as the sandbox's modules put it into
# terraform_data, and as it was asked for in the session.
described contains {"kind": values.kind, "address": rc.address, "values": values} if {
	some rc in made
	rc.type == "terraform_data"
	values := rc.change.after.input
	values.kind
}

described contains {"kind": r.kind, "address": label, "values": r.values} if {
	some r in input.session.resources
	label := sprintf("%s.%s", [r.kind, r.name])
	some rc in made
	in_module(rc.address, sprintf("%s-%s", [r.kind, r.name]))
}

# in_module is true of an address in the module of this name.
in_module(address, name) if startswith(address, sprintf("module.%s.", [name]))

in_module(address, name) if startswith(address, sprintf("module.%s[", [name]))

# of_kind is true of an address in the module of a resource of this kind.
of_kind(address, kind) if startswith(address, sprintf("module.%s-", [kind]))

# is_unknown is true of an attribute that is known after the apply only.
is_unknown(rc, attribute) if rc.change.after_unknown[attribute] == true
