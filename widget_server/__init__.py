"""The thin Flask skin over faqlib: request, library, JSON."""
