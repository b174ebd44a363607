"""Profiles from a CSV file: read as a stream, judged line by line, stored batch by batch."""
