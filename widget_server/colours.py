"""Colours that can be read: contrast by WCAG 2.1, and the nearest shade that has enough of it."""

from __future__ import annotations

import re

ENOUGH = 4.5
WHITE, DARK = "#ffffff", "#15191e"
# A colour in any other of CSS's ways of writing, if it ends no rule; var() names what a page has.
_OTHER = re.compile(r"(?!.*var\()[a-z0-9#%.,()+ /-]{1,100}", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
RGB = tuple[float, float, float]


def parse(text: str) -> str | None:
    """``text`` as ``#rrggbb`` in lower case, or ``None`` when it is no such colour."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + ("".join(char * 2 for char in digits) if len(digits) == 3 else digits)


def sheet(accent: str, default: str) -> str:
    """CSS that makes ``--accent`` a site's accent, or ``default``, readable in light and dark."""
    known = parse(accent) or default
    css = _scheme(readable(known), readable(known, DARK))
    if parse(accent) is None and _OTHER.fullmatch(accent):
        # The browser works out what it is; it leaves this out where it does not know it.
        light, dark = (
            f"oklch(from {accent} {bound} c h/1)" for bound in ("min(l,.5)", "max(l,.8)")
        )
        css += f"@supports(color:{light}){{{_scheme(light, dark)}}}"
    return css + "\n"


def _scheme(light: str, dark: str) -> str:
    return f":root{{--accent:{light}}}@media(prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"


def contrast(one: str, other: str) -> float:
    """The contrast of two ``#rrggbb`` colours: 1 (none) to 21 (black on white)."""
    light, dark = sorted((_luminance(_linear(one)), _luminance(_linear(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, background: str = WHITE) -> str:
    """The colour of the same hue nearest to ``colour`` that can be read on ``background``."""
    if contrast(colour, background) >= ENOUGH:
        return colour
    lightness, a, b = _to_oklab(_linear(colour))
    end = 0.0 if _luminance(_linear(background)) > 0.18 else 1.0
    near, far = lightness, end
    for _ in range(24):  # halves the distance each time: finer than one step of a channel
        middle = (near + far) / 2
        if contrast(_shade(middle, lightness, a, b), background) >= ENOUGH:
            far = middle
        else:
            near = middle
    return _shade(far, lightness, a, b)


def _shade(lightness: float, original: float, a: float, b: float) -> str:
    # Less room for colour towards black and white: it fades along with the lightness.
    room = min(1.0, (1 - lightness) / max(1 - original, 1e-6), lightness / max(original, 1e-6))
    return _hex(_from_oklab(lightness, a * room, b * room))


def _linear(colour: str) -> RGB:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def _luminance(rgb: RGB) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def _hex(rgb: RGB) -> str:
    def channel(value: float) -> int:
        value = min(max(value, 0.0), 1.0)
        curved = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
        return round(curved * 255)

    return "#" + "".join(f"{channel(value):02x}" for value in rgb)


# Oklab keeps the hue while the lightness changes; the numbers are its definition.
def _to_oklab(rgb: RGB) -> RGB:
    red, green, blue = rgb
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> RGB:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
