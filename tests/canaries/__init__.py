"""Marked values go through a day of work, and are looked for wherever they must not be."""
