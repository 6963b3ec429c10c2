"""How long a test waits for what has to come: so long that only a hang lasts longer."""

PATIENCE = 240  # seconds, on a slow and busy machine too
