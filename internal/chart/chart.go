// Package chart draws figures as pictures for a chat. It must not know what they
// mean, nor where they come from.
package chart

import (
	"fmt"
	"time"

	"github.com/go-analyze/charts"
)

// Day is what one bar stands for: so many of each series.
type Day []int

// Bars are bars of a day each, stacked of the series.
type Bars struct {
	Title  string
	First  time.Time // the first day
	Days   []Day
	Series []Series
}

// Series is one part of the bars.
type Series struct {
	Name  string
	Color Color
}

// Color is what a series is drawn in.
type Color struct{ R, G, B uint8 }

// The colours tell good from bad also to those who see red and green alike: they
// differ in brightness.
var (
	Green = Color{87, 211, 140}
	Red   = Color{218, 62, 68}
	Grey  = Color{148, 155, 164}
)

// A picture is as wide as Discord shows one on a computer, at twice the points so
// that text stays sharp; a phone scales it down.
const (
	width, height = 1000, 440
	fontSize      = 18
)

// The picture brings a dark ground of its own: it is read on Discord's light theme
// as on the dark one.
var (
	ground = charts.Color{R: 43, G: 45, B: 49, A: 255}
	ink    = charts.Color{R: 219, G: 222, B: 225, A: 255}
	lines  = charts.Color{R: 78, G: 80, B: 88, A: 255}
)

// PNG draws the bars. It needs nothing from outside: the font is in the program.
func (b Bars) PNG() ([]byte, error) {
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: height})
	if err := p.BarChart(b.options()); err != nil {
		return nil, fmt.Errorf("draw the bars: %w", err)
	}
	png, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("write the picture: %w", err)
	}
	return png, nil
}

func (b Bars) options() charts.BarChartOption {
	values := make([][]float64, len(b.Series))
	names := make([]string, len(b.Series))
	colors := make([]charts.Color, len(b.Series))
	for i, s := range b.Series {
		names[i], colors[i] = s.Name, charts.Color{R: s.Color.R, G: s.Color.G, B: s.Color.B, A: 255}
		values[i] = make([]float64, len(b.Days))
		for day, counts := range b.Days {
			values[i][day] = float64(counts[i])
		}
	}
	o := charts.NewBarChartOptionWithData(values)
	o.Theme = charts.MakeTheme(charts.ThemeOption{IsDarkMode: true, BackgroundColor: ground, TextColor: ink, AxisStrokeColor: lines, AxisSplitLineColor: lines, SeriesColors: colors})
	o.StackSeries = charts.Ptr(true)
	o.Title = charts.TitleOption{Text: b.Title, FontStyle: charts.FontStyle{FontSize: fontSize}}
	o.Legend = charts.LegendOption{SeriesNames: names, FontStyle: charts.FontStyle{FontSize: fontSize}, Offset: charts.OffsetRight}
	o.CategoryAxis.Labels = b.labels()
	o.CategoryAxis.LabelCount = 7
	o.CategoryAxis.LabelFontStyle = charts.FontStyle{FontSize: fontSize}
	parts := min(4, b.highest()) // whole numbers stand between them
	top := (b.highest() + parts - 1) / parts * parts
	o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), Max: charts.Ptr(float64(top)), RangeValuePaddingScale: charts.Ptr(0.0), LabelCount: parts + 1,
		LabelFontStyle: charts.FontStyle{FontSize: fontSize}, ValueFormatter: func(v float64) string { return fmt.Sprintf("%.0f", v) }}}
	return o
}

// labels are the days as people write them.
func (b Bars) labels() []string {
	labels := make([]string, len(b.Days))
	for i := range labels {
		labels[i] = b.First.AddDate(0, 0, i).Format("2 Jan")
	}
	return labels
}

// highest is the height of the highest bar.
func (b Bars) highest() int {
	most := 1
	for _, d := range b.Days {
		n := 0
		for _, part := range d {
			n += part
		}
		most = max(most, n)
	}
	return most
}
