"""The demo: the API with two example sites, and a small clinic website on a second origin."""
