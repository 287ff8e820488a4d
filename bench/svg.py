"""A small writer of SVG: what is drawn here reads in light and in dark, and has a title and a description."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

LIGHT = {
    "back": "#ffffff", "ink": "#1f2328", "soft": "#59636e", "line": "#d1d9e0", "c0": "#0b5cad", "c1": "#b3541e",
    "c2": "#1a7f4b", "c3": "#8250a8", "c4": "#9a6700", "c5": "#a0304f",
}  # fmt: skip
DARK = {
    "back": "#0d1117", "ink": "#e6edf3", "soft": "#9198a1", "line": "#3d444d", "c0": "#6cb6ff", "c1": "#f0a070",
    "c2": "#57d393", "c3": "#cfa4f0", "c4": "#e3b341", "c5": "#ff9ab3",
}  # fmt: skip
COLOURS = 6


def rules(colours: dict[str, str]) -> str:
    """How each class looks."""
    kinds = [f".{name}{{fill:{value}}}.{name}-line{{stroke:{value}}}" for name, value in colours.items()]
    return "".join(kinds)


STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif}.small{font-size:12px}.title{font-size:16px;font-weight:600}"
    f".end{{text-anchor:end}}.middle{{text-anchor:middle}}.hollow{{fill:none;stroke-width:2}}{rules(LIGHT)}"
    f"@media(prefers-color-scheme:dark){{{rules(DARK)}}}"
)


class Drawing:
    """A picture of that size in the making."""

    def __init__(self, width: int, height: int, title: str, description: str) -> None:
        self.width, self.height, self.title, self.description = width, height, title, description
        self.parts: list[str] = [f'<rect class="back" width="{width}" height="{height}" rx="6"/>']
        self.text(20, 30, title, "ink title")

    def text(self, x: float, y: float, words: str, kind: str = "ink") -> None:
        """Words that begin, end or have their middle at x."""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(words)}</text>')

    def bar(self, x: float, y: float, width: float, height: float, kind: str) -> None:
        """A filled rectangle."""
        size = f'width="{max(width, 1):.1f}" height="{height:.1f}"'
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" {size} rx="2" class="{kind}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str, width: float = 1, dash: str = "") -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        self.parts.append(f'<line {ends} class="{kind}-line" stroke-width="{width}"{dashed}/>')

    def curve(self, points: Sequence[tuple[float, float]], kind: str, dash: str = "") -> None:
        """Points joined by lines."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{joined}" class="hollow {kind}-line"{dashed}/>')

    def dot(self, x: float, y: float, kind: str, radius: float = 5) -> None:
        """A filled circle."""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}"/>')

    def finished(self) -> str:
        """The picture."""
        inside = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" role="img" aria-labelledby="title description">\n'
            f'<title id="title">{escape(self.title)}</title>\n<desc id="description">{escape(self.description)}</desc>\n'
            f"<style>{STYLE}</style>\n{inside}\n</svg>\n"
        )
