"""The HTTP API: one module a subject, each the shape of a request, who may ask, and one call."""
