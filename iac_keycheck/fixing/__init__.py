"""Edits that put findings right, each confirmed by a second scan."""
