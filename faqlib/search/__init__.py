"""From a visitor's words to ranked entries."""
