"""In which worlds something holds: values with what is unknown in them, and the search through what inputs may be."""
