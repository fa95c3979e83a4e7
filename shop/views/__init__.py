"""The pages: one module a page, each view parses, calls a service or selector, and renders."""
