"""One module per format: reading gives entries, writing takes them."""
