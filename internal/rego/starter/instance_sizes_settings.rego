# The sizes that `instance_sizes` allows, by provider: names, or patterns with *
# for anything within one part of a name ("t3.*" is every t3).
#
# To allow others, put a file with this package into your folder of policies. It
# takes the place of this one, whole: list every provider that you use, as what
# is not listed is not allowed.
package settings.instance_sizes

allowed := {
	"sandbox": ["small", "medium"],
	"aws": [
		"t3.*", "t3a.*", "t4g.*", "m7g.large", "m7i.large",
		"db.t3.*", "db.t4g.*", "db.m7g.large", "cache.t3.*", "cache.t4g.*",
	],
	"gcp": ["e2-*", "f1-micro", "g1-small", "n2-standard-2", "db-f1-micro", "db-g1-small", "db-custom-1-*", "db-custom-2-*"],
	"azure": [
		"Standard_B*", "Standard_D2*", "B_Standard_B*", "GP_Standard_D2*",
		"Basic", "S0", "S1", "GP_S_Gen5_1", "GP_S_Gen5_2", "B_Gen5_*", "GP_Gen5_2",
	],
	"hetzner": ["cx22", "cx23", "cx32", "cx33", "cpx11", "cpx21", "cpx22", "cax11", "cax21"],
}
