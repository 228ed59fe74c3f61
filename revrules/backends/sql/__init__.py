"""The IR into SQL of several dialects that means the same as language.md: values, conditions, whole placements."""
