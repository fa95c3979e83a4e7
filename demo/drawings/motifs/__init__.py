"""`MOTIFS`: all motifs, by the names that `demo.drawings.naming` returns."""

from demo.drawings.motifs import feasts, home, nature, play, tea

MOTIFS: dict[str, str] = {**tea.MOTIFS, **home.MOTIFS, **play.MOTIFS, **nature.MOTIFS, **feasts.MOTIFS}
