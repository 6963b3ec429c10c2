"""A FAQ that finds the right answer: the data model, the store and the search, in one facade."""
