"""Reports: each a small declared object; pages and files are made of any of them in one way."""
