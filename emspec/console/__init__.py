"""The only formatter of terminal text and of JSON for machines."""
