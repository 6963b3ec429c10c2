"""What all tests share."""

from hypothesis import settings

# No test times the machine. What is loaded already (on CI, Hypothesis' own choice) stays otherwise.
settings.register_profile("faqlib", settings(), deadline=None)
settings.load_profile("faqlib")
