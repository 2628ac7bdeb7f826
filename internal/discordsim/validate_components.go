package discordsim

import (
	"slices"
	"unicode/utf8"
)

// seenIDs finds custom ids used twice.
type seenIDs map[string]bool

func (s seenIDs) check(f *fieldErrors, id, at string) {
	f.length(join(at, "custom_id"), id, 1, 100)
	if id == "" {
		return
	}
	if s[id] {
		f.add(join(at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	s[id] = true
}

func badType(f *fieldErrors, at string, types ...int) {
	f.add(join(at, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of %v.", types)
}

// validateRows checks the components of a message without the v2 flag: up
// to five rows.
func validateRows(f *fieldErrors, rows []Component, at string) {
	if len(rows) > 5 {
		f.size(at, len(rows), 1, 5)
	}
	seen := seenIDs{}
	for i, row := range rows {
		if row.Type != typeActionRow {
			badType(f, join(at, i), typeActionRow)
			continue
		}
		validateRow(f, seen, row, join(at, i))
	}
}

// validateRow checks one action row: up to five buttons, or one select.
func validateRow(f *fieldErrors, seen seenIDs, row Component, at string) {
	f.size(join(at, "components"), len(row.Components), 1, 5)
	for i, c := range row.Components {
		path := join(at, "components", i)
		switch {
		case c.Type == typeButton:
			validateButton(f, seen, c, path)
		case c.IsSelect():
			if len(row.Components) > 1 {
				f.add(join(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
			validateSelect(f, seen, c, path)
		default:
			badType(f, path, typeButton, typeStringSelect, typeUserSelect, typeRoleSelect, typeMentionableSelect, typeChannelSelect)
		}
	}
}

func validateButton(f *fieldErrors, seen seenIDs, c Component, at string) {
	f.length(join(at, "label"), c.Label, 0, 80)
	switch c.Style {
	case StylePrimary, StyleSecondary, StyleSuccess, StyleDanger:
		seen.check(f, c.CustomID, at)
		if c.URL != "" {
			f.add(join(at, "url"), "BUTTON_COMPONENT_INVALID_URL", "A url button must have style 5")
		}
	case StyleLink:
		f.length(join(at, "url"), c.URL, 1, 512)
		validateURL(f, c.URL, join(at, "url"))
		if c.CustomID != "" {
			f.add(join(at, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	case StylePremium:
		f.length(join(at, "sku_id"), c.SKU, 1, 20)
	default:
		f.add(join(at, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
	}
	if c.Label == "" && c.Emoji == nil && c.Style != StylePremium {
		f.add(join(at, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required")
	}
}

func validateSelect(f *fieldErrors, seen seenIDs, c Component, at string) {
	seen.check(f, c.CustomID, at)
	f.length(join(at, "placeholder"), c.Placeholder, 0, 150)
	least, most := intOr(c.MinValues, 1), intOr(c.MaxValues, 1)
	f.number(join(at, "min_values"), least, 0, 25)
	f.number(join(at, "max_values"), most, 1, 25)
	if least > most {
		f.add(join(at, "min_values"), "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "min_values cannot be greater than max_values")
	}
	if c.Type != typeStringSelect {
		if len(c.DefaultValues) > most {
			f.size(join(at, "default_values"), len(c.DefaultValues), 0, most)
		}
		return
	}
	f.size(join(at, "options"), len(c.Options), 1, 25)
	if least > len(c.Options) {
		f.add(join(at, "min_values"), "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "min_values cannot be greater than the number of options")
	}
	values, defaults := map[string]bool{}, 0
	for i, o := range c.Options {
		path := join(at, "options", i)
		f.length(join(path, "label"), o.Label, 1, 100)
		f.length(join(path, "value"), o.Value, 1, 100)
		f.length(join(path, "description"), o.Description, 0, 100)
		if values[o.Value] {
			f.add(join(path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[o.Value] = true
		if o.Default {
			defaults++
		}
	}
	if defaults > most {
		f.add(join(at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "There are more default options than max_values")
	}
}

// validateV2 checks the components of a message with the v2 flag.
func validateV2(f *fieldErrors, components []Component, at string) {
	count, text := 0, 0
	walk(components, func(c *Component) bool {
		count++
		if c.Type == typeTextDisplay {
			text += utf8.RuneCountInString(c.Content)
		}
		return true
	})
	if count > 40 {
		f.add(at, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The total number of components cannot exceed 40")
	}
	if text > maxTextDisplay {
		f.add(at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Displayable text exceeds the maximum size of %d", maxTextDisplay)
	}
	seen := seenIDs{}
	for i, c := range components {
		validateV2Component(f, seen, c, join(at, i), true)
	}
}

func validateV2Component(f *fieldErrors, seen seenIDs, c Component, at string, top bool) {
	switch c.Type {
	case typeActionRow:
		validateRow(f, seen, c, at)
	case typeTextDisplay:
		f.length(join(at, "content"), c.Content, 1, maxTextDisplay)
	case typeSeparator:
	case typeSection:
		validateSection(f, seen, c, at)
	case typeMediaGallery:
		f.size(join(at, "items"), len(c.Items), 1, 10)
	case typeFile:
		if c.File == nil {
			f.add(join(at, "file"), "BASE_TYPE_REQUIRED", "This field is required")
		}
	case typeContainer:
		if !top {
			badType(f, at, typeActionRow, typeSection, typeTextDisplay, typeMediaGallery, typeFile, typeSeparator)
			return
		}
		for i, child := range c.Components {
			validateV2Component(f, seen, child, join(at, "components", i), false)
		}
	default:
		badType(f, at, typeActionRow, typeSection, typeTextDisplay, typeMediaGallery, typeFile, typeSeparator, typeContainer)
	}
}

func validateSection(f *fieldErrors, seen seenIDs, c Component, at string) {
	f.size(join(at, "components"), len(c.Components), 1, 3)
	for i, child := range c.Components {
		if child.Type != typeTextDisplay {
			badType(f, join(at, "components", i), typeTextDisplay)
		}
		f.length(join(at, "components", i, "content"), child.Content, 1, maxTextDisplay)
	}
	switch {
	case c.Accessory == nil:
		f.add(join(at, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
	case c.Accessory.Type == typeButton:
		validateButton(f, seen, *c.Accessory, join(at, "accessory"))
	case !slices.Contains([]int{typeThumbnail}, c.Accessory.Type):
		badType(f, join(at, "accessory"), typeButton, typeThumbnail)
	}
}
