"""The look of every picture: importing this applies assets/torchdays.mplstyle; the palette has names."""

from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.colors import to_rgb

plt.style.use(Path(__file__).parent.parent / "assets" / "torchdays.mplstyle")

# Okabe and Ito's colours, by what they are called here
BLUE, ORANGE, GREEN, PINK, GOLD, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
INK, PALE = "#222222", "#DDDDDD"

WIDEST = 9.0  # inches; a notebook's page shrinks what is wider


def tint(color, strength=0.22):
    """The colour mixed with white, so that black type stays readable on it."""
    return tuple(1 - strength * (1 - part) for part in to_rgb(color))
