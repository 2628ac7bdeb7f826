package chart

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"testing"
	"time"
)

func sample(days int, of func(day int) Day) Bars {
	b := Bars{Title: "Applies a day", First: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
		Series: []Series{{"applied", Green}, {"failed", Red}, {"cancelled", Grey}}}
	for i := range days {
		b.Days = append(b.Days, of(i))
	}
	return b
}

func decoded(t *testing.T, b Bars) image.Image {
	t.Helper()
	raw, err := b.PNG()
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("CHART_DIR"); dir != "" { // to look at it
		if err := os.WriteFile(dir+"/"+t.Name()+".png", raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(raw) > 100<<10 {
		t.Errorf("the picture has %d bytes", len(raw))
	}
	picture, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// pixels counts those of a colour.
func pixels(picture image.Image, c Color) int {
	n := 0
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, _ := picture.At(x, y).RGBA()
			if uint8(r>>8) == c.R && uint8(g>>8) == c.G && uint8(b>>8) == c.B {
				n++
			}
		}
	}
	return n
}

// What is drawn is as large as what is counted.
func TestBars(t *testing.T) {
	t.Parallel()
	picture := decoded(t, sample(30, func(day int) Day { return Day{day % 7 * 2, day % 3, day % 2} }))
	if got := picture.Bounds().Size(); got != image.Pt(width, height) {
		t.Errorf("the picture is %v", got)
	}
	green, red, grey := pixels(picture, Green), pixels(picture, Red), pixels(picture, Grey)
	if green < red*3 || red < grey || grey == 0 {
		t.Errorf("green %d, red %d, grey %d pixels for 176, 30 and 15", green, red, grey)
	}
	if r, g, b, a := picture.At(2, 2).RGBA(); a != 0xffff || r>>8 != 43 || g>>8 != 45 || b>>8 != 49 {
		t.Errorf("the ground is not the picture's own: %d %d %d %d", r>>8, g>>8, b>>8, a>>8)
	}
}

// Nothing to show is a picture too, and so is a single day or a very high one.
func TestBarsAtTheEnds(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]Bars{
		"nothing": sample(30, func(int) Day { return Day{0, 0, 0} }),
		"one":     sample(30, func(day int) Day { return Day{day / 29, 0, 0} }),
		"a day":   sample(1, func(int) Day { return Day{3, 2, 1} }),
		"many":    sample(30, func(day int) Day { return Day{day * 100_000, day, 0} }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			decoded(t, b)
		})
	}
}

func BenchmarkPNG(b *testing.B) {
	bars := sample(30, func(day int) Day { return Day{day, day % 3, 1} })
	for b.Loop() {
		if _, err := bars.PNG(); err != nil {
			b.Fatal(err)
		}
	}
}
