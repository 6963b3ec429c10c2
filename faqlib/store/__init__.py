"""Where entries are kept: the truth that every index is a projection of."""
