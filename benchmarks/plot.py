"""A plot of lines over time as SVG, readable on light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 220, 64, 34, 36
GREY, INK, LIMIT = "#8a8f98", "#6b7280", "#c2410c"

Point = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """One plot: `points` as steps, and a line across at `limit`."""

    title: str
    points: Sequence[Point]
    highest: float
    colour: str
    limit: float
    limit_name: str


def svg(panels: Sequence[Panel], *, begin: float, end: float, unit: str) -> str:
    """The panels below each other, over the same time."""
    height = len(panels) * HEIGHT
    font = f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}"'
    box = f'viewBox="0 0 {WIDTH} {height}" role="img"'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" {box} {font}>']
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate(0 {number * HEIGHT})">']
        parts += _panel(panel, begin, end, unit)
        parts += ["</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, begin: float, end: float, unit: str) -> list[str]:
    def x(at: float) -> float:
        return round(LEFT + (at - begin) / (end - begin) * (WIDTH - LEFT - 16), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / panel.highest * (HEIGHT - TOP - BOTTOM), 1)

    steps = " ".join(f"L{x(at)} {y(value)}" for at, value in panel.points)
    floor, right, over = y(0), WIDTH - 16, y(panel.limit)
    line = f'fill="none" stroke="{panel.colour}" stroke-width="2"'
    limit = f'text-anchor="end" fill="{LIMIT}"'
    lines = [
        f'<text x="{LEFT}" y="18" font-size="14">{panel.title}</text>',
        f'<path d="M{LEFT} {floor}H{right}" stroke="{GREY}"/>',
        f'<path d="M{LEFT} {over}H{right}" stroke="{LIMIT}" stroke-dasharray="5 4"/>',
        f'<text x="{right}" y="{over - 5}" {limit}>{panel.limit_name}</text>',
        f'<path d="M{x(begin)} {floor}{steps}" {line}/>',
    ]
    for part in range(5):
        value, at = panel.highest * part / 4, begin + (end - begin) * part / 4
        lines += [
            f'<text x="{LEFT - 8}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>',
            f'<text x="{x(at)}" y="{HEIGHT - 14}" text-anchor="middle">{at:.0f} {unit}</text>',
        ]
    return lines
