package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// pressed is the same picture in few bytes: its 256 most frequent colours, and for
// any other the nearest of those.
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

// frequent lists the most frequent colours; equals in an order of their own, so that
// the same picture has the same bytes.
func frequent(often map[color.Color]int, most int) color.Palette {
	var colours []color.Color
	for c := range often {
		colours = append(colours, c)
	}
	shade := func(c color.Color) int {
		r, g, b, _ := c.RGBA()
		return int(r>>8<<16 | g>>8<<8 | b>>8)
	}
	slices.SortFunc(colours, func(a, b color.Color) int {
		if often[a] != often[b] {
			return often[b] - often[a]
		}
		return shade(a) - shade(b)
	})
	return colours[:min(len(colours), most)]
}
