"""The shapes of all motifs, as SVG. A motif fills a square of 160 units.

The first argument is a paint: a is the main colour of the thing (with its pattern, if any), d its shade, l its tint, k
the second colour, w paper white, n ink, y light, m leaves. t and g are a shadow and a gleam over the shapes below.
See `demo.drawings.drawing`.
"""

from math import cos, pi, sin


def path(paint: str, d: str) -> str:
    """An area."""
    return f'<path class="{paint}" d="{d}"/>'


def line(paint: str, d: str, width: float = 6) -> str:
    """A stroke with round ends."""
    return f'<path class="s {paint.upper()}" stroke-width="{width:g}" d="{d}"/>'


def dot(paint: str, x: float, y: float, r: float) -> str:
    """A circle."""
    return f'<circle class="{paint}" cx="{x:g}" cy="{y:g}" r="{r:g}"/>'


def oval(paint: str, x: float, y: float, rx: float, ry: float) -> str:
    """An ellipse."""
    return f'<ellipse class="{paint}" cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}"/>'


def block(paint: str, x: float, y: float, width: float, height: float, round_: float = 0) -> str:
    """A rectangle."""
    return f'<rect class="{paint}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_:g}"/>'


def star(paint: str, x: float, y: float, r: float, points: int = 5, inner: float = 0.46) -> str:
    """A star with one point upwards."""
    corners = []
    for step in range(points * 2):
        reach, angle = (r if step % 2 == 0 else r * inner), pi * step / points
        corners.append(f"{x + reach * sin(angle):.0f} {y - reach * cos(angle):.0f}")
    return path(paint, "M" + "L".join(corners) + "z")


def heart(paint: str, x: float, y: float, size: float) -> str:
    """A heart around this centre, `size` wide."""
    u = size / 100
    return path(
        paint,
        f"M{x:g} {y + 46 * u:g}c{-44 * u:g}{-32 * u:+g} {-62 * u:g}{-58 * u:+g} {-46 * u:g}{-80 * u:+g}"
        f"c{13 * u:g}{-18 * u:+g} {38 * u:g}{-13 * u:+g} {46 * u:g}{10 * u:+g}"
        f"c{8 * u:g}{-23 * u:+g} {33 * u:g}{-28 * u:+g} {46 * u:g}{-10 * u:+g}"
        f"c{16 * u:g}{22 * u:+g} {-2 * u:g}{48 * u:+g} {-46 * u:g}{80 * u:+g}z",
    )


def flower(paint: str, middle: str, x: float, y: float, r: float, petals: int = 6) -> str:
    """Round petals around a centre, whose paint is `middle`."""
    ring = (2 * pi * step / petals for step in range(petals))
    drawn = [dot(paint, round(x + r * 0.6 * sin(a), 1), round(y - r * 0.6 * cos(a), 1), r * 0.42) for a in ring]
    return "".join(drawn) + dot(middle, x, y, r * 0.34)
