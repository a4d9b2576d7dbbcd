"""The kinds of objects, one module each: how one looks, and what the API does with it."""
