"""A small, fast HTTP server that answers by path in every way a destination can, and counts what it was sent."""
