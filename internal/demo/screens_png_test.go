package demo

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// pressed is the same picture in few bytes: 256 colours, and for any other the
// nearest of those.
func pressed(picture []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	box := full.Bounds()
	often := map[color.Color]int{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			often[full.At(x, y)]++
		}
	}
	out := image.NewPaletted(box, frequent(often, 256))
	nearest := map[color.Color]uint8{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := full.At(x, y)
			if _, known := nearest[c]; !known {
				nearest[c] = uint8(out.Palette.Index(c))
			}
			out.SetColorIndex(x, y, nearest[c])
		}
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	err = encoder.Encode(&small, out)
	return small.Bytes(), err
}

// frequent lists colours: first the most frequent of each shade that is there at
// all, however rare, then the most frequent. Equals have an order of their own, so
// that the same picture has the same bytes.
func frequent(often map[color.Color]int, most int) color.Palette {
	colours := slices.SortedFunc(maps.Keys(often), func(a, b color.Color) int {
		return cmp.Or(often[b]-often[a], rgb(a)-rgb(b))
	})
	var first, rest color.Palette
	seen := map[int]bool{}
	for _, c := range colours {
		shade := rgb(c) & 0xc0c0c0
		if seen[shade] {
			rest = append(rest, c)
			continue
		}
		seen[shade] = true
		first = append(first, c)
	}
	colours = append(first, rest...)
	return colours[:min(len(colours), most)]
}

// rgb is a colour as a number.
func rgb(c color.Color) int {
	r, g, b, _ := c.RGBA()
	return int(r>>8<<16 | g>>8<<8 | b>>8)
}
