"""A world of jobs alone: real worker processes on a database of their own."""
