"""The generated pages of docs/: `make docs` writes them, and a test fails where one is stale."""
