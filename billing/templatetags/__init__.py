"""What pages of billing say in one way."""
