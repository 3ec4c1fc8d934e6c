"""Pages for people: one module a subject; shape of a request, who may ask, one call."""
