"""Filling a demo: practices, people, clients and some months of billing, by the product's own
services. Everything is invented; the same seed gives the same story."""
