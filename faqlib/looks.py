"""What a theme's values may be: colours and lengths that CSS knows, nothing that loads anything."""

from __future__ import annotations

import re

# CSS Color 4: the named colours, then what stands for colours of the page and the system.
_NAMES = frozenset(
    """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
    brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan
    darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta
    darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen darkslateblue
    darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey
    dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray
    green greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush
    lawngreen lemonchiffon lightblue lightcoral lightcyan lightgoldenrodyellow lightgray
    lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine
    mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen
    mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy
    oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise
    palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red
    rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise
    violet wheat white whitesmoke yellow yellowgreen
    accentcolor accentcolortext activetext buttonborder buttonface buttontext canvas canvastext
    field fieldtext graytext highlight highlighttext linktext mark marktext selecteditem
    selecteditemtext visitedtext currentcolor transparent
    """.split()
)
_UNITS = (
    "px rem em ex cap ch ic lh rlh vw vh vi vb vmin vmax svw svh lvw lvh dvw dvh cqw cqh cqi cqb "
    "cqmin cqmax cm mm q in pt pc %"
).split()
_SIZES = frozenset(
    "xx-small x-small small medium large x-large xx-large xxx-large smaller larger".split()
)
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_ONE = rf"(?:0|[0-9]*\.?[0-9]+(?:{'|'.join(_UNITS)}))"
_LENGTH, _CORNERS = re.compile(_ONE), re.compile(rf"{_ONE}(?: +{_ONE}){{0,3}}")
_COLOURS = frozenset({"color", "color-mix", "hsl", "hsla", "hwb", "lab", "lch", "light-dark"})
_COLOURS |= {"oklab", "oklch", "rgb", "rgba", "var"}
_LENGTHS = frozenset({"calc", "clamp", "max", "min", "var"})


def what_is_wrong(name: str, value: str) -> str:
    """What a theme's property cannot be, with the fix; empty where it can.

    A property that is not known here may have any harmless value.
    """
    if not _is_harmless(value):
        return "is no colour or length: write it like #0b6e5f, or 12px."
    plain = value.strip().lower()
    if name in ("accent", "text", "background") and not _is_colour(plain):
        return f"{value!r} is no colour that CSS knows: write it like #0b6e5f, or teal."
    if name == "size" and plain not in _SIZES and not _is_length(plain):
        return f"{value!r} is no size that CSS knows: write it like 18px, or 1.1rem."
    if name == "radius" and not _CORNERS.fullmatch(plain) and not _is_length(plain):
        return f"{value!r} is no length that CSS knows: write it like 12px, or 1.1rem."
    return ""


def _is_harmless(value: str) -> bool:
    """Whether nothing in it ends a declaration, and nothing loads a picture."""
    # Each word is looked at from its beginning alone: a long one would take for ever otherwise.
    called = {name.lower() for name in re.findall(r"(?<![\w-])([\w-]*)\(", value)}
    fits = re.fullmatch(r"[\w#%.,()+*/ '\"-]{1,100}", value)
    return fits is not None and called <= _COLOURS | _LENGTHS


def _is_colour(value: str) -> bool:
    if value in _NAMES or _HEX.fullmatch(value):
        return True
    name, parts = _call(value)
    if name == "light-dark":
        return len(parts) == 2 and all(_is_colour(part.strip()) for part in parts)
    return name in _COLOURS


def _is_length(value: str) -> bool:
    return bool(_LENGTH.fullmatch(value)) or _call(value)[0] in _LENGTHS


def _call(value: str) -> tuple[str, list[str]]:
    """The name and the arguments of the one function that a value is; empty where it is none."""
    name, _, rest = value.partition("(")
    parts, depth = [""], 1
    for place, char in enumerate(rest):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            whole = place == len(rest) - 1 and bool(rest[:-1].strip())
            return (name, parts) if whole else ("", [])
        if char == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += char
    return "", []
