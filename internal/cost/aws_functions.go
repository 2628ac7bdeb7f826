package cost

import (
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// awsFunctions are the arithmetic of AWS that mapping files call.
var awsFunctions = map[string]function.Function{
	"ebs_volumes": ebsVolumesFunc,
}

// awsRootDevices are the names that images give to their root device; a mapping of
// another name is a volume beside it:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
var awsRootDevices = []string{"/dev/xvda", "/dev/sda1"}

// ebsVolume is a volume of a machine: each value may be null, unknown or marked.
type ebsVolume struct {
	device                                   string
	kind, size, iops, throughput, copiedFrom cty.Value
}

// ebsVolumesFunc are the volumes that machines have, the root volume first: what they
// say themselves (root_block_device, ebs_block_device) stands above what the
// block_device_mappings of a launch template say of the same device. A root volume
// that nobody describes has as many GB as its image has, which is assumed.
var ebsVolumesFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("root_block_device"), anything("ebs_block_device"), anything("block_device_mappings"),
		{Name: "root_gb", Type: cty.Number}, {Name: "root_name", Type: cty.String}},
	Type: function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		root, rootMarks := first(args[0])
		own, ownMarks := args[1].Unmark()
		template, templateMarks := args[2].Unmark()
		marks := join(join(rootMarks, ownMarks), templateMarks)
		volumes, known := templateVolumes(template)
		if !known || !root.IsKnown() || !own.IsKnown() {
			return cty.DynamicVal.WithMarks(marks), nil
		}
		volumes[0] = volumeOf("", root).or(volumes[0])
		for _, block := range elementsOf(own) {
			v := volumeOf(textOf(block, "device_name"), block)
			i := slices.IndexFunc(volumes, func(o ebsVolume) bool { return v.device != "" && o.device == v.device })
			if i < 0 {
				volumes = append(volumes, v)
				continue
			}
			volumes[i] = v.or(volumes[i])
		}
		out := []cty.Value{volumes[0].root(args[3], args[4].AsString())}
		for _, v := range volumes[1:] {
			out = append(out, v.additional())
		}
		return cty.TupleVal(out).WithMarks(marks), nil
	},
})

// templateVolumes are those of a launch template, the root volume first; they are not
// known while their devices are not.
func templateVolumes(mappings cty.Value) (volumes []ebsVolume, known bool) {
	volumes = []ebsVolume{volumeOf("", nothing)}
	if !mappings.IsKnown() {
		return volumes, false
	}
	for _, m := range elementsOf(mappings) {
		device, ebs := within(m, "device_name"), within(m, "ebs")
		ebs, _ = ebs.Unmark()
		if !device.IsKnown() || !ebs.IsKnown() {
			return volumes, false
		}
		switch off, _ := within(m, "no_device").Unmark(); {
		case missing(ebs) || empty(ebs) || !missing(off): // a disk of the host, or none
		case slices.Contains(awsRootDevices, textOf(m, "device_name")):
			volumes[0] = volumeOf(textOf(m, "device_name"), ebs)
		default:
			volumes = append(volumes, volumeOf(textOf(m, "device_name"), ebs))
		}
	}
	return volumes, true
}

func volumeOf(device string, block cty.Value) ebsVolume {
	return ebsVolume{device, within(block, "volume_type"), number(block, "volume_size"), number(block, "iops"), number(block, "throughput"), within(block, "snapshot_id")}
}

// number is one within a block; 0 is none: the provider writes it into state where
// nothing is said.
func number(block cty.Value, name string) cty.Value {
	v, marks := within(block, name).Unmark()
	if v.IsKnown() && !v.IsNull() && v.Type() == cty.Number && v.Equals(cty.Zero).True() {
		v = nothing
	}
	return v.WithMarks(marks)
}

// or is a volume with what another description adds.
func (v ebsVolume) or(other ebsVolume) ebsVolume {
	pick := func(x, y cty.Value) cty.Value {
		if plain, _ := x.Unmark(); missing(plain) {
			return y
		}
		return x
	}
	return ebsVolume{other.device, pick(v.kind, other.kind), pick(v.size, other.size), pick(v.iops, other.iops),
		pick(v.throughput, other.throughput), pick(v.copiedFrom, other.copiedFrom)}
}

// root is the root volume as mappings see it. Its type and size are its image's where
// nobody says them, which a plan does not tell.
func (v ebsVolume) root(gb cty.Value, name string) cty.Value {
	kind, size := absent(v.kind), absent(v.size)
	if kind {
		v.kind = cty.StringVal("gp2")
	}
	switch plain, _ := v.kind.Unmark(); {
	case size && plain.IsKnown() && plain.Type() == cty.String:
		v.size = gb.Mark(assumption(fmt.Sprintf("%s GB %s %s", gb.AsBigFloat().Text('f', -1), plain.AsString(), name)))
	case size:
		v.size = cty.UnknownVal(cty.Number)
	case kind:
		v.kind = v.kind.Mark(assumption("gp2 " + name))
	}
	return v.value("Root volume", "")
}

// additional is another volume: gp2, where nothing is said, by the API's own word:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
func (v ebsVolume) additional() cty.Value {
	if absent(v.kind) {
		v.kind = cty.StringVal("gp2")
	}
	unsized := ""
	if absent(v.size) {
		if absent(v.copiedFrom) {
			v.size = cty.NumberIntVal(8).Mark(assumption("8 GB additional volume"))
		} else {
			unsized = "its size is that of its snapshot"
		}
	}
	return v.value("Volume", unsized)
}

func absent(v cty.Value) bool {
	v, _ = v.Unmark()
	return missing(v)
}

func (v ebsVolume) value(name, unsized string) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"name": cty.StringVal(name), "type": v.kind, "size": v.size, "unsized": cty.StringVal(unsized),
		"iops": v.iops, "throughput": v.throughput})
}

// textOf is a text within a block; empty where there is none.
func textOf(block cty.Value, name string) string {
	v, _ := within(block, name).Unmark()
	if !v.IsKnown() || v.IsNull() || v.Type() != cty.String {
		return ""
	}
	return v.AsString()
}
