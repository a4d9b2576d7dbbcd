"""A simulator of Stripe for the demo and the tests: own process, own origin, no real card."""
