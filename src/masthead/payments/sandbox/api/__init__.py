"""The API: one module a resource, each with its `ROUTES`: (method, path with `*` for an identifier) to a function."""
