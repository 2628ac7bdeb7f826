package discordsim

// validateModal checks a form: 1 to 5 inputs, each under a label (or, the
// old way, one text input alone in a row).
func validateModal(f *fieldErrors, title, customID string, components []Component, at string) {
	f.length(join(at, "title"), title, 1, 45)
	f.length(join(at, "custom_id"), customID, 1, 100)
	f.size(join(at, "components"), len(components), 1, 5)
	seen := seenIDs{}
	for i, c := range components {
		path := join(at, "components", i)
		switch c.Type {
		case typeLabel:
			validateLabel(f, seen, c, path)
		case typeTextDisplay:
			f.length(join(path, "content"), c.Content, 1, maxTextDisplay)
		case typeActionRow:
			if len(c.Components) != 1 {
				f.size(join(path, "components"), len(c.Components), 1, 1)
				continue
			}
			input := c.Components[0]
			if input.Type != typeTextInput {
				badType(f, join(path, "components", 0), typeTextInput)
				continue
			}
			f.length(join(path, "components", 0, "label"), input.Label, 1, 45)
			validateTextInput(f, seen, input, join(path, "components", 0))
		default:
			badType(f, path, typeActionRow, typeTextDisplay, typeLabel)
		}
	}
}

func validateLabel(f *fieldErrors, seen seenIDs, label Component, at string) {
	f.length(join(at, "label"), label.Label, 1, 45)
	f.length(join(at, "description"), label.Description, 0, 100)
	path := join(at, "component")
	switch input := label.Component; {
	case input == nil:
		f.add(path, "BASE_TYPE_REQUIRED", "This field is required")
	case input.Type == typeTextInput:
		if input.Label != "" {
			f.add(join(path, "label"), "TEXT_INPUT_LABEL_IN_LABEL", "A text input within a label cannot have a label of its own")
		}
		validateTextInput(f, seen, *input, path)
	case input.IsSelect():
		if input.Disabled {
			f.add(join(path, "disabled"), "SELECT_COMPONENT_DISABLED_IN_MODAL", "Selects cannot be disabled in modals")
		}
		validateSelect(f, seen, *input, path)
	case input.Type == typeFileUpload:
		seen.check(f, input.CustomID, path)
		f.number(join(path, "min_values"), intOr(input.MinValues, 1), 0, 10)
		f.number(join(path, "max_values"), intOr(input.MaxValues, 1), 1, 10)
	default:
		badType(f, path, typeStringSelect, typeTextInput, typeUserSelect, typeRoleSelect,
			typeMentionableSelect, typeChannelSelect, typeFileUpload)
	}
}

func validateTextInput(f *fieldErrors, seen seenIDs, c Component, at string) {
	seen.check(f, c.CustomID, at)
	if c.Style != 1 && c.Style != 2 {
		f.add(join(at, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2).")
	}
	least, most := intOr(c.MinLength, 0), intOr(c.MaxLength, 4000)
	f.number(join(at, "min_length"), least, 0, 4000)
	f.number(join(at, "max_length"), most, 1, 4000)
	if least > most {
		f.add(join(at, "min_length"), "TEXT_INPUT_MIN_LENGTH_TOO_LARGE", "min_length cannot be greater than max_length")
	}
	f.length(join(at, "placeholder"), c.Placeholder, 0, 100)
	f.length(join(at, "value"), c.Value, 0, most)
}
