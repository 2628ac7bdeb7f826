# What the tests of the starter policies share.
package starter.testing

# The input of a plan that makes one resource of this type.
made(type, after) := changed(type, "module.x-a.r.this", ["create"], after, {})

made_in(address, type, after) := changed(type, address, ["create"], after, {})

unknown(type, attribute) := changed(type, "module.x-a.r.this", ["create"], {}, {attribute: true})

gone(type, address, before) := destroyed(type, address, before, ["delete"])

destroyed(type, address, before, actions) := {
	"plan": {"resource_changes": [{
		"address": address, "mode": "managed", "type": type,
		"change": {"actions": actions, "before": before, "after": null, "after_unknown": {}},
	}]},
	"session": {"destroy": false, "resources": []},
}

changed(type, address, actions, after, after_unknown) := {
	"plan": {"resource_changes": [{
		"address": address, "mode": "managed", "type": type,
		"change": {"actions": actions, "before": null, "after": after, "after_unknown": after_unknown},
	}]},
	"session": {"destroy": false, "resources": []},
}
