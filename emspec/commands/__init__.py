"""One thin file per command: options, request, one core call, rendering."""
